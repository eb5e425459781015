package plan

import (
	"context"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// newSamples picks, of the objects that the project does not have yet, the first of each kind.
func (p *planner) newSamples(objects []*unstructured.Unstructured) map[string]bool {
	seen, out := map[schema.GroupVersionKind]bool{}, map[string]bool{}
	for _, o := range objects {
		if ref := resource.RefOf(o); p.live[ref.Id()] == nil && !seen[ref.GroupVersionKind()] {
			seen[ref.GroupVersionKind()] = true
			out[ref.Id()] = true
		}
	}
	return out
}

// create plans an object that the project does not have yet. The server says whether it would take it, and whether
// there is one of that name that the labels did not select. For a Deployment, a creation is a quarter of the work that
// an apply is, and tells the same, except whether an apply is permitted: that is what the samples are for.
func (p *planner) create(ctx context.Context, s *Step) error {
	s.Action = Create
	var result *unstructured.Unstructured
	var err error
	if p.samples[s.Ref.Id()] {
		result, err = p.client.Apply(ctx, s.Desired, p.namespace, api.ApplyOptions{DryRun: true})
	} else {
		result, err = p.client.TryCreate(ctx, s.Desired, p.namespace)
	}
	if err == nil && result.GetResourceVersion() == "" {
		s.Result = result
		return nil
	}
	if err != nil && !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) && !apierrors.IsInvalid(err) {
		return p.refuse(s, err)
	}
	live, getErr := p.client.Get(ctx, s.Ref, p.namespace)
	if getErr != nil {
		return getErr
	}
	if live == nil {
		return p.refuse(s, err)
	}
	s.Live = live
	if !p.options.Adopt {
		s.problem = foreign(s)
		return nil
	}
	if err := p.update(ctx, s); err != nil {
		return err
	}
	s.Reason = strings.TrimSuffix("adopted; "+s.Reason, "; ")
	return nil
}
