// Package invariants checks what must hold for the objects of any conversion, whatever the project: the tests of the
// converter and of the cluster run it over every golden case and every project of the corpus.
package invariants

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/internal/sorted"
)

// Output is what one conversion gave, and what the project declares to exist outside it.
type Output struct {
	Objects []runtime.Object
	// External names the objects that the project expects to find in the cluster, as "Kind/name".
	External []string
	// HostPaths is set when the user allowed host paths.
	HostPaths bool
}

// Check returns every violation, one sentence each, in a stable order.
func Check(out Output) []string {
	c := checker{out: out, exists: map[string]runtime.Object{}}
	for _, o := range out.Objects {
		c.index(o)
	}
	for _, name := range out.External {
		c.exists[name] = nil
	}
	for _, o := range out.Objects {
		c.object(o)
	}
	slices.Sort(c.violations)
	return slices.Compact(c.violations)
}

type checker struct {
	out        Output
	exists     map[string]runtime.Object // "Kind/name"
	templates  []template
	violations []string
}

// template is a Pod template and the object it stands in.
type template struct {
	owner  string
	labels map[string]string
	spec   *corev1.PodSpec
}

func (c *checker) violate(format string, args ...any) {
	c.violations = append(c.violations, fmt.Sprintf(format, args...))
}

func identity(o runtime.Object) string {
	accessor, err := meta.Accessor(o)
	if err != nil {
		return reflect.TypeOf(o).String()
	}
	return o.GetObjectKind().GroupVersionKind().Kind + "/" + accessor.GetName()
}

func (c *checker) index(o runtime.Object) {
	id := identity(o)
	if _, twice := c.exists[id]; twice {
		c.violate("%s is emitted twice", id)
	}
	c.exists[id] = o
	add := func(labels map[string]string, spec *corev1.PodSpec) {
		c.templates = append(c.templates, template{id, labels, spec})
	}
	switch o := o.(type) {
	case *appsv1.Deployment:
		add(o.Spec.Template.Labels, &o.Spec.Template.Spec)
	case *appsv1.StatefulSet:
		add(o.Spec.Template.Labels, &o.Spec.Template.Spec)
	case *appsv1.DaemonSet:
		add(o.Spec.Template.Labels, &o.Spec.Template.Spec)
	case *batchv1.Job:
		add(o.Spec.Template.Labels, &o.Spec.Template.Spec)
	case *batchv1.CronJob:
		add(o.Spec.JobTemplate.Spec.Template.Labels, &o.Spec.JobTemplate.Spec.Template.Spec)
	case *corev1.Pod:
		add(o.Labels, &o.Spec)
	}
}

func (c *checker) object(o runtime.Object) {
	id := identity(o)
	gvk := o.GetObjectKind().GroupVersionKind()
	if gvk.Kind == "" || gvk.Version == "" {
		c.violate("%T has no apiVersion or kind", o)
	}
	accessor, err := meta.Accessor(o)
	if err != nil {
		c.violate("%T has no metadata", o)
		return
	}
	for _, problem := range validation.IsDNS1123Subdomain(accessor.GetName()) {
		c.violate("%s: name: %s", id, problem)
	}
	for _, key := range sorted.Keys(accessor.GetLabels()) {
		for _, problem := range append(validation.IsQualifiedName(key), validation.IsValidLabelValue(accessor.GetLabels()[key])...) {
			c.violate("%s: label %s: %s", id, key, problem)
		}
	}
	for _, key := range sorted.Keys(accessor.GetAnnotations()) {
		for _, problem := range validation.IsQualifiedName(strings.ToLower(key)) {
			c.violate("%s: annotation %s: %s", id, key, problem)
		}
	}
	switch o := o.(type) {
	case *corev1.Service:
		c.service(o)
	case *corev1.ConfigMap:
		c.content(id, o.Data, o.BinaryData)
	case *corev1.Secret:
		c.content(id, o.StringData, o.Data)
	}
	for _, t := range c.templates {
		if t.owner == id {
			c.pod(t)
		}
	}
}

func (c *checker) service(s *corev1.Service) {
	id := identity(s)
	for _, problem := range validation.IsDNS1035Label(s.Name) {
		c.violate("%s: name: %s", id, problem)
	}
	if len(s.Spec.Selector) == 0 {
		if s.Spec.Type != corev1.ServiceTypeExternalName {
			c.violate("%s selects nothing", id)
		}
		return
	}
	selector := labels.SelectorFromSet(s.Spec.Selector)
	var selected []string
	for _, t := range c.templates {
		if selector.Matches(labels.Set(t.labels)) {
			selected = append(selected, t.owner)
		}
	}
	if len(selected) == 0 {
		c.violate("%s selects no Pod", id)
	}
	if _, byName := s.Spec.Selector["app.kubernetes.io/name"]; byName && len(selected) > 1 {
		// the Jobs of one CronJob with several schedules share their Pods' name
		if slices.ContainsFunc(selected, func(owner string) bool { return !strings.HasPrefix(owner, "CronJob/") }) {
			c.violate("%s selects the Pods of %s", id, strings.Join(selected, " and "))
		}
	}
	names := map[string]bool{}
	for _, p := range s.Spec.Ports {
		if len(s.Spec.Ports) > 1 && p.Name == "" || names[p.Name] {
			c.violate("%s: port %d has no name of its own", id, p.Port)
		}
		names[p.Name] = true
	}
}

func (c *checker) content(id string, text map[string]string, binary map[string][]byte) {
	total := 0
	for key, value := range text {
		total += len(value)
		for _, problem := range validation.IsConfigMapKey(key) {
			c.violate("%s: key %q: %s", id, key, problem)
		}
	}
	for key, value := range binary {
		total += len(value)
		for _, problem := range validation.IsConfigMapKey(key) {
			c.violate("%s: key %q: %s", id, key, problem)
		}
	}
	if total > 1<<20 {
		c.violate("%s holds %d bytes, more than 1 MiB", id, total)
	}
}
