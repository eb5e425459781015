package apply

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/inventory"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
)

// warnOfLeftOut says which services end with a change of the Pod that they share, because the run is not about them.
func warnOfLeftOut(p *plan.Plan, o plan.Options, sink event.Sink) {
	for _, s := range p.Steps {
		if s.Live == nil || !s.Ref.IsWorkload() || s.Action == plan.Unchanged {
			continue
		}
		if others := p.LeftOut(resource.ServicesOf(s.Live), o); len(others) > 0 {
			sink.Warn("%s goes on without %s: this run leaves out what was in its Pod; name that too, or enable its profile, to keep it",
				s.Ref, strings.Join(others, ", "))
		}
	}
}

// Up makes the cluster have these objects, in the order of their dependencies, and returns the plan that it followed.
// Nothing is changed unless every check of the plan passed.
func Up(ctx context.Context, c *api.Conn, objects []*unstructured.Unstructured, o plan.Options, sink event.Sink) (*plan.Plan, error) {
	sink = event.OneAtATime(sink)
	ctx, stop := bounded(ctx, o.Timeout)
	defer stop()
	p, err := upInTime(ctx, c, objects, o, sink)
	return p, timedOut(ctx, err, o.Timeout, "become ready")
}

func upInTime(ctx context.Context, c *api.Conn, objects []*unstructured.Unstructured, o plan.Options, sink event.Sink) (*plan.Plan, error) {
	exists, made, err := ensureNamespace(ctx, c, o, sink)
	if err != nil {
		return nil, err
	}
	if !exists {
		p := unasked(objects, o)
		sink.Tell(event.Planned{Plan: p})
		sink.Warn("namespace %s is not there yet: what would go into it is not checked by the server", o.Namespace)
		return p, nil
	}
	for {
		p, err := upOnce(ctx, c, objects, o, sink)
		err = withRights(ctx, c, objects, p, o, err)
		if errors.Is(err, inventory.ErrStale) && ctx.Err() == nil {
			continue
		}
		if refused := (*plan.RefusedError)(nil); errors.As(err, &refused) && made {
			dropNamespace(ctx, c, o.Project, o.Namespace)
		}
		return p, err
	}
}

func upOnce(ctx context.Context, c *api.Conn, objects []*unstructured.Unstructured, o plan.Options, sink event.Sink) (*plan.Plan, error) {
	var read inventory.List
	var err error
	if o.DryRun {
		read, err = inventory.Read(ctx, c, o.Project, o.Namespace)
	} else {
		read, err = inventory.AwaitUnlocked(ctx, c, o.Project, o.Namespace, "", sink)
	}
	if err != nil {
		return nil, err
	}
	o.Pending = pendingOf(read.Pending)
	p, err := plan.Make(ctx, c, objects, read.Refs, o)
	if err != nil {
		return nil, err
	}
	problems, err := undeletable(ctx, c, o.Namespace, deletions(p, o))
	if err != nil {
		return nil, err
	}
	if problems = append(p.Problems(), problems...); len(problems) > 0 {
		return p, &plan.RefusedError{Problems: problems}
	}
	warnOfLeftOut(p, o, sink)
	if o.DryRun {
		sink.Tell(event.Planned{Plan: p})
		return p, nil
	}
	return p, carryOut(ctx, c, p, read, o, sink)
}

// carryOut does what a plan says. A plan without changes takes no lock and writes nothing.
func carryOut(ctx context.Context, c *api.Conn, p *plan.Plan, read inventory.List, o plan.Options, sink event.Sink) error {
	r := &run{client: c, plan: p, options: o, sink: sink}
	final := finalInventory(p, read, o)
	removes := o.RemoveOrphans && len(p.Orphans) > 0
	_, locked := inventory.LockOf(read.Object)
	if p.Changes() == 0 && !removes && !locked && slices.Equal(final, read.Refs) && len(read.Pending) == 0 && o.Limit.IsSame(read.Limit) {
		sink.Tell(event.Planned{Plan: p})
		return r.do(ctx, func(bool) error { return nil })
	}
	begun := inventory.Content{Refs: resource.Union(read.Refs, final), Pending: pendingIn(p, read.Pending, o.Partial), Limit: o.Limit}
	held, heldCtx, err := inventory.Acquire(ctx, c, o.Project, o.Namespace, strings.Join(append([]string{"up"}, o.Named...), " "), read, begun)
	if err != nil {
		return err
	}
	sink.Tell(event.Planned{Plan: p})
	r.lock = held
	released := false
	err = r.do(heldCtx, func(complete bool) error {
		if !complete {
			begun.Pending = r.stillPending(begun.Pending)
			released = true
			return held.Release(heldCtx, &begun)
		}
		if removes {
			if err := r.removeOrphans(heldCtx); err != nil {
				return err
			}
		}
		released = true
		return held.Release(heldCtx, &inventory.Content{Refs: final, Pending: r.stillPending(begun.Pending), Limit: o.Limit})
	})
	if !released {
		// What was begun stays in the inventory; the lock goes, also when the run was interrupted.
		parting, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		begun.Pending = r.stillPending(begun.Pending)
		err = errors.Join(err, ignoreLost(held.Release(parting, &begun)))
	}
	if gaveWay := (*inventory.GaveWayError)(nil); errors.As(err, &gaveWay) && gaveWay.By.Doing == inventory.Down {
		return &event.RemovedError{Project: o.Project, Namespace: o.Namespace, By: gaveWay.By.String()}
	}
	return err
}

// ignoreLost drops the error of releasing a lock that another run has taken, or that is gone with the inventory.
func ignoreLost(err error) error {
	if apierrors.IsConflict(err) || errors.As(err, new(*event.RemovedError)) {
		return nil
	}
	return err
}

// finalInventory is what the inventory lists when everything went well.
func finalInventory(p *plan.Plan, read inventory.List, o plan.Options) []resource.Ref {
	refs := make([]resource.Ref, 0, len(p.Steps))
	for _, s := range p.Steps {
		refs = append(refs, s.Ref)
	}
	if o.Partial {
		return resource.Union(slices.DeleteFunc(slices.Clone(read.Refs), p.Replaces), refs)
	}
	if !o.RemoveOrphans {
		refs = resource.Union(refs, p.Orphans)
	}
	return resource.Union(refs, p.Kept)
}

// ensureNamespace makes the namespace if it is missing, and notes on it for which project. A dry run makes none.
func ensureNamespace(ctx context.Context, c *api.Conn, o plan.Options, sink event.Sink) (exists, made bool, err error) {
	ref := resource.Ref{APIVersion: "v1", Kind: "Namespace", Name: o.Namespace}
	live, err := c.Get(ctx, ref, "")
	if denied := (*api.ForbiddenError)(nil); errors.As(err, &denied) {
		return true, false, nil // people who may only work inside a namespace cannot read it; the next request will tell
	}
	if err != nil || live != nil && live.GetDeletionTimestamp() == nil {
		return err == nil, false, err
	}
	if o.DryRun {
		return false, false, nil
	}
	if live != nil {
		sink.Tell(event.Waiting{Ref: ref, State: "being deleted", Reason: "it is made again as soon as it is gone"})
		if err := awaitGone(ctx, c, live, "", nil); err != nil {
			return false, false, err
		}
		sink.Tell(event.Removed{Ref: ref})
	}
	namespace := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace"}}
	namespace.SetName(o.Namespace)
	namespace.SetLabels(map[string]string{resource.LabelManagedBy: resource.ManagedBy})
	namespace.SetAnnotations(map[string]string{resource.AnnotationMadeFor: o.Project})
	objects, err := c.Objects(ctx, "v1", "Namespace", "")
	if err != nil {
		return false, false, err
	}
	err = c.Retry(ctx, func(ctx context.Context) error {
		_, err := objects.Create(ctx, namespace, metav1.CreateOptions{FieldManager: resource.FieldManager})
		return err
	})
	if apierrors.IsAlreadyExists(err) {
		return true, false, nil
	}
	if err != nil {
		return false, false, c.Explain(err, "create namespace "+o.Namespace)
	}
	return true, true, nil
}

// unasked is the plan for a namespace that does not exist: the server cannot be asked about objects in it.
func unasked(objects []*unstructured.Unstructured, o plan.Options) *plan.Plan {
	p := &plan.Plan{Project: o.Project, Namespace: o.Namespace}
	for _, object := range objects {
		p.Steps = append(p.Steps, &plan.Step{Ref: resource.RefOf(object), Services: resource.ServicesOf(object), Action: plan.Create, Desired: object})
	}
	return p
}
