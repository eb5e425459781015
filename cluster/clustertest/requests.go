package clustertest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/transship/transship/internal/sorted"
)

// Request is one request as the server understands it.
type Request struct {
	Method      string
	Group       string
	Version     string
	Resource    string // plural
	Namespace   string
	Name        string
	Subresource string
	DryRun      bool

	query       url.Values
	contentType string
	body        []byte
}

// String renders the request as [Server.Requests] lists it.
func (r Request) String() string {
	out := r.Method + " " + r.Resource
	if r.Name != "" {
		out += "/" + r.Name
	}
	if r.Subresource != "" {
		out += "/" + r.Subresource
	}
	if r.DryRun {
		out += " dry run"
	}
	return out
}

func (r Request) resource() schema.GroupResource {
	return schema.GroupResource{Group: r.Group, Resource: r.Resource}
}

// read takes a request apart: /api/v1/namespaces/shop/pods/web/log.
func read(in *http.Request) (Request, bool) {
	r := Request{Method: in.Method, query: in.URL.Query(), contentType: in.Header.Get("Content-Type")}
	r.DryRun = r.query.Get("dryRun") != ""
	parts := strings.Split(strings.Trim(in.URL.Path, "/"), "/")
	switch {
	case len(parts) > 2 && parts[0] == "api":
		r.Version, parts = parts[1], parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		r.Group, r.Version, parts = parts[1], parts[2], parts[3:]
	default:
		return r, false
	}
	if parts[0] == "namespaces" && len(parts) > 2 {
		r.Namespace, parts = parts[1], parts[2:]
	}
	r.Resource = parts[0]
	if len(parts) > 1 {
		r.Name = parts[1]
	}
	if len(parts) > 2 {
		r.Subresource = parts[2]
	}
	r.body, _ = io.ReadAll(in.Body)
	return r, true
}

func (s *Server) serve(w http.ResponseWriter, in *http.Request) {
	if in.URL.Path == "/version" {
		answer(w, http.StatusOK, map[string]string{"major": "1", "minor": "36"})
		return
	}
	if in.URL.Path == "/apis/admissionregistration.k8s.io/v1" {
		answer(w, http.StatusOK, admissionKinds())
		return
	}
	r, ok := read(in)
	if !ok {
		fail(w, apierrors.NewNotFound(schema.GroupResource{}, in.URL.Path))
		return
	}
	if r.query.Get("watch") == "true" {
		s.watch(w, in, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.String())
	if r.Resource == "selfsubjectaccessreviews" {
		answer(w, http.StatusCreated, s.review(r))
		return
	}
	if r.Resource == "selfsubjectrulesreviews" {
		answer(w, http.StatusCreated, s.rules())
		return
	}
	if s.refuse != nil {
		if err := s.refuse(r); err != nil {
			fail(w, err)
			return
		}
	}
	out, err := s.do(r)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, http.StatusOK, out)
}

// do answers everything but watches. The lock is held.
func (s *Server) do(r Request) (any, error) {
	key := keyOf(r.Resource, r.Namespace, r.Name)
	live := s.objects[key]
	switch {
	case r.Method == http.MethodGet && r.Name == "":
		return s.list(r), nil
	case r.Method == http.MethodPost:
		return s.create(r)
	case live == nil && (r.Method != http.MethodPatch || r.contentType != string(types.ApplyPatchType)):
		return nil, apierrors.NewNotFound(r.resource(), r.Name)
	}
	switch r.Method {
	case http.MethodGet:
		return live, nil
	case http.MethodDelete:
		return s.delete(r, key, live)
	case http.MethodPut:
		return s.update(r, live)
	case http.MethodPatch:
		return s.patch(r, live)
	}
	return nil, apierrors.NewMethodNotSupported(r.resource(), r.Method)
}

// selected returns the objects that a list or a watch is about, in the order of their names. The lock is held.
func (s *Server) selected(r Request) []*unstructured.Unstructured {
	var out []*unstructured.Unstructured
	for _, key := range sorted.Keys(s.objects) {
		if o := s.objects[key]; r.selects(o) {
			out = append(out, o)
		}
	}
	return out
}

func (r Request) selects(o *unstructured.Unstructured) bool {
	selector, err := labels.Parse(r.query.Get("labelSelector"))
	if name, isNamed := strings.CutPrefix(r.query.Get("fieldSelector"), "metadata.name="); isNamed && name != o.GetName() {
		return false
	}
	return err == nil && resourceOf(o.GetKind()) == r.Resource && (r.Namespace == "" || o.GetNamespace() == r.Namespace) &&
		selector.Matches(labels.Set(o.GetLabels()))
}

func (s *Server) list(r Request) any {
	items := s.selected(r)
	return map[string]any{
		"apiVersion": r.groupVersion(), "kind": "List", "metadata": map[string]any{"resourceVersion": strconv.Itoa(s.version)},
		"items": append([]*unstructured.Unstructured{}, items...),
	}
}

func (r Request) groupVersion() string { return strings.TrimPrefix(r.Group+"/"+r.Version, "/") }

func (s *Server) create(r Request) (any, error) {
	o := &unstructured.Unstructured{}
	if err := o.UnmarshalJSON(r.body); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if o.SetNamespace(r.Namespace); s.objects[keyOf(r.Resource, r.Namespace, o.GetName())] != nil {
		return nil, apierrors.NewAlreadyExists(r.resource(), o.GetName())
	}
	if r.DryRun {
		return o, nil
	}
	return s.changed(o), nil
}

func (s *Server) update(r Request, live *unstructured.Unstructured) (any, error) {
	o := &unstructured.Unstructured{}
	if err := o.UnmarshalJSON(r.body); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if v := o.GetResourceVersion(); v != "" && v != live.GetResourceVersion() {
		return nil, apierrors.NewConflict(r.resource(), r.Name, errors.New("the object has been modified"))
	}
	return s.changed(o), nil
}

func (s *Server) delete(r Request, key string, live *unstructured.Unstructured) (any, error) {
	var options metav1.DeleteOptions
	_ = json.Unmarshal(r.body, &options) // an empty body has none
	if p := options.Preconditions; p != nil && p.UID != nil && *p.UID != live.GetUID() {
		return nil, apierrors.NewConflict(r.resource(), r.Name, errors.New("the UID in the precondition does not match the UID in record"))
	}
	if !r.DryRun {
		s.remove(key)
	}
	return metav1.Status{Status: metav1.StatusSuccess}, nil
}

func (s *Server) patch(r Request, live *unstructured.Unstructured) (any, error) {
	out, err := s.patched(r, live)
	if err != nil || r.DryRun {
		return out, err
	}
	return s.changed(out), nil
}

func (s *Server) patched(r Request, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if r.contentType != string(types.ApplyPatchType) {
		var change map[string]any
		if err := json.Unmarshal(r.body, &change); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
		out := live.DeepCopy()
		merge(out.Object, change)
		return out, nil
	}
	applied := &unstructured.Unstructured{}
	encoded, err := yaml.YAMLToJSON(r.body)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if err := applied.UnmarshalJSON(encoded); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	gvk := applied.GroupVersionKind()
	if live == nil {
		live = &unstructured.Unstructured{}
		live.SetGroupVersionKind(gvk)
	}
	applied.SetNamespace(r.Namespace)
	manager, err := s.fieldManager(gvk)
	if err != nil {
		return nil, err
	}
	merged, err := manager.Apply(live.DeepCopy(), applied, r.query.Get("fieldManager"), r.query.Get("force") == "true")
	if err != nil {
		return nil, err
	}
	return merged.(*unstructured.Unstructured), nil
}

// merge applies a JSON merge patch.
func merge(into, change map[string]any) {
	for key, value := range change {
		inner, isMap := value.(map[string]any)
		have, _ := into[key].(map[string]any)
		switch {
		case value == nil:
			delete(into, key)
		case isMap:
			if have == nil {
				have = map[string]any{}
			}
			merge(have, inner)
			into[key] = have
		default:
			into[key] = integers(value)
		}
	}
}

// integers makes whole numbers what unstructured objects have.
func integers(value any) any {
	if f, ok := value.(float64); ok && f == float64(int64(f)) {
		return int64(f)
	}
	return value
}

// Body returns what was sent.
func (r Request) Body() string { return string(r.body) }
