package clustertest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/transship/transship/internal/sorted"
)

// Server is an API server in memory, for fast tests of what a client sends and how it takes the answers. It keeps
// objects, labels, resource versions, generations and field ownership (by the library that real servers use), answers
// watches and honours dry runs. It has no admission, no defaults and no controllers: see [Server.React].
type Server struct {
	http   *httptest.Server
	fields managedfields.TypeConverter

	mu       sync.Mutex
	version  int
	objects  map[string]*unstructured.Unstructured // by key
	watchers map[*watcher]bool
	requests []string
	refuse   func(Request) error
	react    func(*unstructured.Unstructured) []*unstructured.Unstructured
	names    []string
}

// NewServer starts a server, which ends with the test. It has the namespace "shop".
func NewServer(t testing.TB) *Server {
	s := &Server{
		fields:  applyconfigurations.NewTypeConverter(scheme.Scheme),
		objects: map[string]*unstructured.Unstructured{}, watchers: map[*watcher]bool{},
	}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		s.http.CloseClientConnections()
		s.http.Close()
	})
	s.Put(Object(t, `{apiVersion: v1, kind: Namespace, metadata: {name: shop}}`))
	return s
}

// Config is what a client needs to reach the server.
func (s *Server) Config() *rest.Config { return &rest.Config{Host: s.http.URL} }

// Requests returns what was asked so far, such as "GET pods", "PATCH deployments/web dry run"; watches are left out.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.requests...)
}

// Forget drops the requests so far.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// Refuse lets the server ask whether it answers a request with an error.
func (s *Server) Refuse(refuse func(Request) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// React takes the part of the controllers: it is called with each object that somebody changed, and returns the objects
// that controllers would make or change in turn. Those without a resource version are made if there is none of the name.
func (s *Server) React(react func(*unstructured.Unstructured) []*unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.react = react
}

// Put stores an object as it is, as somebody else would have made it, status and all.
func (s *Server) Put(o *unstructured.Unstructured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(o)
}

// Drop deletes an object behind the back of the client; false if there was none.
func (s *Server) Drop(resource, namespace, name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := keyOf(resource, namespace, name)
	o := s.objects[key]
	s.remove(key)
	return o != nil
}

// Get returns a stored object, and nil if there is none.
func (s *Server) Get(resource, namespace, name string) *unstructured.Unstructured {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.objects[keyOf(resource, namespace, name)]; o != nil {
		return o.DeepCopy()
	}
	return nil
}

func keyOf(resource, namespace, name string) string { return resource + "/" + namespace + "/" + name }

// store keeps an object and tells the watchers. The lock is held.
func (s *Server) store(o *unstructured.Unstructured) *unstructured.Unstructured {
	o = o.DeepCopy()
	s.version++
	key := keyOf(resourceOf(o.GetKind()), o.GetNamespace(), o.GetName())
	old := s.objects[key]
	event := "ADDED"
	if old != nil {
		event = "MODIFIED"
		o.SetUID(old.GetUID())
		o.SetGeneration(old.GetGeneration())
		if !same(old.Object["spec"], o.Object["spec"]) {
			o.SetGeneration(old.GetGeneration() + 1)
		}
	} else {
		if o.GetUID() == "" {
			o.SetUID(uid(s.version))
		}
		o.SetGeneration(1)
	}
	o.SetResourceVersion(strconv.Itoa(s.version))
	s.objects[key] = o
	s.notify(event, o)
	return o
}

// changed stores what a client changed, and lets the controllers act. The lock is held.
func (s *Server) changed(o *unstructured.Unstructured) *unstructured.Unstructured {
	stored := s.store(o)
	if s.react == nil {
		return stored
	}
	for _, made := range s.react(stored.DeepCopy()) {
		s.store(made)
	}
	return stored
}

// remove deletes an object with what it owns, and tells the watchers. The lock is held.
func (s *Server) remove(key string) {
	o := s.objects[key]
	if o == nil {
		return
	}
	delete(s.objects, key)
	s.version++
	o = o.DeepCopy()
	o.SetResourceVersion(strconv.Itoa(s.version))
	s.notify("DELETED", o)
	for _, k := range sorted.Keys(s.objects) {
		if owned := s.objects[k]; owned != nil {
			for _, owner := range owned.GetOwnerReferences() {
				if owner.UID == o.GetUID() {
					s.remove(k)
				}
			}
		}
	}
}

func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// resourceOf returns the plural of a kind.
func resourceOf(kind string) string {
	name := strings.ToLower(kind)
	switch {
	case strings.HasSuffix(name, "s"):
		return name + "es"
	case strings.HasSuffix(name, "y"):
		return strings.TrimSuffix(name, "y") + "ies"
	}
	return name + "s"
}

func fail(w http.ResponseWriter, err error) {
	status := metav1.Status{Status: metav1.StatusFailure, Code: 500, Message: err.Error(), Reason: metav1.StatusReasonInternalError}
	if api, ok := err.(apierrors.APIStatus); ok {
		status = api.Status()
	}
	status.Kind, status.APIVersion = "Status", "v1"
	answer(w, int(status.Code), status)
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the client is gone
}
