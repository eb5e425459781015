// Package plan decides what an up would change. It asks the API server and changes nothing.
package plan

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
)

// Action is what a run does to an object.
type Action string

// The actions of a plan.
const (
	Create    Action = "create"
	Update    Action = "update"
	Unchanged Action = "unchanged"
	Recreate  Action = "recreate" // delete and create again, where Kubernetes allows no change
	Restart   Action = "restart"  // replace the Pods of an unchanged workload
	Start     Action = "start"    // bring back what was stopped
	Delete    Action = "delete"
)

// Step is what happens to one object.
type Step struct {
	Ref      resource.Ref               `json:"ref"`
	Services []string                   `json:"services,omitempty"`
	Action   Action                     `json:"action"`
	Reason   string                     `json:"reason,omitempty"`   // why it is recreated, restarted or adopted; empty where the action says it all
	Replaces []resource.Ref             `json:"replaces,omitempty"` // earlier workloads of its services, which go first
	Desired  *unstructured.Unstructured `json:"-"`
	Live     *unstructured.Unstructured `json:"-"` // nil if there is none
	Result   *unstructured.Unstructured `json:"-"` // what the server would make of it; nil if that could not be asked

	Predecessors []*unstructured.Unstructured `json:"-"` // the objects of Replaces
	Follows      string                       `json:"-"` // the service whose change asks for a restart
	Force        bool                         `json:"-"` // take over the fields that commands such as scale own, or that the user wants overwritten

	// Checked: the server has found no unknown field in the object, or in one that has the same fields.
	Checked bool `json:"-"`

	problem *Problem
}

// Plan is what a run is going to do.
type Plan struct {
	Project   string         `json:"project"`
	Namespace string         `json:"namespace"`
	Steps     []*Step        `json:"steps"`             // in apply order
	Orphans   []resource.Ref `json:"orphans,omitempty"` // objects of the project that it no longer has
	// RemovesOrphans: they are removed, not only mentioned.
	RemovesOrphans bool `json:"removesOrphans,omitempty"`
	// Kept are claims that the project no longer has: their data only goes with down and its flag for volumes.
	Kept []resource.Ref `json:"kept,omitempty"`
}

// Changes returns how many objects a run would change, orphans not counted.
func (p *Plan) Changes() int {
	n := 0
	for _, s := range p.Steps {
		if s.Action != Unchanged {
			n++
		}
	}
	return n
}

// Problems returns what the server has against single objects, in apply order.
func (p *Plan) Problems() []Problem {
	var out []Problem
	for _, s := range p.Steps {
		if s.problem != nil {
			out = append(out, *s.problem)
		}
	}
	return out
}

// Replaces reports whether some step takes the place of a workload.
func (p *Plan) Replaces(old resource.Ref) bool {
	return slices.ContainsFunc(p.Steps, func(s *Step) bool { return slices.Contains(s.Replaces, old) })
}

// LeftOut returns those of some services that the project still has, but the run is not about.
func (p *Plan) LeftOut(services []string, o Options) []string {
	var planned []string
	for _, s := range p.Steps {
		if s.Ref.IsWorkload() {
			planned = append(planned, s.Services...)
		}
	}
	return slices.DeleteFunc(slices.Clone(services), func(name string) bool {
		return slices.Contains(planned, name) || !o.Partial && !slices.Contains(o.Disabled, name)
	})
}
