// Package resource reads single objects: how they are referred to, what they say about themselves, to which project and
// services they belong, and whether two of them are the same. It talks to nobody.
package resource

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Union adds the references of b that a does not have, in their order.
func Union(a, b []Ref) []Ref {
	seen := map[string]bool{}
	out := slices.Clone(a)
	for _, r := range a {
		seen[r.Id()] = true
	}
	for _, r := range b {
		if !seen[r.Id()] {
			seen[r.Id()] = true
			out = append(out, r)
		}
	}
	return out
}

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

// Id is what makes two references mean the same object: the version of the API does not.
func (r Ref) Id() string {
	return r.GroupVersionKind().Group + " " + r.Kind + " " + r.Name
}

// IsWorkload reports whether objects of the kind run Pods, or are Pods.
func (r Ref) IsWorkload() bool {
	switch r.Kind {
	case "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod":
		return true
	}
	return false
}

// IsClaim reports whether the object is a PersistentVolumeClaim.
func (r Ref) IsClaim() bool { return r.Kind == "PersistentVolumeClaim" }

// SortedRefs sorts references in place by kind and name, and returns them.
func SortedRefs(refs []Ref) []Ref {
	slices.SortFunc(refs, func(a, b Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return refs
}

// ListedIn returns the objects that the inventory of a project lists, by lines like "apps/v1 Deployment web"; lines of another
// form are from a later version.
func ListedIn(inventory *unstructured.Unstructured) []Ref {
	var out []Ref
	for line := range strings.Lines(Text(inventory, "data", InventoryKey)) {
		if f := strings.Fields(line); len(f) == 3 {
			out = append(out, Ref{APIVersion: f[0], Kind: f[1], Name: f[2]})
		}
	}
	return out
}

// RefNames lists references as kubectl prints them: "deployment/web, service/web".
func RefNames(refs []Ref) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.String()
	}
	return strings.Join(names, ", ")
}
