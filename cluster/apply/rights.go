package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/rights"
)

var (
	configMaps = resource.Ref{APIVersion: "v1", Kind: "ConfigMap"}
	podKind    = resource.Ref{APIVersion: "v1", Kind: "Pod"}
)

// withRights adds to a failure for want of a right all the rights that are missing for an up, so that nobody has to ask for
// one after the other.
func withRights(ctx context.Context, c *api.Conn, objects []*unstructured.Unstructured, p *plan.Plan, o plan.Options, err error) error {
	refused, denied := (*plan.RefusedError)(nil), (*api.ForbiddenError)(nil)
	isDenied := errors.As(err, &denied) || errors.As(err, &refused) &&
		slices.ContainsFunc(refused.Problems, func(p plan.Problem) bool { return p.Code == forbidden })
	if !isDenied || ctx.Err() != nil {
		return err
	}
	kinds := find.KindsOf(objects, nil)
	wanted := slices.Concat(
		rights.Of(ctx, c, kinds, "get", "list", "create", "patch"),
		rights.Of(ctx, c, []resource.Ref{configMaps}, "get", "list", "create", "update"), // the inventory
		rights.Of(ctx, c, []resource.Ref{podKind}, "list", "watch"),
		rights.Of(ctx, c, slices.DeleteFunc(slices.Clone(kinds), func(k resource.Ref) bool { return !k.IsWorkload() }), "watch"),
	)
	if o.RemoveOrphans {
		wanted = append(wanted, rights.Of(ctx, c, append(kinds, configMaps), "delete")...)
	}
	if p != nil {
		wanted = append(wanted, rights.Of(ctx, c, find.KindsOf(nil, deletions(p, o)), "get", "delete")...)
	}
	return listMissing(ctx, c, o.Project, o.Namespace, wanted, err)
}

// forbidden is the code of a problem that is the want of a right.
const forbidden = "forbidden"

// listMissing adds to an error those of some rights that are missing. Where that cannot be found out, the error says enough.
func listMissing(ctx context.Context, c *api.Conn, project, namespace string, wanted []rights.Right, cause error) error {
	missing, err := rights.Missing(ctx, c, namespace, wanted)
	if err != nil || len(missing) == 0 {
		return cause
	}
	return &rights.Error{Project: project, Namespace: namespace, User: rights.User(ctx, c), Missing: missing, Cause: cause}
}

// deletions returns what a plan deletes, for good or to create it again.
func deletions(p *plan.Plan, o plan.Options) []resource.Ref {
	var out []resource.Ref
	for _, s := range p.Steps {
		if s.Action == plan.Recreate {
			out = append(out, s.Ref)
		}
		out = append(out, s.Replaces...)
	}
	if o.RemoveOrphans {
		out = append(out, p.Orphans...)
	}
	return out
}

// undeletable returns a problem for each object that is to be deleted and that the caller may not delete. A dry run of a
// deletion would tell the same, but only of objects that are there.
func undeletable(ctx context.Context, c *api.Conn, namespace string, refs []resource.Ref) ([]plan.Problem, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	missing, err := rights.Missing(ctx, c, namespace, rights.Of(ctx, c, find.KindsOf(nil, refs), "delete"))
	if err != nil || len(missing) == 0 {
		return nil, ctx.Err() // where nobody may ask, the deletion itself will tell
	}
	who := cmp.Or(rights.User(ctx, c), "the current user")
	var out []plan.Problem
	for _, ref := range refs {
		name, err := c.ResourceOf(ctx, ref.APIVersion, ref.Kind)
		if err != nil {
			return nil, err
		}
		right := rights.Right{Group: ref.GroupVersionKind().Group, Resource: name, Verb: "delete"}
		if slices.Contains(missing, right) {
			out = append(out, plan.Problem{Ref: ref, Code: forbidden, Message: fmt.Sprintf("%s may not %s in namespace %s", who, right, namespace)})
		}
	}
	return out, nil
}

// mayRemove refuses a removal of which a part is not permitted, before the first object goes.
func mayRemove(ctx context.Context, c *api.Conn, o DownOptions, objects []*unstructured.Unstructured, hasInventory bool) error {
	refs := make([]resource.Ref, len(objects))
	for i, live := range objects {
		refs[i] = resource.RefOf(live)
	}
	if hasInventory && len(o.Services) == 0 {
		refs = append(refs, resource.Ref{APIVersion: "v1", Kind: "ConfigMap", Name: resource.InventoryName(o.Project)})
	}
	problems, err := undeletable(ctx, c, o.Namespace, refs)
	if err != nil || len(problems) == 0 {
		return err
	}
	wanted := rights.Of(ctx, c, append(find.KindsOf(nil, refs), podKind), "get", "list", "delete")
	wanted = append(wanted, rights.Of(ctx, c, []resource.Ref{configMaps}, "update")...)
	return listMissing(ctx, c, o.Project, o.Namespace, wanted, &plan.RefusedError{Problems: problems})
}
