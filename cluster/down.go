package cluster

import (
	"context"
	"errors"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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
func (c *Client) Down(ctx context.Context, o DownOptions, sink Sink) error {
	sink = oneAtATime(sink)
	if o.Timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, o.Timeout, errTimeUp)
		defer stop()
	}
	for {
		err := c.downOnce(ctx, o, sink)
		if !errors.Is(err, errStale) || ctx.Err() != nil {
			return timedOut(ctx, err, o.Timeout, "disappear")
		}
	}
}

func (c *Client) downOnce(ctx context.Context, o DownOptions, sink Sink) error {
	look := c.awaitUnlocked
	if o.DryRun {
		look = func(ctx context.Context, project, namespace string, _ Sink) (inventory, error) {
			return c.readInventory(ctx, project, namespace)
		}
	}
	read, err := look(ctx, o.Project, o.Namespace, sink)
	if err != nil {
		return err
	}
	found, err := c.removable(ctx, o, read)
	if err != nil {
		return err
	}
	if read.object == nil && len(found) == 0 {
		return &NoProjectError{Project: o.Project, Namespace: o.Namespace}
	}
	for _, name := range o.Services {
		if !slices.ContainsFunc(found, func(live *unstructured.Unstructured) bool { return stands(live, name) }) {
			sink.warn("project %s has no service %q in namespace %s: there is nothing of it to remove", o.Project, name, o.Namespace)
		}
	}
	WarnOfShared(found, o.Services, sink)
	if o.DryRun {
		for _, live := range found {
			sink.tell(Removable{Ref: RefOf(live)})
		}
		return nil
	}
	var held *lock
	if read.object != nil {
		if held, ctx, err = c.acquire(ctx, o.Project, o.Namespace, read, read.refs); err != nil {
			return err
		}
	}
	r := &removal{client: c, namespace: o.Namespace, grace: o.Grace, sink: sink}
	err = r.remove(ctx, found)
	remaining := remainingRefs(read.refs, found, len(o.Services) > 0, err)
	if err == nil && held != nil && len(o.Services) == 0 && len(remaining) == 0 {
		return errors.Join(held.discard(ctx), c.dropNamespaceIfEmpty(ctx, o, sink))
	}
	if held != nil {
		parting, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		err = errors.Join(err, ignoreLost(held.release(parting, remaining)))
	}
	return err
}

// remainingRefs is what the inventory lists after a removal; all of it if the removal failed. Of a whole project, only
// claims remain: what else was not found is gone.
func remainingRefs(refs []Ref, removed []*unstructured.Unstructured, partial bool, err error) []Ref {
	if err != nil {
		return nil // nil keeps what is written there
	}
	gone := map[string]bool{}
	for _, o := range removed {
		gone[RefOf(o).id()] = true
	}
	out := []Ref{}
	for _, r := range refs {
		if !gone[r.id()] && (partial || r.isClaim()) {
			out = append(out, r)
		}
	}
	return out
}

// removable returns the objects that down takes away.
func (c *Client) removable(ctx context.Context, o DownOptions, read inventory) ([]*unstructured.Unstructured, error) {
	found, err := c.projectObjects(ctx, o.Project, o.Namespace, c.reachableKinds(ctx, o.Namespace, read.refs))
	if err != nil {
		return nil, err
	}
	if o.Volumes {
		made, err := c.templateClaims(ctx, o, found)
		if err != nil {
			return nil, err
		}
		found = append(found, made...)
	}
	return slices.DeleteFunc(found, func(live *unstructured.Unstructured) bool {
		switch {
		case isInventory(live):
			return true
		case RefOf(live).isClaim() && !o.Volumes:
			return true
		case len(o.Services) > 0:
			return !slices.ContainsFunc(o.Services, func(name string) bool { return stands(live, name) })
		}
		return false
	}), nil
}

// reachableKinds returns the kinds of the inventory, and those that up makes often if there is no inventory to ask.
func (c *Client) reachableKinds(ctx context.Context, namespace string, refs []Ref) []Ref {
	kinds := kindsOf(nil, append([]Ref{{APIVersion: "v1", Kind: "Pod"}}, refs...)) // one-off Pods are in no inventory
	if len(refs) == 0 {
		for _, apiVersion := range sortedKeys(builtin) {
			for _, kind := range sortedKeys(builtin[apiVersion]) {
				if !builtin[apiVersion][kind].clusterScoped && kind != "Event" && kind != "ResourceQuota" && kind != "ReplicaSet" {
					kinds = append(kinds, Ref{APIVersion: apiVersion, Kind: kind})
				}
			}
		}
	}
	// A kind whose operator was removed meanwhile has no objects any more.
	return slices.DeleteFunc(kinds, func(kind Ref) bool {
		_, err := c.objects(ctx, kind.APIVersion, kind.Kind, namespace)
		return err != nil
	})
}

// templateClaims returns the claims that StatefulSets made from their templates: those carry the labels of the
// selector only, and their names end in the name of the set and a number.
func (c *Client) templateClaims(ctx context.Context, o DownOptions, found []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	var sets []*unstructured.Unstructured
	for _, w := range found {
		if w.GetKind() == "StatefulSet" && len(items(w.Object, "spec", "volumeClaimTemplates")) > 0 {
			sets = append(sets, w)
		}
	}
	if len(sets) == 0 {
		return nil, nil
	}
	claims, err := c.list(ctx, "v1", "PersistentVolumeClaim", o.Namespace, labelInstance+"="+o.Project)
	if err != nil {
		return nil, err
	}
	var out []*unstructured.Unstructured
	for i := range claims {
		for _, set := range sets {
			if !isOurs(&claims[i], o.Project) && isMadeFor(claims[i].GetName(), set) {
				out = append(out, &claims[i])
			}
		}
	}
	return out, nil
}
