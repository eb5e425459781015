package plan

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// authorities are those beside the API itself that may refuse an object, each object for reasons of its own.
type authorities struct {
	everything bool            // somebody judges every object, or it may not be seen who does
	judged     map[string]bool // of these kinds, as group and resource
}

// judge reports whether somebody may refuse an object of a kind for what makes it different from others of the same form.
func (a *authorities) judge(group, resource string) bool {
	return a.everything || a.judged[group+"/"+resource]
}

// admissionKinds are those that say who judges, with the field that lists the rules.
var admissionKinds = map[string][]string{
	"ValidatingWebhookConfiguration": {"webhooks"},
	"MutatingWebhookConfiguration":   {"webhooks"},
	"ValidatingAdmissionPolicy":      {"spec", "matchConstraints", "resourceRules"},
	"MutatingAdmissionPolicy":        {"spec", "matchConstraints", "resourceRules"},
}

const admission = "admissionregistration.k8s.io"

// findAuthorities asks who judges objects in a namespace. Whoever may not see that gets the answer that everything is judged.
func findAuthorities(ctx context.Context, c *api.Conn, namespace string) *authorities {
	out := &authorities{judged: map[string]bool{}}
	kinds, err := admissionVersions(ctx, c)
	if err != nil {
		return &authorities{everything: true}
	}
	lists := make([][]unstructured.Unstructured, len(kinds)+1)
	isNameBound := false
	group, ctx := errgroup.WithContext(ctx)
	for i, kind := range kinds {
		group.Go(func() (err error) {
			lists[i], err = c.List(ctx, kind.APIVersion, kind.Kind, "", "")
			return err
		})
	}
	group.Go(func() (err error) {
		lists[len(kinds)], err = c.List(ctx, "v1", "ResourceQuota", namespace, "")
		return err
	})
	group.Go(func() (err error) {
		isNameBound, err = hasRightsByName(ctx, c, namespace)
		return err
	})
	if group.Wait() != nil || isNameBound || len(lists[len(kinds)]) > 0 {
		return &authorities{everything: true}
	}
	for i, kind := range kinds {
		for _, configuration := range lists[i] {
			out.add(&configuration, admissionKinds[kind.Kind])
		}
	}
	return out
}

// admissionVersions returns the kinds that say who judges, each in the most stable version that the server has.
func admissionVersions(ctx context.Context, c *api.Conn) ([]resource.Ref, error) {
	versions := []string{"v1", "v1beta1", "v1alpha1"}
	known := make([][]string, len(versions))
	group, ctx := errgroup.WithContext(ctx)
	for i, version := range versions {
		group.Go(func() (err error) {
			known[i], err = c.KindsOf(ctx, admission+"/"+version)
			if i > 0 && apierrors.IsNotFound(err) {
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var out []resource.Ref
	for _, kind := range resource.SortedKeys(admissionKinds) {
		for i, version := range versions {
			if slices.Contains(known[i], kind) {
				out = append(out, resource.Ref{APIVersion: admission + "/" + version, Kind: kind})
				break
			}
		}
	}
	return out, nil
}

// add notes what a configuration is about. Its selectors are not looked at: they can only make it less.
func (a *authorities) add(configuration *unstructured.Unstructured, path []string) {
	rules := resource.Items(configuration.Object, path...)
	if path[0] == "webhooks" {
		hooks := rules
		rules = nil
		for _, hook := range hooks {
			rules = append(rules, resource.Items(hook, "rules")...)
		}
	}
	for _, rule := range rules {
		groups, _, _ := unstructured.NestedStringSlice(rule, "apiGroups")
		kinds, _, _ := unstructured.NestedStringSlice(rule, "resources")
		for _, group := range groups {
			for _, kind := range kinds {
				kind, sub, _ := strings.Cut(kind, "/")
				switch {
				case group == "*" || kind == "*":
					a.everything = true
				case sub == "" || sub == "*":
					a.judged[group+"/"+kind] = true
				}
			}
		}
	}
}

// hasRightsByName reports whether somebody's rights end at the names of objects. Then one object does not stand for another.
func hasRightsByName(ctx context.Context, c *api.Conn, namespace string) (bool, error) {
	reviews, err := c.Objects(ctx, "authorization.k8s.io/v1", "SelfSubjectRulesReview", "")
	if err != nil {
		return false, err
	}
	review := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": map[string]any{"namespace": namespace},
	}}
	var answer *unstructured.Unstructured
	err = c.Retry(ctx, func(ctx context.Context) (err error) {
		answer, err = reviews.Create(ctx, review, metav1.CreateOptions{})
		return err
	})
	if err != nil {
		return false, err
	}
	for _, rule := range resource.Items(answer.Object, "status", "resourceRules") {
		names, _, _ := unstructured.NestedStringSlice(rule, "resourceNames")
		verbs, _, _ := unstructured.NestedStringSlice(rule, "verbs")
		changes := func(verb string) bool { return verb == "patch" || verb == "create" || verb == "*" }
		if len(names) > 0 && slices.ContainsFunc(verbs, changes) {
			return true, nil
		}
	}
	return false, nil
}
