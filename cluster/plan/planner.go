package plan

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
)

// planner holds what the steps of one plan share.
type planner struct {
	client    *api.Conn
	options   Options
	namespace string
	live      map[string]*unstructured.Unstructured // by Ref.id
	samples   map[string]bool                       // of the new objects, one of each kind; by Ref.id
}

// Make asks the server what applying the objects would change, and changes nothing. Listed are the objects that the
// inventory of the project has.
func Make(ctx context.Context, c *api.Conn, objects []*unstructured.Unstructured, listed []resource.Ref, o Options) (*Plan, error) {
	p := &planner{client: c, options: o, namespace: o.Namespace, live: map[string]*unstructured.Unstructured{}}
	found, err := find.Objects(ctx, c, o.Project, o.Namespace, find.KindsOf(objects, listed))
	if err != nil {
		return nil, err
	}
	for _, live := range found {
		p.live[resource.RefOf(live).Id()] = live
	}
	p.samples = p.newSamples(objects)
	plan := &Plan{Project: o.Project, Namespace: o.Namespace, Steps: make([]*Step, len(objects))}
	alike, err := p.alike(ctx, objects)
	if err != nil {
		return nil, err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(api.InFlight)
	for i, object := range objects {
		if alike[resource.RefOf(object).Id()] != "" {
			continue
		}
		group.Go(func() (err error) {
			plan.Steps[i], err = p.step(groupCtx, object)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := p.followSamples(ctx, plan, objects, alike); err != nil {
		return nil, err
	}
	if !o.Partial {
		plan.Orphans, plan.Kept = orphans(objects, found, o.Disabled)
		plan.RemovesOrphans = o.RemoveOrphans
	}
	planReplacements(plan, found, o)
	return plan, p.restartDependents(plan)
}

// step decides what happens to one object.
func (p *planner) step(ctx context.Context, desired *unstructured.Unstructured) (*Step, error) {
	s := &Step{Ref: resource.RefOf(desired), Services: resource.ServicesOf(desired), Desired: desired}
	s.Live = p.live[s.Ref.Id()]
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
	if appliedNoop(s.Live, desired) {
		s.Action, s.Result = Unchanged, s.Live
	} else if err := p.update(ctx, s); err != nil {
		return s, err
	}
	if s.Action == Unchanged && s.problem == nil && resource.IsStopped(s.Live) {
		s.Action, s.Reason = Update, "it was stopped"
	}
	if s.Action == Unchanged && p.options.ForceRecreate && resource.Restartable(s.Ref.Kind) {
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
	case s.Ref.Kind == "Job" && resource.IsTrue(s.Live, "Failed"), s.Ref.Kind == "Pod" && resource.Text(s.Live, "status", "phase") == "Failed":
		return "it failed the last time"
	case p.isNamed(s) && (s.Ref.Kind == "Job" && resource.IsTrue(s.Live, "Complete") || s.Ref.Kind == "Pod" && resource.HasPodEnded(s.Live)):
		return "asked for by name, so it runs again"
	}
	return ""
}

// isNamed reports whether somebody asked for a service of a step by its name.
func (p *planner) isNamed(s *Step) bool {
	return slices.ContainsFunc(s.Services, func(name string) bool { return slices.Contains(p.options.Named, name) })
}

// update plans a change of an object that exists.
func (p *planner) update(ctx context.Context, s *Step) error {
	s.Action = Update
	s.Force = p.options.ForceConflicts
	result, err := p.client.Apply(ctx, s.Desired, p.namespace, api.ApplyOptions{Force: s.Force, DryRun: true})
	if managers := ConflictingManagers(err); len(managers) > 0 && !slices.ContainsFunc(managers, isForeignManager) {
		// Commands like scale and stop own what they changed; for up the file decides again.
		s.Force = true
		result, err = p.client.Apply(ctx, s.Desired, p.namespace, api.ApplyOptions{Force: true, DryRun: true})
	}
	if err != nil {
		return p.refuse(s, err)
	}
	s.Result = result
	switch {
	case leavesHeadless(s):
		s.Action, s.Reason = Recreate, "Kubernetes gives no address to a Service that has none"
	case resource.SameObject(s.Live, result):
		s.Action = Unchanged
	}
	return nil
}

// refuse turns the server's answer into a problem of the plan, or into another action where there is one; an error that
// is not about this object ends the plan.
func (p *planner) refuse(s *Step, err error) error {
	if denied := api.Forbidden(err, "apply"); denied != nil {
		s.problem = &Problem{Ref: s.Ref, Code: "forbidden", Message: denied.Missing()}
		return nil
	}
	switch {
	case apierrors.IsConflict(err):
		s.problem = FieldConflict(s.Ref, err)
	case s.Live != nil && apierrors.IsInvalid(err) && (s.Ref.IsClaim() || immutableFields(err) != ""):
		p.replace(s, err)
	case isDenied(err):
		s.problem = &Problem{Ref: s.Ref, Code: "denied", Message: "the cluster does not admit it: " + serverMessage(err)}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.IsRequestEntityTooLargeError(err):
		s.problem = &Problem{Ref: s.Ref, Code: "invalid", Message: "the API server refuses it: " + serverMessage(err)}
	default:
		return p.client.Explain(err, fmt.Sprintf("plan %s", s.Ref))
	}
	return nil
}
