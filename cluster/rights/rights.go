// Package rights finds out what somebody may not do in a namespace, and writes the Role that would permit it.
package rights

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// Right is one verb on one kind of objects.
type Right struct {
	Group    string // of the API; empty is the core group
	Resource string // plural, with /subresource
	Verb     string
}

// String renders a right as kubectl names it: delete deployments.apps.
func (r Right) String() string {
	if r.Group == "" {
		return r.Verb + " " + r.Resource
	}
	return r.Verb + " " + r.Resource + "." + r.Group
}

// Of returns rights to do something with kinds of objects. Kinds that the cluster does not know are left out.
func Of(ctx context.Context, c *api.Conn, kinds []resource.Ref, verbs ...string) []Right {
	var out []Right
	for _, kind := range kinds {
		name, err := c.ResourceOf(ctx, kind.APIVersion, kind.Kind)
		if err != nil {
			continue
		}
		for _, verb := range verbs {
			r := Right{Group: kind.GroupVersionKind().Group, Resource: name, Verb: verb}
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// Missing returns those of some rights that the caller does not have in a namespace, sorted.
func Missing(ctx context.Context, c *api.Conn, namespace string, wanted []Right) ([]Right, error) {
	reviews, err := c.Objects(ctx, "authorization.k8s.io/v1", "SelfSubjectAccessReview", "")
	if err != nil {
		return nil, err
	}
	denied := make([]bool, len(wanted))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(api.InFlight)
	for i, r := range wanted {
		group.Go(func() error {
			kind, sub, _ := strings.Cut(r.Resource, "/")
			attributes := map[string]any{"namespace": namespace, "verb": r.Verb, "group": r.Group, "resource": kind}
			if sub != "" {
				attributes["subresource"] = sub
			}
			review := &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
				"spec": map[string]any{"resourceAttributes": attributes},
			}}
			return c.Retry(groupCtx, func(ctx context.Context) error {
				answer, err := reviews.Create(ctx, review, metav1.CreateOptions{})
				if err != nil {
					return err
				}
				allowed, _, _ := unstructured.NestedBool(answer.Object, "status", "allowed")
				denied[i] = !allowed
				return nil
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, c.Explain(err, "ask what is permitted")
	}
	var out []Right
	for i, r := range wanted {
		if denied[i] {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Right) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Verb, b.Verb))
	})
	return slices.Compact(out), nil
}

// User returns who the API server takes the caller for, and nothing if it does not say.
func User(ctx context.Context, c *api.Conn) string {
	reviews, err := c.Objects(ctx, "authentication.k8s.io/v1", "SelfSubjectReview", "")
	if err != nil {
		return ""
	}
	review := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}}
	answer, err := reviews.Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return ""
	}
	return resource.Text(answer, "status", "userInfo", "username")
}

// Error is a failure for want of rights, with all that are missing.
type Error struct {
	Project, Namespace string
	User               string // empty if the server does not say
	Missing            []Right
	Cause              error
}

// Unwrap returns the failure.
func (e *Error) Unwrap() error { return e.Cause }

// Error implements error: what failed, then a Role with everything that is missing.
func (e *Error) Error() string {
	return fmt.Sprintf("%v\nall that is missing in namespace %s, as a Role to apply for somebody who may:\n%s", e.Cause, e.Namespace,
		strings.TrimSuffix(e.Role(), "\n"))
}

// Role returns the Role that permits what is missing, and its binding, in YAML.
func (e *Error) Role() string {
	var b strings.Builder
	name := "transship-" + e.Project
	fmt.Fprintf(&b, "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: %s\n  namespace: %s\nrules:\n", name, e.Namespace)
	for _, rule := range rules(e.Missing) {
		fmt.Fprintf(&b, "- apiGroups: [%q]\n  resources: [%s]\n  verbs: [%s]\n", rule.group, strings.Join(rule.resources, ", "), strings.Join(rule.verbs, ", "))
	}
	if e.User == "" {
		return b.String()
	}
	fmt.Fprintf(&b, "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: %s\n  namespace: %s\n", name, e.Namespace)
	fmt.Fprintf(&b, "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: %s\nsubjects:\n", name)
	if account, is := strings.CutPrefix(e.User, "system:serviceaccount:"); is {
		namespace, account, _ := strings.Cut(account, ":")
		fmt.Fprintf(&b, "- kind: ServiceAccount\n  name: %s\n  namespace: %s\n", account, namespace)
	} else {
		fmt.Fprintf(&b, "- apiGroup: rbac.authorization.k8s.io\n  kind: User\n  name: %q\n", e.User)
	}
	return b.String()
}

type rule struct {
	group            string
	resources, verbs []string
}

// rules puts rights together that are for the same verbs.
func rules(list []Right) []rule {
	var single []rule // one for each kind
	for _, r := range list {
		last := len(single) - 1
		if last < 0 || single[last].group != r.Group || single[last].resources[0] != r.Resource {
			single = append(single, rule{group: r.Group, resources: []string{r.Resource}})
			last++
		}
		single[last].verbs = append(single[last].verbs, r.Verb)
	}
	var out []rule
	for _, r := range single {
		i := slices.IndexFunc(out, func(o rule) bool { return o.group == r.group && slices.Equal(o.verbs, r.verbs) })
		if i < 0 {
			out = append(out, r)
			continue
		}
		out[i].resources = append(out[i].resources, r.resources...)
	}
	return out
}
