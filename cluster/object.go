package cluster

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Ref names one object of a project within its namespace.
type Ref struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
}

// RefOf returns the reference to an object.
func RefOf(o *unstructured.Unstructured) Ref {
	return Ref{APIVersion: o.GetAPIVersion(), Kind: o.GetKind(), Name: o.GetName()}
}

// String renders the reference as kubectl prints it: deployment/web.
func (r Ref) String() string { return strings.ToLower(r.Kind) + "/" + r.Name }

// GroupVersionKind returns what the reference says of its type.
func (r Ref) GroupVersionKind() schema.GroupVersionKind {
	return schema.FromAPIVersionAndKind(r.APIVersion, r.Kind)
}

// id is what makes two references mean the same object: the version of the API does not.
func (r Ref) id() string {
	return r.GroupVersionKind().Group + " " + r.Kind + " " + r.Name
}

func (r Ref) isWorkload() bool {
	switch r.Kind {
	case "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod":
		return true
	}
	return false
}

func (r Ref) isClaim() bool { return r.Kind == "PersistentVolumeClaim" }

// Objects turns the typed objects of a conversion into what the API server takes: no status, no nulls.
func Objects(typed []runtime.Object) ([]*unstructured.Unstructured, error) {
	out := make([]*unstructured.Unstructured, 0, len(typed))
	for _, t := range typed {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(t)
		if err != nil {
			return nil, fmt.Errorf("read a %T: %w", t, err)
		}
		delete(content, "status")
		dropNulls(content)
		out = append(out, &unstructured.Unstructured{Object: content})
	}
	return out, nil
}

// dropNulls removes null values, which typed objects have where a time is unset; server-side apply would own them.
func dropNulls(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, item := range v {
			if item == nil {
				delete(v, key)
				continue
			}
			dropNulls(item)
		}
	case []any:
		for _, item := range v {
			dropNulls(item)
		}
	}
}

// servicesOf returns the Compose services that an object stands for, sorted.
func servicesOf(o *unstructured.Unstructured) []string {
	annotations := o.GetAnnotations()
	var out []string
	for name := range strings.SplitSeq(annotations[annotationServices], ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	if name := annotations[annotationService]; name != "" && !slices.Contains(out, name) {
		out = append(out, name)
	}
	if len(out) == 0 {
		if name := o.GetLabels()[labelName]; name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Only returns the objects that serve the given services, and those that serve no single service.
func Only(objects []*unstructured.Unstructured, services []string) []*unstructured.Unstructured {
	others := map[string]bool{}
	for _, o := range objects {
		if RefOf(o).isWorkload() && !slices.ContainsFunc(services, func(s string) bool { return stands(o, s) }) {
			others[o.GetLabels()[labelName]] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(objects), func(o *unstructured.Unstructured) bool {
		return others[o.GetLabels()[labelName]]
	})
}

// SetReplicas changes how many Pods a service is to have, before it is applied.
func SetReplicas(objects []*unstructured.Unstructured, service string, replicas int64) error {
	for _, o := range objects {
		if (o.GetKind() == "Deployment" || o.GetKind() == "StatefulSet") && stands(o, service) {
			return unstructured.SetNestedField(o.Object, replicas, "spec", "replicas")
		}
	}
	return fmt.Errorf("no service %q that can have several replicas", service)
}

// SetPullPolicy changes when nodes pull the images of all containers.
func SetPullPolicy(objects []*unstructured.Unstructured, policy string) {
	for _, o := range objects {
		spec, found, _ := unstructured.NestedFieldNoCopy(o.Object, append(podTemplate(o.GetKind()), "spec")...)
		pod, isMap := spec.(map[string]any)
		if !found || !isMap || !RefOf(o).isWorkload() {
			continue
		}
		for _, list := range []string{"initContainers", "containers"} {
			containers, _ := pod[list].([]any)
			for _, c := range containers {
				if container, ok := c.(map[string]any); ok {
					container["imagePullPolicy"] = policy
				}
			}
		}
	}
}

// dependency is one entry of depends_on, as the converter wrote it down.
type dependency struct {
	Condition string `json:"condition"`
	Required  bool   `json:"required"`
	Restart   bool   `json:"restart"`
}

const (
	conditionStarted   = "service_started"
	conditionHealthy   = "service_healthy"
	conditionCompleted = "service_completed_successfully"
)

func dependenciesOf(o *unstructured.Unstructured) (map[string]dependency, error) {
	text := o.GetAnnotations()[annotationDependsOn]
	if text == "" {
		return nil, nil
	}
	var out map[string]dependency
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("read annotation %s of %s: %w", annotationDependsOn, RefOf(o), err)
	}
	return out, nil
}

// PublishedPort is a port that the Compose file publishes on the host.
type PublishedPort struct {
	HostIP    string `json:"hostIP"`
	Published string `json:"published"`
	Target    int    `json:"target"`
	Protocol  string `json:"protocol"`
}

func publishedPorts(o *unstructured.Unstructured) ([]PublishedPort, error) {
	text := o.GetAnnotations()[annotationPublished]
	if text == "" {
		return nil, nil
	}
	var out []PublishedPort
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("read annotation %s of %s: %w", annotationPublished, RefOf(o), err)
	}
	return out, nil
}

// podTemplate returns where the Pod template of a workload lies; a bare Pod has none of its own.
func podTemplate(kind string) []string {
	switch kind {
	case "Deployment", "StatefulSet", "DaemonSet", "Job":
		return []string{"spec", "template"}
	case "CronJob":
		return []string{"spec", "jobTemplate", "spec", "template"}
	}
	return nil
}

func text(o *unstructured.Unstructured, path ...string) string {
	s, _, _ := unstructured.NestedString(o.Object, path...)
	return s
}

func number(o *unstructured.Unstructured, path ...string) int64 {
	n, _, _ := unstructured.NestedInt64(o.Object, path...)
	return n
}

func items(o map[string]any, path ...string) []map[string]any {
	list, _, _ := unstructured.NestedSlice(o, path...)
	out := make([]map[string]any, 0, len(list))
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// condition returns one of status.conditions, and false if it is not there.
func condition(o *unstructured.Unstructured, kind string) (status, reason, message string, found bool) {
	for _, c := range items(o.Object, "status", "conditions") {
		if c["type"] == kind {
			status, _ = c["status"].(string)
			reason, _ = c["reason"].(string)
			message, _ = c["message"].(string)
			return status, reason, message, true
		}
	}
	return "", "", "", false
}

func isTrue(o *unstructured.Unstructured, kind string) bool {
	status, _, _, _ := condition(o, kind)
	return status == "True"
}

func sortedRefs(refs []Ref) []Ref {
	slices.SortFunc(refs, func(a, b Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return refs
}
