package cluster

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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
	Delete    Action = "delete"
)

// inFlight is how many requests one run sends at a time. More do not make a small API server faster.
const inFlight = 24

// Step is what happens to one object.
type Step struct {
	Ref      Ref                        `json:"ref"`
	Services []string                   `json:"services,omitempty"`
	Action   Action                     `json:"action"`
	Reason   string                     `json:"reason,omitempty"`   // why it is recreated, restarted or adopted; empty where the action says it all
	Replaces []Ref                      `json:"replaces,omitempty"` // earlier workloads of its services, which go first
	Desired  *unstructured.Unstructured `json:"-"`
	Live     *unstructured.Unstructured `json:"-"` // nil if there is none
	Result   *unstructured.Unstructured `json:"-"` // what the server would make of it; nil if that could not be asked

	predecessors []*predecessor // what it replaces
	force        bool
	problem      *Problem
}

// Plan is what a run is going to do.
type Plan struct {
	Project   string  `json:"project"`
	Namespace string  `json:"namespace"`
	Steps     []*Step `json:"steps"`             // in apply order
	Orphans   []Ref   `json:"orphans,omitempty"` // objects of the project that it no longer has
	// RemovesOrphans: they are removed, not only mentioned.
	RemovesOrphans bool `json:"removesOrphans,omitempty"`
	// Kept are claims that the project no longer has: their data only goes with down and its flag for volumes.
	Kept []Ref `json:"kept,omitempty"`
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

func (p *Plan) problems() []Problem {
	var out []Problem
	for _, s := range p.Steps {
		if s.problem != nil {
			out = append(out, *s.problem)
		}
	}
	return out
}

// planner holds what the steps of one plan share.
type planner struct {
	client    *Client
	options   UpOptions
	namespace string
	live      map[string]*unstructured.Unstructured // by Ref.id
	samples   map[string]bool                       // of the new objects, one of each kind; by Ref.id
}

// plan asks the server what applying the objects would change, and changes nothing.
func (c *Client) plan(ctx context.Context, objects []*unstructured.Unstructured, read inventory, o UpOptions) (*Plan, error) {
	p := &planner{client: c, options: o, namespace: o.Namespace, live: map[string]*unstructured.Unstructured{}}
	found, err := c.projectObjects(ctx, o.Project, o.Namespace, kindsOf(objects, read.refs))
	if err != nil {
		return nil, err
	}
	for _, live := range found {
		p.live[RefOf(live).id()] = live
	}
	p.samples = p.newSamples(objects)
	plan := &Plan{Project: o.Project, Namespace: o.Namespace, Steps: make([]*Step, len(objects))}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	for i, object := range objects {
		group.Go(func() (err error) {
			plan.Steps[i], err = p.step(ctx, object)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if !o.Partial {
		plan.Orphans, plan.Kept = orphans(objects, found, o.Disabled)
		plan.RemovesOrphans = o.RemoveOrphans
	}
	succeed(plan, found, o)
	return plan, p.restartDependents(plan)
}

// kindsOf returns the kinds that a project has or had, so that they can be listed.
func kindsOf(objects []*unstructured.Unstructured, refs []Ref) []Ref {
	seen := map[string]bool{}
	var out []Ref
	add := func(r Ref) {
		kind := Ref{APIVersion: r.APIVersion, Kind: r.Kind}
		if !seen[kind.id()] {
			seen[kind.id()] = true
			out = append(out, kind)
		}
	}
	for _, o := range objects {
		add(RefOf(o))
	}
	for _, r := range refs {
		add(r)
	}
	return out
}

// projectObjects returns what the cluster has of a project, by label, for the given kinds.
func (c *Client) projectObjects(ctx context.Context, project, namespace string, kinds []Ref) ([]*unstructured.Unstructured, error) {
	lists, errs := make([][]unstructured.Unstructured, len(kinds)), make([]error, len(kinds))
	var group errgroup.Group // none ends the others: of several errors, the same one is to be told each time
	group.SetLimit(inFlight)
	for i, kind := range kinds {
		group.Go(func() error {
			lists[i], errs[i] = c.list(ctx, kind.APIVersion, kind.Kind, namespace, ownSelector(project))
			return nil
		})
	}
	_ = group.Wait() // it returns nil
	var out []*unstructured.Unstructured
	for i, list := range lists {
		if errs[i] != nil {
			return nil, errs[i]
		}
		for i := range list {
			// Kubernetes copies labels from templates to what it makes of them; those objects are its own.
			if len(list[i].GetOwnerReferences()) == 0 {
				out = append(out, &list[i])
			}
		}
	}
	return out, nil
}

func ownSelector(project string) string {
	return labelManagedBy + "=" + managedBy + "," + labelInstance + "=" + project
}

func isOurs(o *unstructured.Unstructured, project string) bool {
	labels := o.GetLabels()
	return labels[labelManagedBy] == managedBy && labels[labelInstance] == project
}

// step decides what happens to one object.
func (p *planner) step(ctx context.Context, desired *unstructured.Unstructured) (*Step, error) {
	s := &Step{Ref: RefOf(desired), Services: servicesOf(desired), Desired: desired}
	s.Live = p.live[s.Ref.id()]
	if s.Live == nil {
		return s, p.create(ctx, s)
	}
	if s.Live.GetDeletionTimestamp() != nil {
		s.Action, s.Reason = Recreate, "it is being deleted"
		return s, p.checkClaim(ctx, s)
	}
	if reason := p.mustRerun(s); reason != "" {
		s.Action, s.Reason = Recreate, reason
		return s, nil
	}
	if covers(s.Live, desired) {
		s.Action, s.Result = Unchanged, s.Live
	} else if err := p.update(ctx, s); err != nil {
		return s, err
	}
	if s.Action == Unchanged && s.problem == nil && isStopped(s.Live) {
		s.Action, s.Reason = Update, "it was stopped"
	}
	if s.Action == Unchanged && p.options.ForceRecreate && restartable(s.Ref.Kind) {
		s.Action, s.Reason = Restart, "asked for"
	}
	return s, nil
}

// mustRerun says why a Job or bare Pod is run again though its definition is the same.
func (p *planner) mustRerun(s *Step) string {
	switch {
	case s.Ref.Kind != "Job" && s.Ref.Kind != "Pod":
	case p.options.ForceRecreate:
		return "asked for"
	case s.Ref.Kind == "Job" && isTrue(s.Live, "Failed"), s.Ref.Kind == "Pod" && text(s.Live, "status", "phase") == "Failed":
		return "it failed the last time"
	}
	return ""
}

// update plans a change of an object that exists.
func (p *planner) update(ctx context.Context, s *Step) error {
	s.Action = Update
	s.force = p.options.ForceConflicts
	result, err := p.client.apply(ctx, s.Desired, p.namespace, applyOptions{force: s.force, dryRun: true})
	if managers := conflictingManagers(err); len(managers) > 0 && !slices.ContainsFunc(managers, isForeignManager) {
		// Commands like scale and stop own what they changed; for up the file decides again.
		s.force = true
		result, err = p.client.apply(ctx, s.Desired, p.namespace, applyOptions{force: true, dryRun: true})
	}
	if err != nil {
		return p.refuse(s, err)
	}
	s.Result = result
	switch {
	case leavesHeadless(s):
		s.Action, s.Reason = Recreate, "Kubernetes gives no address to a Service that has none"
	case sameObject(s.Live, result):
		s.Action = Unchanged
	}
	return nil
}

// refuse turns the server's answer into a problem of the plan, or into another action where there is one; an error that
// is not about this object ends the plan.
func (p *planner) refuse(s *Step, err error) error {
	if denied := forbidden(err, "apply"); denied != nil {
		s.problem = &Problem{Ref: s.Ref, Code: "forbidden", Message: denied.missing()}
		return nil
	}
	switch {
	case apierrors.IsConflict(err):
		s.problem = fieldConflict(s.Ref, err)
	case s.Live != nil && apierrors.IsInvalid(err) && (s.Ref.isClaim() || immutableFields(err) != ""):
		p.replace(s, err)
	case isDenied(err):
		s.problem = &Problem{Ref: s.Ref, Code: "denied", Message: "the cluster does not admit it: " + serverMessage(err)}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.IsRequestEntityTooLargeError(err):
		s.problem = &Problem{Ref: s.Ref, Code: "invalid", Message: "the API server refuses it: " + serverMessage(err)}
	default:
		return p.client.explain(err, fmt.Sprintf("plan %s", s.Ref))
	}
	return nil
}
