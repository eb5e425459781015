package convert

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/podtemplate"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// scopeOf returns the project that a part of was loaded, and the services of the part. What
// becomes of a service depends on the whole: who else mounts its volume, who waits for its end, which of its ports others
// name. The whole may have faults of its own, which are no business of the part: then the part decides alone.
func scopeOf(ctx context.Context, part *loader.Loaded, o loader.Options) (scope, error) {
	if len(o.Services) == 0 {
		return scope{whole: part}, nil
	}
	services := slices.Concat(part.Project.ServiceNames(), sorted.Keys(part.Project.Jobs))
	o.Services = nil
	whole, err := loader.Load(ctx, o)
	if ctx.Err() != nil {
		return scope{}, fmt.Errorf("load the project: %w", context.Cause(ctx))
	}
	if err != nil {
		return scope{whole: part, services: services}, nil //nolint:nilerr // see above
	}
	merged := *whole
	merged.Project = whole.Project.WithServicesDisabled() // a copy
	var named []string
	for name, s := range part.Project.Services { // also those of profiles that only their names enable
		if _, has := merged.Project.Services[name]; !has {
			merged.Project.Services[name] = s
			named = append(named, name)
		}
	}
	merged.Files, merged.Images = maps.Clone(whole.Files), maps.Clone(whole.Images)
	maps.Copy(merged.Files, part.Files)
	maps.Copy(merged.Images, part.Images)
	return scope{whole: &merged, services: services, named: named}, nil
}

// Select returns those of the objects of a conversion that the given services need: their workloads with whoever shares
// their Pods, what was made for these, and what the Pods refer to. What belongs to nobody in particular, such as the
// namespace, is always among them. No services means all objects.
func Select(r *Result, services []string) []runtime.Object {
	objects := make([]transform.Object, 0, len(r.Objects))
	for _, o := range r.Objects {
		objects = append(objects, transform.Object{Object: o, Origin: r.Origins[o]})
	}
	var out []runtime.Object
	for _, o := range choose(objects, services) {
		out = append(out, o.Object)
	}
	return out
}

// choose returns the objects of some services: see [Select].
func choose(objects []transform.Object, services []string) []transform.Object {
	if len(services) == 0 {
		return objects
	}
	s := selection{services: withPodMates(objects, services), needed: map[reference]bool{}}
	for _, o := range objects {
		if s.isOwned(o) {
			s.addReferences(o.Object)
		}
	}
	for _, o := range objects { // bindings of accounts, and volumes of claims
		s.addIndirect(o.Object)
	}
	return slices.DeleteFunc(slices.Clone(objects), func(o transform.Object) bool { return !s.wants(o) })
}

// reference names an object that another one refers to.
type reference struct{ kind, name string }

type selection struct {
	services []string
	needed   map[reference]bool
	pods     []labels.Set // labels of the Pods that were chosen
}

// withPodMates adds the services that share a Pod with one of the given.
func withPodMates(objects []transform.Object, services []string) []string {
	if len(services) == 0 {
		return nil
	}
	out := slices.Clone(services)
	for _, o := range objects {
		own := o.Origin.Services
		if podtemplate.Read(o.Object) != nil && slices.ContainsFunc(own, func(name string) bool { return slices.Contains(services, name) }) {
			out = append(out, own...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *selection) isOwned(o transform.Object) bool {
	return slices.ContainsFunc(o.Origin.Services, func(name string) bool { return slices.Contains(s.services, name) })
}

func refOf(o runtime.Object) reference {
	out := reference{kind: o.GetObjectKind().GroupVersionKind().Kind}
	if meta, ok := o.(metav1.Object); ok {
		out.name = meta.GetName()
	}
	return out
}

// wants reports whether an object is one of the part: an object that is owned by others may still be referred to.
func (s *selection) wants(o transform.Object) bool {
	if s.isOwned(o) || s.needed[refOf(o.Object)] {
		return true
	}
	switch object := o.Object.(type) {
	case *networkingv1.NetworkPolicy:
		return s.selectsPod(&object.Spec.PodSelector)
	case *autoscalingv2.HorizontalPodAutoscaler:
		return s.needed[reference{object.Spec.ScaleTargetRef.Kind, object.Spec.ScaleTargetRef.Name}]
	case *corev1.ConfigMap, *corev1.Secret, *corev1.PersistentVolumeClaim, *corev1.PersistentVolume, *corev1.ServiceAccount,
		*rbacv1.Role, *rbacv1.RoleBinding:
		return false
	}
	return len(o.Origin.Services) == 0
}

func (s *selection) selectsPod(selector *metav1.LabelSelector) bool {
	matches, err := metav1.LabelSelectorAsSelector(selector)
	return err != nil || slices.ContainsFunc(s.pods, func(pod labels.Set) bool { return matches.Matches(pod) })
}

// addReferences notes what an object that was chosen refers to.
func (s *selection) addReferences(o runtime.Object) {
	s.needed[refOf(o)] = true
	template := podtemplate.Read(o)
	if template == nil {
		return
	}
	s.pods = append(s.pods, template.Labels)
	spec := &template.Spec
	s.needed[reference{"ServiceAccount", spec.ServiceAccountName}] = true
	for _, secret := range spec.ImagePullSecrets {
		s.needed[reference{"Secret", secret.Name}] = true
	}
	for i := range spec.Volumes {
		s.addVolume(&spec.Volumes[i].VolumeSource)
	}
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		for _, from := range c.EnvFrom {
			if from.ConfigMapRef != nil {
				s.needed[reference{"ConfigMap", from.ConfigMapRef.Name}] = true
			}
			if from.SecretRef != nil {
				s.needed[reference{"Secret", from.SecretRef.Name}] = true
			}
		}
		for _, env := range c.Env {
			if from := env.ValueFrom; from != nil && from.ConfigMapKeyRef != nil {
				s.needed[reference{"ConfigMap", from.ConfigMapKeyRef.Name}] = true
			} else if from != nil && from.SecretKeyRef != nil {
				s.needed[reference{"Secret", from.SecretKeyRef.Name}] = true
			}
		}
	}
}

func (s *selection) addVolume(v *corev1.VolumeSource) {
	switch {
	case v.ConfigMap != nil:
		s.needed[reference{"ConfigMap", v.ConfigMap.Name}] = true
	case v.Secret != nil:
		s.needed[reference{"Secret", v.Secret.SecretName}] = true
	case v.PersistentVolumeClaim != nil:
		s.needed[reference{"PersistentVolumeClaim", v.PersistentVolumeClaim.ClaimName}] = true
	case v.Projected != nil:
		for _, source := range v.Projected.Sources {
			if source.ConfigMap != nil {
				s.needed[reference{"ConfigMap", source.ConfigMap.Name}] = true
			}
			if source.Secret != nil {
				s.needed[reference{"Secret", source.Secret.Name}] = true
			}
		}
	}
}

// addIndirect notes what is needed because of something that is.
func (s *selection) addIndirect(o runtime.Object) {
	switch o := o.(type) {
	case *rbacv1.RoleBinding:
		for _, subject := range o.Subjects {
			if s.needed[reference{subject.Kind, subject.Name}] {
				s.needed[refOf(o)], s.needed[reference{o.RoleRef.Kind, o.RoleRef.Name}] = true, true
			}
		}
	case *corev1.PersistentVolumeClaim:
		if s.needed[refOf(o)] && o.Spec.VolumeName != "" {
			s.needed[reference{"PersistentVolume", o.Spec.VolumeName}] = true
		}
	}
}

// findingsAbout returns the findings about some services, and about what these use. Others say nothing about the part
// that is written.
func findingsAbout(findings diag.List, whole, part *types.Project, services []string) diag.List {
	if len(services) == 0 {
		return findings
	}
	return slices.DeleteFunc(slices.Clone(findings), func(f diag.Finding) bool {
		mate := len(f.Path) > 1 && f.Path[0] == "services" && slices.Contains(services, f.Path[1])
		return !mate && !isAbout(f.Path, whole, part)
	})
}

// isAbout reports whether a path leads into a part of a project, or to what is no entry of either.
func isAbout(path diag.Path, whole, part *types.Project) bool {
	if len(path) < 2 {
		return true
	}
	is := func(p *types.Project) bool {
		found := false
		switch name := path[1]; path[0] {
		case "services":
			_, found = p.Services[name]
		case "volumes":
			_, found = p.Volumes[name]
		case "networks":
			_, found = p.Networks[name]
		case "configs":
			_, found = p.Configs[name]
		case "secrets":
			_, found = p.Secrets[name]
		}
		return found
	}
	return is(part) || !is(whole)
}
