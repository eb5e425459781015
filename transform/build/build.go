// Package build turns a plan into Kubernetes objects. It decides nothing and reports nothing: the same plan gives the same
// objects.
package build

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/plan"
)

// Object is a Kubernetes object and where it comes from.
type Object struct {
	runtime.Object
	Origin plan.Origin
}

// builder builds the objects of one plan.
type builder struct {
	plan    *plan.Plan
	objects []Object
}

// Objects returns the objects of a plan.
func Objects(p *plan.Plan) []Object {
	b := &builder{plan: p}
	if p.CreateNamespace && p.Namespace != "" {
		meta := b.meta(plan.Meta{Name: p.Namespace, Component: p.Instance})
		meta.Namespace = ""
		b.add(plan.Origin{}, &corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: meta})
	}
	for _, w := range p.Workloads {
		b.workload(w)
	}
	for _, s := range p.Services {
		b.add(s.Origin, b.service(s))
	}
	for _, i := range p.Ingresses {
		b.add(i.Origin, b.ingress(i))
	}
	for _, r := range p.HTTPRoutes {
		b.add(r.Origin, b.httpRoute(r))
	}
	b.waiterAccess()
	b.storage()
	for _, s := range p.SharedSecrets {
		b.secret(s.Origin, b.meta(s.Meta), s.Data)
	}
	for _, n := range p.Policies {
		b.add(n.Origin, b.networkPolicy(n))
	}
	return b.objects
}

func (b *builder) add(origin plan.Origin, o runtime.Object) {
	b.objects = append(b.objects, Object{Object: o, Origin: origin})
}

// meta returns the metadata of an object.
func (b *builder) meta(m plan.Meta) metav1.ObjectMeta {
	set := labels.Of(m.Component, b.plan.Instance)
	for key, value := range m.Labels {
		if _, own := set[key]; !own {
			set[key] = value
		}
	}
	return metav1.ObjectMeta{Name: m.Name, Namespace: b.plan.Namespace, Labels: set, Annotations: maps.Clone(m.Annotations)}
}
