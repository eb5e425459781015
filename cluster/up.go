package cluster

import (
	"context"
	"errors"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// UpOptions say how a project is brought up.
type UpOptions struct {
	Project   string
	Namespace string

	Adopt          bool // take over objects that the project did not make
	ForceConflicts bool // overwrite fields that others have set
	ForceRecreate  bool // replace all Pods and run all Jobs again
	RemoveOrphans  bool // delete what the project no longer has
	DryRun         bool // plan only
	Wait           bool // until everything is ready
	// Disabled are services of profiles that are not enabled: what the cluster has of them is no orphan.
	Disabled []string
	// Partial: the objects are only a part of the project, so what is missing among them is no orphan.
	Partial bool
	// Timeout bounds the whole run; 0 is no bound.
	Timeout time.Duration
}

// Up makes the cluster have these objects, in the order of their dependencies, and returns the plan that it followed.
// Nothing is changed unless every check of the plan passed.
func (c *Client) Up(ctx context.Context, objects []*unstructured.Unstructured, o UpOptions, sink Sink) (*Plan, error) {
	sink = oneAtATime(sink)
	if o.Timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, o.Timeout, errTimeUp)
		defer stop()
	}
	plan, err := c.upInTime(ctx, objects, o, sink)
	return plan, timedOut(ctx, err, o.Timeout, "become ready")
}

func (c *Client) upInTime(ctx context.Context, objects []*unstructured.Unstructured, o UpOptions, sink Sink) (*Plan, error) {
	exists, made, err := c.ensureNamespace(ctx, o, sink)
	if err != nil {
		return nil, err
	}
	if !exists {
		plan := unasked(objects, o)
		sink.tell(Planned{Plan: plan})
		sink.warn("namespace %s is not there yet: what would go into it is not checked by the server", o.Namespace)
		return plan, nil
	}
	for {
		plan, err := c.upOnce(ctx, objects, o, sink)
		if errors.Is(err, errStale) && ctx.Err() == nil {
			continue
		}
		if refused := (*RefusedError)(nil); errors.As(err, &refused) && made {
			c.dropNamespace(ctx, o.Project, o.Namespace)
		}
		return plan, err
	}
}

// errTimeUp is why the context of a run ended, if it was for its timeout.
var errTimeUp = errors.New("timed out")

func (c *Client) upOnce(ctx context.Context, objects []*unstructured.Unstructured, o UpOptions, sink Sink) (*Plan, error) {
	var read inventory
	var err error
	if o.DryRun {
		read, err = c.readInventory(ctx, o.Project, o.Namespace)
	} else {
		read, err = c.awaitUnlocked(ctx, o.Project, o.Namespace, sink)
	}
	if err != nil {
		return nil, err
	}
	plan, err := c.plan(ctx, objects, read, o)
	if err != nil {
		return nil, err
	}
	if problems := plan.problems(); len(problems) > 0 {
		return plan, &RefusedError{Problems: problems}
	}
	plan.warnOfLeftOut(o, sink)
	if o.DryRun {
		sink.tell(Planned{Plan: plan})
		return plan, nil
	}
	return plan, c.carryOut(ctx, plan, read, o, sink)
}

// carryOut does what a plan says. A plan without changes takes no lock and writes nothing.
func (c *Client) carryOut(ctx context.Context, plan *Plan, read inventory, o UpOptions, sink Sink) error {
	r := &run{client: c, plan: plan, options: o, sink: sink}
	final := finalInventory(plan, read, o)
	removes := o.RemoveOrphans && len(plan.Orphans) > 0
	_, locked := lockOf(read.object)
	if plan.Changes() == 0 && !removes && !locked && slices.Equal(final, read.refs) {
		sink.tell(Planned{Plan: plan})
		return r.do(ctx, func() error { return nil })
	}
	held, heldCtx, err := c.acquire(ctx, o.Project, o.Namespace, read, union(read.refs, final))
	if err != nil {
		return err
	}
	sink.tell(Planned{Plan: plan})
	released := false
	err = r.do(heldCtx, func() error {
		if removes {
			if err := r.removeOrphans(heldCtx); err != nil {
				return err
			}
		}
		released = true
		return held.release(heldCtx, final)
	})
	if !released {
		// What was begun stays in the inventory; the lock goes, also when the run was interrupted.
		parting, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		err = errors.Join(err, ignoreLost(held.release(parting, nil)))
	}
	return err
}

// ignoreLost drops the error of releasing a lock that another run has taken.
func ignoreLost(err error) error {
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// finalInventory is what the inventory lists when everything went well.
func finalInventory(plan *Plan, read inventory, o UpOptions) []Ref {
	refs := make([]Ref, 0, len(plan.Steps))
	for _, s := range plan.Steps {
		refs = append(refs, s.Ref)
	}
	if o.Partial {
		return union(slices.DeleteFunc(slices.Clone(read.refs), plan.replaces), refs)
	}
	if !o.RemoveOrphans {
		refs = union(refs, plan.Orphans)
	}
	return union(refs, plan.Kept)
}

// ensureNamespace makes the namespace if it is missing, and notes on it for which project. A dry run makes none.
func (c *Client) ensureNamespace(ctx context.Context, o UpOptions, sink Sink) (exists, made bool, err error) {
	ref := Ref{"v1", "Namespace", o.Namespace}
	live, err := c.get(ctx, ref, "")
	if denied := (*ForbiddenError)(nil); errors.As(err, &denied) {
		return true, false, nil // people who may only work inside a namespace cannot read it; the next request will tell
	}
	if err != nil || live != nil && live.GetDeletionTimestamp() == nil {
		return err == nil, false, err
	}
	if o.DryRun {
		return false, false, nil
	}
	if live != nil {
		sink.tell(Waiting{Ref: ref, State: "being deleted", Reason: "it is made again as soon as it is gone"})
		if err := c.awaitGone(ctx, live, "", nil); err != nil {
			return false, false, err
		}
		sink.tell(Removed{Ref: ref})
	}
	namespace := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace"}}
	namespace.SetName(o.Namespace)
	namespace.SetLabels(map[string]string{labelManagedBy: managedBy})
	namespace.SetAnnotations(map[string]string{annotationMadeFor: o.Project})
	objects, err := c.objects(ctx, "v1", "Namespace", "")
	if err != nil {
		return false, false, err
	}
	err = c.retry(ctx, func(ctx context.Context) error {
		_, err := objects.Create(ctx, namespace, metav1.CreateOptions{FieldManager: fieldManager})
		return err
	})
	if apierrors.IsAlreadyExists(err) {
		return true, false, nil
	}
	if err != nil {
		return false, false, c.explain(err, "create namespace "+o.Namespace)
	}
	return true, true, nil
}

// unasked is the plan for a namespace that does not exist: the server cannot be asked about objects in it.
func unasked(objects []*unstructured.Unstructured, o UpOptions) *Plan {
	plan := &Plan{Project: o.Project, Namespace: o.Namespace}
	for _, object := range objects {
		plan.Steps = append(plan.Steps, &Step{Ref: RefOf(object), Services: servicesOf(object), Action: Create, Desired: object})
	}
	return plan
}
