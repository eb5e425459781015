package convert

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/internal/podtemplate"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// scope is what a conversion decides over and what it writes of that.
type scope struct {
	whole    *loader.Loaded // the project, with the named services of profiles that are off
	services []string       // what is written of it; nil is all
	named    []string       // services that are there only because they were named
}

// optionalServices returns the services that come and go, while the others are to stay as they are: those that only their names
// enable and, on a cluster, those of profiles. What others of the project depend on is none of them.
func optionalServices(s scope, live bool) map[string]bool {
	all := s.whole.Project.Services
	optional := map[string]bool{}
	for _, name := range s.named {
		optional[name] = true
	}
	for name, service := range all {
		if live && len(service.Profiles) > 0 {
			optional[name] = true
		}
	}
	if len(optional) == 0 {
		return nil
	}
	always := slices.DeleteFunc(sorted.Keys(all), func(name string) bool { return optional[name] })
	for i := 0; i < len(always); i++ {
		for _, name := range all[always[i]].GetDependencies() {
			if optional[name] {
				delete(optional, name)
				always = append(always, name)
			}
		}
	}
	if len(always) == 0 {
		return nil
	}
	return optional
}

// comparison is a conversion with optional services beside the one without them.
type comparison struct {
	optional map[string]bool
	alone    map[reference]transform.Object // what the project becomes without the optional services
	tied     map[string][]string            // names of workloads that share a volume only with optional services, by the label for it
	pods     []*corev1.PodTemplateSpec      // of optional services that share one
}

// withOptional returns the objects of a project with optional services, of which those of all others are as they are without these:
// who runs a tool beside a database does not want the database replaced. Something is different only where the two could
// not work together otherwise.
func withOptional(in transform.Input, all []transform.Object, optional map[string]bool) ([]transform.Object, error) {
	project := in.Project.WithServicesDisabled() // a copy
	maps.DeleteFunc(project.Services, func(name string, _ types.ServiceConfig) bool { return optional[name] })
	in.Project = project
	alone, err := converted(in)
	if err != nil {
		return nil, err
	}
	c := &comparison{optional: optional, alone: map[reference]transform.Object{}, tied: map[string][]string{}}
	for _, o := range alone.Objects {
		c.alone[refOf(o.Object)] = o
	}
	for _, o := range all {
		c.note(o)
	}
	there := map[reference]bool{}
	out := make([]transform.Object, 0, len(all))
	for _, o := range all {
		there[refOf(o.Object)] = true
		out = append(out, c.unchanged(o))
	}
	for _, o := range alone.Objects {
		if !there[refOf(o.Object)] && podtemplate.Read(o.Object) == nil {
			out = append(out, o)
		}
	}
	c.placeBesideVolume()
	return out, nil
}

// isOptional reports whether an object is there for an optional service, be it for others as well.
func (c *comparison) isOptional(o transform.Object) bool {
	return slices.ContainsFunc(o.Origin.Services, func(name string) bool { return c.optional[name] })
}

// note finds out which workloads share a volume with optional services and with nobody else.
func (c *comparison) note(o transform.Object) {
	pod := podtemplate.Of(o.Object)
	if pod == nil {
		return
	}
	if c.isOptional(o) {
		if key := onlyVolume(pod); key != "" {
			c.pods = append(c.pods, pod)
		}
		return
	}
	before, has := c.alone[refOf(o.Object)]
	if !has {
		return
	}
	was := podtemplate.Of(before.Object)
	for key := range pod.Labels {
		if _, had := was.Labels[key]; strings.HasPrefix(key, transform.LabelVolume) && !had {
			c.tied[key] = append(c.tied[key], pod.Labels[transform.LabelName])
		}
	}
}

// unchanged returns what becomes of an object: as it is without optional services, if it can be.
func (c *comparison) unchanged(o transform.Object) transform.Object {
	before, has := c.alone[refOf(o.Object)]
	if !has {
		return o
	}
	if _, is := before.Object.(*corev1.PersistentVolumeClaim); is { // what it is can never be changed
		o.Object = before.Object
		return o
	}
	if c.isOptional(o) {
		return o
	}
	switch object := before.Object.(type) {
	case *corev1.Service:
		before.Object = withPortsOf(object, o.Object)
		return before
	default:
		if pod := podtemplate.Of(o.Object); pod != nil && c.isFound(pod, podtemplate.Of(before.Object)) || isContent(object) {
			return before
		}
	}
	return o
}

func isContent(o runtime.Object) bool {
	switch o.(type) {
	case *corev1.ConfigMap, *corev1.Secret:
		return true
	}
	return false
}

// isFound reports whether optional services find a Pod as it is without them: by the same aliases and networks, and on the same node.
func (c *comparison) isFound(with, without *corev1.PodTemplateSpec) bool {
	for _, prefix := range []string{transform.LabelAlias, transform.LabelNetwork} {
		if !slices.Equal(keysWith(with.Labels, prefix), keysWith(without.Labels, prefix)) {
			return false
		}
	}
	now, before := keysWith(with.Labels, transform.LabelVolume), keysWith(without.Labels, transform.LabelVolume)
	return slices.Equal(now, before) || len(before) == 0 && len(now) == 1 && len(c.tied[now[0]]) == 1
}

func keysWith(set map[string]string, prefix string) []string {
	return slices.DeleteFunc(sorted.Keys(set), func(key string) bool { return !strings.HasPrefix(key, prefix) })
}

// onlyVolume returns the label by which Pods that share a volume find each other's node.
func onlyVolume(pod *corev1.PodTemplateSpec) string {
	if keys := keysWith(pod.Labels, transform.LabelVolume); len(keys) == 1 {
		return keys[0]
	}
	return ""
}

// placeBesideVolume sends optional services to the node of the one Pod that has their volume, by its name: it has no label for that.
func (c *comparison) placeBesideVolume() {
	names := map[string][]string{}
	for _, pod := range c.pods {
		names[onlyVolume(pod)] = append(names[onlyVolume(pod)], pod.Labels[transform.LabelName])
	}
	for _, pod := range c.pods {
		key := onlyVolume(pod)
		if len(c.tied[key]) != 1 || pod.Spec.Affinity == nil || pod.Spec.Affinity.PodAffinity == nil {
			continue
		}
		terms := pod.Spec.Affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution
		for i := range terms {
			if s := terms[i].LabelSelector; s != nil && s.MatchLabels[key] != "" {
				values := slices.Sorted(slices.Values(append(slices.Clone(names[key]), c.tied[key]...)))
				delete(s.MatchLabels, key)
				s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: transform.LabelName, Operator: metav1.LabelSelectorOpIn, Values: values})
			}
		}
	}
}

// withPortsOf returns a Service with the ports that another form of it has beyond its own: only optional services ask for them.
func withPortsOf(s *corev1.Service, other runtime.Object) *corev1.Service {
	more, is := other.(*corev1.Service)
	if !is || s.Spec.ClusterIP == corev1.ClusterIPNone || s.Spec.Type == corev1.ServiceTypeExternalName {
		return s // by its name, every port of the Pods is reached
	}
	for _, p := range more.Spec.Ports {
		same := func(own corev1.ServicePort) bool { return own.Port == p.Port && own.Protocol == p.Protocol }
		if slices.ContainsFunc(s.Spec.Ports, same) {
			continue
		}
		if slices.ContainsFunc(s.Spec.Ports, func(own corev1.ServicePort) bool { return own.Name == p.Name }) {
			p.Name = strings.TrimSuffix(fmt.Sprintf("p-%d-%s", p.Port, strings.ToLower(string(p.Protocol))), "-")
		}
		s.Spec.Ports = append(s.Spec.Ports, p)
	}
	return s
}
