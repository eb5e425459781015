package apply

import (
	"bytes"
	"context"
	"fmt"

	"github.com/rogpeppe/go-internal/diff"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
)

// Diff returns what up would change, as a unified diff without the values of Secrets; nothing if it would change
// nothing. What up would refuse is an error; what the project no longer has, and up would leave, is an [event.Warning].
func Diff(ctx context.Context, c *api.Conn, objects []*unstructured.Unstructured, o plan.Options, sink event.Sink) ([]byte, error) {
	o.DryRun = true
	p, err := Up(ctx, c, objects, o, nil)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	gone := map[*unstructured.Unstructured]bool{}
	for _, s := range p.Steps {
		for _, set := range setByOthers(s, o.IsSecret) {
			sink.Warn("%s: %s, is not in the project, and up leaves it", s.Ref, set)
		}
		if s.Action == plan.Unchanged {
			continue
		}
		for _, old := range s.Predecessors {
			if gone[old] {
				continue
			}
			gone[old] = true
			if err := writeDiff(&out, resource.RefOf(old), old, nil); err != nil {
				return nil, err
			}
		}
		after := s.Result
		if after == nil {
			after = s.Desired
		}
		if err := writeDiff(&out, s.Ref, s.Live, after); err != nil {
			return nil, err
		}
		if s.Action == plan.Recreate || s.Action == plan.Restart || len(s.Replaces) > 0 {
			fmt.Fprintf(&out, "# %s: %s, because %s\n", s.Ref, s.Action, s.Reason)
		}
	}
	for _, ref := range p.Orphans {
		if !o.RemoveOrphans {
			sink.Warn("the project no longer has %s; --remove-orphans removes it", ref)
			continue
		}
		live, err := c.Get(ctx, ref, o.Namespace)
		if err != nil {
			return nil, err
		}
		if err := writeDiff(&out, ref, live, nil); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// writeDiff appends the difference between two states of an object; nil is an object that does not exist.
func writeDiff(out *bytes.Buffer, ref resource.Ref, before, after *unstructured.Unstructured) error {
	before, after = masked(before.DeepCopy(), after.DeepCopy())
	texts := make([][]byte, 2)
	for i, o := range []*unstructured.Unstructured{before, after} {
		if o == nil {
			continue
		}
		shown := resource.Visible(o)
		// kubectl writes the whole object there, with the values of Secrets in it.
		unstructured.RemoveNestedField(shown, "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
		text, err := yaml.Marshal(shown)
		if err != nil {
			return fmt.Errorf("write %s: %w", ref, err)
		}
		texts[i] = text
	}
	out.Write(diff.Diff("cluster/"+ref.String(), texts[0], "project/"+ref.String(), texts[1]))
	return nil
}

// masked hides the values of Secrets, so that one sees that a value changes and not what it is.
func masked(before, after *unstructured.Unstructured) (_, _ *unstructured.Unstructured) {
	mask := func(o, other *unstructured.Unstructured, changed string) *unstructured.Unstructured {
		if o == nil || o.GetKind() != "Secret" {
			return o
		}
		out := o.DeepCopy()
		for _, field := range []string{"data", "stringData"} {
			values, _, _ := unstructured.NestedMap(out.Object, field)
			for key, value := range values {
				values[key] = "***"
				if other != nil {
					theirs, _, _ := unstructured.NestedFieldNoCopy(other.Object, field, key)
					if !resource.Equal(value, theirs) {
						values[key] = changed
					}
				}
			}
			if values != nil {
				out.Object[field] = values
			}
		}
		return out
	}
	return mask(before, after, "*** (before)"), mask(after, before, "*** (after)")
}
