package plan

import (
	"context"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
)

// fewObjects are as many new objects as are asked about one by one: finding out who judges them would cost as much.
const fewObjects = 12

// alike returns, by Ref.Id, those new objects about which the server would say what it says about another one, and that
// one. Names that are taken are asked about, and so is everything that somebody beside the API judges.
func (p *planner) alike(ctx context.Context, objects []*unstructured.Unstructured) (map[string]string, error) {
	var fresh []*unstructured.Unstructured
	for _, o := range objects {
		if p.live[resource.RefOf(o).Id()] == nil {
			fresh = append(fresh, o)
		}
	}
	if p.options.DryRun || len(fresh) <= fewObjects {
		return nil, nil
	}
	out, first := map[string]string{}, map[string]string{}
	kinds := map[resource.Ref]bool{}
	for _, o := range fresh {
		form, ok := formOf(o)
		if !ok {
			continue
		}
		ref := resource.RefOf(o)
		if leader, seen := first[form]; seen {
			out[ref.Id()] = leader
			kinds[resource.Ref{APIVersion: ref.APIVersion, Kind: ref.Kind}] = true
		} else {
			first[form] = ref.Id()
		}
	}
	if len(out) <= fewObjects {
		return nil, nil
	}
	return out, p.leaveOut(ctx, fresh, kinds, out)
}

// leaveOut takes those out of alike that have to be asked about all the same.
func (p *planner) leaveOut(ctx context.Context, fresh []*unstructured.Unstructured, kinds map[resource.Ref]bool, alike map[string]string) error {
	var judges *authorities
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error {
		judges = findAuthorities(groupCtx, p.client, p.namespace)
		return nil
	})
	var list []resource.Ref
	for _, kind := range find.KindsOf(fresh, nil) {
		if kinds[kind] {
			list = append(list, kind)
		}
	}
	taken := make([]map[string]bool, len(list))
	for i, kind := range list {
		group.Go(func() (err error) {
			taken[i], err = p.client.Names(groupCtx, kind, p.namespace)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, kind := range list {
		name, err := p.client.ResourceOf(ctx, kind.APIVersion, kind.Kind)
		if err != nil {
			return err
		}
		isJudged := judges.judge(kind.GroupVersionKind().Group, name)
		for _, o := range fresh {
			ref := resource.RefOf(o)
			if ref.APIVersion == kind.APIVersion && ref.Kind == kind.Kind && (isJudged || taken[i][ref.Name]) {
				delete(alike, ref.Id())
			}
		}
	}
	return nil
}

// followSamples plans the objects that are like another one: the same as that, if the server takes it. Otherwise each
// is asked about, so that everything that is wrong is told.
func (p *planner) followSamples(ctx context.Context, plan *Plan, objects []*unstructured.Unstructured, alike map[string]string) error {
	byId := map[string]*Step{}
	for _, s := range plan.Steps {
		if s != nil {
			byId[s.Ref.Id()] = s
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(api.InFlight)
	for i, o := range objects {
		if plan.Steps[i] != nil {
			continue
		}
		ref := resource.RefOf(o)
		sample := byId[alike[ref.Id()]]
		if sample.Action == Create && sample.problem == nil && sample.Result != nil {
			plan.Steps[i] = &Step{Ref: ref, Services: resource.ServicesOf(o), Desired: o, Action: Create, Checked: true}
			continue
		}
		group.Go(func() (err error) {
			plan.Steps[i], err = p.step(ctx, o)
			return err
		})
	}
	return group.Wait()
}
