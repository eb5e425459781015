// Package plan is the value between deciding and building: every decision of a conversion as plain data. Nothing in it is
// changed once it is made.
package plan

import (
	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
)

// Meta is what an object is called and where it comes from.
type Meta struct {
	Name        string
	Component   string            // value of the label app.kubernetes.io/name: the service, or what the object belongs to
	Labels      map[string]string // besides those of every object
	Annotations map[string]string
	Origin      Origin
}

// Origin says where an object comes from.
type Origin struct {
	Paths    []diag.Path // the Compose keys that it was made from, the first one most of all
	Services []string    // the Compose services and jobs that own it, sorted; several share it; none owns it alone if it is empty
	Waits    []Waiter    // of a workload: its initContainers that wait for what it depends on
	ForWaits bool        // the object exists only so that Pods can ask for the Jobs they wait for
}

// Waiter is an initContainer that waits.
type Waiter struct {
	Container string
	Service   string // the Compose service or job that it waits for
	Job       string // name of the Job whose end it waits for; "" where it waits for a Service to be ready
}

// MetaOf returns the metadata of an object that is made for one service, whose component is called component. at are the keys
// that it is made from; the service as a whole if there are none.
func MetaOf(s *input.Service, component, name string, at ...diag.Path) Meta {
	if len(at) == 0 {
		at = []diag.Path{s.Path}
	}
	return Meta{
		Name: name, Component: component, Annotations: map[string]string{labels.Service: s.Name},
		Origin: Origin{Paths: at, Services: []string{s.Name}},
	}
}
