package cluster

import (
	"context"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
)

// Contexts returns the names of the contexts of a kubeconfig; none if it cannot be read.
func Contexts(kubeconfig string) []string {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = kubeconfig
	config, err := rules.Load()
	if err != nil {
		return nil
	}
	return sortedKeys(config.Contexts)
}

// known lists what there is to choose from.
func known(names []string) string {
	if len(names) == 0 {
		return "there is none"
	}
	return "there is " + strings.Join(names, ", ")
}

// Namespaces returns the names of the namespaces that may be listed.
func (c *Client) Namespaces(ctx context.Context) ([]string, error) {
	list, err := c.list(ctx, "v1", "Namespace", "", "")
	if err != nil {
		return nil, err
	}
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].GetName()
	}
	return names, nil
}

// Services returns the Compose services that objects stand for, sorted.
func Services(objects []*unstructured.Unstructured) []string {
	var out []string
	for _, o := range objects {
		if RefOf(o).isWorkload() {
			out = append(out, servicesOf(o)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// WarnOfShared says which services share a Pod with those that were named, so that whatever happens to those happens to
// them. Nothing is said if none was named, which means all.
func WarnOfShared(objects []*unstructured.Unstructured, named []string, sink Sink) {
	for _, o := range objects {
		services := servicesOf(o)
		if !RefOf(o).isWorkload() || slices.Contains(named, o.GetLabels()[labelName]) && len(services) == 1 {
			continue
		}
		isNamed := func(name string) bool { return slices.Contains(named, name) }
		others := slices.DeleteFunc(slices.Clone(services), isNamed)
		if len(others) > 0 && slices.ContainsFunc(services, isNamed) {
			sink.warn("%s goes along: it is one Pod with %s", strings.Join(others, ", "), strings.Join(slices.DeleteFunc(services, func(name string) bool { return !isNamed(name) }), ", "))
		}
	}
}

// RunsOn reports whether an object is a workload that does not end by itself.
func RunsOn(o *unstructured.Unstructured) bool {
	return restartable(o.GetKind()) || o.GetKind() == "Pod" && text(o, "spec", "restartPolicy") != "Never"
}
