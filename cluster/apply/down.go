package apply

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/inventory"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/workload"
)

// DownOptions say how a project is removed.
type DownOptions struct {
	Project   string
	Namespace string
	Services  []string       // only these; empty is everything
	Volumes   bool           // claims too, with their data
	Grace     *time.Duration // what containers get to end by themselves; nil leaves it to their Pods
	Timeout   time.Duration  // of the whole run; 0 is no bound
	DryRun    bool           // tell each object that would go as [Removable], and remove nothing
}

// Down removes what up made: dependents before what they depend on, then everything else, then the inventory, and the
// namespace if it was made for the project and nothing is left in it. The project's name is all it needs to know.
func Down(ctx context.Context, c *api.Conn, o DownOptions, sink event.Sink) error {
	sink = event.OneAtATime(sink)
	ctx, stop := bounded(ctx, o.Timeout)
	defer stop()
	for {
		err := downOnce(ctx, c, o, sink)
		if !errors.Is(err, inventory.ErrStale) || ctx.Err() != nil {
			return timedOut(ctx, err, o.Timeout, "disappear")
		}
	}
}

func downOnce(ctx context.Context, c *api.Conn, o DownOptions, sink event.Sink) error {
	var read inventory.List
	var err error
	if o.DryRun {
		read, err = inventory.Read(ctx, c, o.Project, o.Namespace)
	} else {
		read, err = inventory.AwaitUnlocked(ctx, c, o.Project, o.Namespace, o.doing(), sink)
	}
	if err != nil {
		return err
	}
	found, err := removable(ctx, c, o, read)
	if err != nil {
		return err
	}
	if read.Object == nil && len(found) == 0 {
		return &find.NoProjectError{Project: o.Project, Namespace: o.Namespace}
	}
	for _, name := range o.Services {
		if !slices.ContainsFunc(found, func(live *unstructured.Unstructured) bool { return resource.Stands(live, name) }) {
			sink.Warn("project %s has no service %q in namespace %s: there is nothing of it to remove", o.Project, name, o.Namespace)
		}
	}
	workload.WarnOfShared(found, o.Services, sink)
	if o.DryRun {
		for _, live := range found {
			sink.Tell(event.Removable{Ref: resource.RefOf(live)})
		}
		return nil
	}
	if err := mayRemove(ctx, c, o, found, read.Object != nil); err != nil {
		return err
	}
	var held *inventory.Lock
	if read.Object != nil {
		if held, ctx, err = inventory.Acquire(ctx, c, o.Project, o.Namespace, o.doing(), read, read.Content()); err != nil {
			return err
		}
	}
	r := &removal{client: c, namespace: o.Namespace, grace: o.Grace, sink: sink}
	err = r.remove(ctx, found)
	remaining := remainingIn(read.Content(), found, len(o.Services) > 0, err)
	if err == nil && held == nil && len(o.Services) == 0 {
		return dropNamespaceIfEmpty(ctx, c, o, sink) // run makes a namespace, and maybe nothing that would be listed
	}
	if err == nil && held != nil && len(o.Services) == 0 && len(remaining.Refs) == 0 {
		return errors.Join(held.Discard(ctx), dropNamespaceIfEmpty(ctx, c, o, sink))
	}
	if held != nil {
		parting, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		err = errors.Join(err, ignoreLost(held.Release(parting, &remaining)))
	}
	return err
}

// doing is the command as others are told of it.
func (o DownOptions) doing() string {
	return strings.Join(append([]string{inventory.Down}, o.Services...), " ")
}

// remainingIn is what the inventory says after a removal; all of it if the removal failed. Of a whole project, only
// claims remain: what else was not found is gone.
func remainingIn(content inventory.Content, removed []*unstructured.Unstructured, partial bool, err error) inventory.Content {
	if err != nil {
		return content
	}
	gone := map[string]bool{}
	for _, o := range removed {
		gone[resource.RefOf(o).Id()] = true
	}
	out := inventory.Content{Limit: content.Limit}
	for _, r := range content.Refs {
		if !gone[r.Id()] && (partial || r.IsClaim()) {
			out.Refs = append(out.Refs, r)
		}
	}
	for _, p := range content.Pending {
		if !gone[p.Ref.Id()] && partial {
			out.Pending = append(out.Pending, p)
		}
	}
	return out
}

// removable returns the objects that down takes away.
func removable(ctx context.Context, c *api.Conn, o DownOptions, read inventory.List) ([]*unstructured.Unstructured, error) {
	found, err := find.Objects(ctx, c, o.Project, o.Namespace, reachableKinds(ctx, c, o.Namespace, read.Refs))
	if err != nil {
		return nil, err
	}
	if o.Volumes {
		made, err := templateClaims(ctx, c, o, found)
		if err != nil {
			return nil, err
		}
		found = append(found, made...)
	}
	return slices.DeleteFunc(found, func(live *unstructured.Unstructured) bool {
		switch {
		case resource.IsInventory(live):
			return true
		case resource.RefOf(live).IsClaim() && !o.Volumes:
			return true
		case len(o.Services) > 0:
			return !slices.ContainsFunc(o.Services, func(name string) bool { return resource.Stands(live, name) })
		}
		return false
	}), nil
}

// reachableKinds returns the kinds of the inventory, and those that up makes often if there is no inventory to ask.
func reachableKinds(ctx context.Context, c *api.Conn, namespace string, refs []resource.Ref) []resource.Ref {
	kinds := find.KindsOf(nil, append([]resource.Ref{{APIVersion: "v1", Kind: "Pod"}}, refs...)) // one-off Pods are in no inventory
	if len(refs) == 0 {
		kinds = append(kinds, api.OwnKinds()...)
	}
	// A kind whose operator was removed meanwhile has no objects any more.
	return slices.DeleteFunc(kinds, func(kind resource.Ref) bool {
		_, err := c.Objects(ctx, kind.APIVersion, kind.Kind, namespace)
		return err != nil
	})
}

// templateClaims returns the claims that StatefulSets made from their templates: those carry the labels of the
// selector only, and their names end in the name of the set and a number.
func templateClaims(ctx context.Context, c *api.Conn, o DownOptions, found []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	var sets []*unstructured.Unstructured
	for _, w := range found {
		if w.GetKind() == "StatefulSet" && len(resource.Items(w.Object, "spec", "volumeClaimTemplates")) > 0 {
			sets = append(sets, w)
		}
	}
	if len(sets) == 0 {
		return nil, nil
	}
	claims, err := c.List(ctx, "v1", "PersistentVolumeClaim", o.Namespace, resource.LabelInstance+"="+o.Project)
	if err != nil {
		return nil, err
	}
	var out []*unstructured.Unstructured
	for i := range claims {
		for _, set := range sets {
			if !resource.IsOurs(&claims[i], o.Project) && resource.IsMadeFor(claims[i].GetName(), set) {
				out = append(out, &claims[i])
			}
		}
	}
	return out, nil
}
