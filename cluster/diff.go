package cluster

import (
	"bytes"
	"context"
	"fmt"

	"github.com/rogpeppe/go-internal/diff"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// Diff returns what up would change, as a unified diff without the values of Secrets; nothing if it would change
// nothing. What up would refuse is an error; what the project no longer has, and up would leave, is a [Warning].
func (c *Client) Diff(ctx context.Context, objects []*unstructured.Unstructured, o UpOptions, sink Sink) ([]byte, error) {
	o.DryRun = true
	plan, err := c.Up(ctx, objects, o, nil)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	gone := map[*predecessor]bool{}
	for _, s := range plan.Steps {
		if s.Action == Unchanged {
			continue
		}
		for _, old := range s.predecessors {
			if gone[old] {
				continue
			}
			gone[old] = true
			if err := writeDiff(&out, RefOf(old.object), old.object, nil); err != nil {
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
		if s.Action == Recreate || s.Action == Restart || len(s.Replaces) > 0 {
			fmt.Fprintf(&out, "# %s: %s, because %s\n", s.Ref, s.Action, s.Reason)
		}
	}
	for _, ref := range plan.Orphans {
		if !o.RemoveOrphans {
			sink.warn("the project no longer has %s; --remove-orphans removes it", ref)
			continue
		}
		live, err := c.get(ctx, ref, o.Namespace)
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
func writeDiff(out *bytes.Buffer, ref Ref, before, after *unstructured.Unstructured) error {
	before, after = masked(before.DeepCopy(), after.DeepCopy())
	texts := make([][]byte, 2)
	for i, o := range []*unstructured.Unstructured{before, after} {
		if o == nil {
			continue
		}
		shown := visible(o)
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
					if !equal(value, theirs) {
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
