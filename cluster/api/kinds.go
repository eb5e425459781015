package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/transship/transship/cluster/resource"
)

// kindInfo is where the API server keeps the objects of a kind.
type kindInfo struct {
	resource      string
	clusterScoped bool
}

// builtin spares a request for each group: these names are part of the stable API and cannot change.
var builtin = map[string]map[string]kindInfo{
	"v1": {
		"ConfigMap": {resource: "configmaps"}, "Secret": {resource: "secrets"}, "Service": {resource: "services"},
		"ServiceAccount": {resource: "serviceaccounts"}, "Pod": {resource: "pods"}, "Event": {resource: "events"},
		"PersistentVolumeClaim": {resource: "persistentvolumeclaims"}, "ResourceQuota": {resource: "resourcequotas"},
		"Namespace": {resource: "namespaces", clusterScoped: true}, "Node": {resource: "nodes", clusterScoped: true},
	},
	"apps/v1": {
		"Deployment": {resource: "deployments"}, "StatefulSet": {resource: "statefulsets"},
		"DaemonSet": {resource: "daemonsets"}, "ReplicaSet": {resource: "replicasets"},
	},
	"batch/v1":       {"Job": {resource: "jobs"}, "CronJob": {resource: "cronjobs"}},
	"autoscaling/v2": {"HorizontalPodAutoscaler": {resource: "horizontalpodautoscalers"}},
	"policy/v1":      {"PodDisruptionBudget": {resource: "poddisruptionbudgets"}},
	"networking.k8s.io/v1": {
		"NetworkPolicy": {resource: "networkpolicies"}, "Ingress": {resource: "ingresses"},
	},
	"authorization.k8s.io/v1": {
		"SelfSubjectAccessReview": {resource: "selfsubjectaccessreviews", clusterScoped: true},
		"SelfSubjectRulesReview":  {resource: "selfsubjectrulesreviews", clusterScoped: true},
	},
	"authentication.k8s.io/v1":     {"SelfSubjectReview": {resource: "selfsubjectreviews", clusterScoped: true}},
	"rbac.authorization.k8s.io/v1": {"Role": {resource: "roles"}, "RoleBinding": {resource: "rolebindings"}},
	"storage.k8s.io/v1":            {"StorageClass": {resource: "storageclasses", clusterScoped: true}},
}

// Objects returns the collection that objects of this kind live in.
func (c *Conn) Objects(ctx context.Context, apiVersion, kind, namespace string) (dynamic.ResourceInterface, error) {
	info, err := c.kind(ctx, apiVersion, kind)
	if err != nil {
		return nil, err
	}
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return nil, fmt.Errorf("read the API version of a %s: %w", kind, err)
	}
	all := c.dynamic.Resource(gv.WithResource(info.resource))
	if info.clusterScoped {
		return all, nil
	}
	return all.Namespace(namespace), nil
}

// ResourceOf returns what the API calls the objects of a kind: deployments for Deployment.
func (c *Conn) ResourceOf(ctx context.Context, apiVersion, kind string) (string, error) {
	info, err := c.kind(ctx, apiVersion, kind)
	return info.resource, err
}

func (c *Conn) kind(ctx context.Context, apiVersion, kind string) (kindInfo, error) {
	if info, known := builtin[apiVersion][kind]; known {
		return info, nil
	}
	gvk := schema.FromAPIVersionAndKind(apiVersion, kind)
	c.mu.Lock()
	info, known := c.discovered[gvk]
	c.mu.Unlock()
	if known {
		return info, nil
	}
	list, err := c.discover(ctx, gvk)
	if err != nil {
		return kindInfo{}, err
	}
	for _, r := range list.APIResources {
		if r.Kind == kind && !strings.Contains(r.Name, "/") {
			info = kindInfo{resource: r.Name, clusterScoped: !r.Namespaced}
			c.mu.Lock()
			c.discovered[gvk] = info
			c.mu.Unlock()
			return info, nil
		}
	}
	return kindInfo{}, fmt.Errorf("this cluster has no %s of %s: is its operator or a newer Kubernetes missing?", kind, apiVersion)
}

// KindsOf returns the kinds that a version of a group has on this server. The error for one that the server does not have is
// its own, a NotFound.
func (c *Conn) KindsOf(ctx context.Context, groupVersion string) ([]string, error) {
	gv, err := schema.ParseGroupVersion(groupVersion)
	if err != nil {
		return nil, fmt.Errorf("read a version of the API: %w", err)
	}
	list, err := c.discover(ctx, gv.WithKind("everything"))
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var kinds []string
	for _, r := range list.APIResources {
		if !strings.Contains(r.Name, "/") {
			c.discovered[gv.WithKind(r.Kind)] = kindInfo{resource: r.Name, clusterScoped: !r.Namespaced}
			kinds = append(kinds, r.Kind)
		}
	}
	return kinds, nil
}

// discover asks for the one group version that is needed, not for everything the cluster has.
func (c *Conn) discover(ctx context.Context, gvk schema.GroupVersionKind) (*metav1.APIResourceList, error) {
	path := "/apis/" + gvk.GroupVersion().String()
	if gvk.Group == "" {
		path = "/api/" + gvk.Version
	}
	var list metav1.APIResourceList
	err := c.Retry(ctx, func(ctx context.Context) error {
		body, err := c.Stream(ctx, path, nil)
		if err != nil {
			return err
		}
		defer body.Close()
		return json.NewDecoder(body).Decode(&list)
	})
	if err != nil {
		return nil, fmt.Errorf("look up %s of %s on the cluster: %w", gvk.Kind, gvk.GroupVersion(), err)
	}
	return &list, nil
}

// OwnKinds returns the kinds in namespaces that up makes often, without names.
func OwnKinds() []resource.Ref {
	var out []resource.Ref
	for _, apiVersion := range resource.SortedKeys(builtin) {
		for _, kind := range resource.SortedKeys(builtin[apiVersion]) {
			if !builtin[apiVersion][kind].clusterScoped && kind != "Event" && kind != "ResourceQuota" && kind != "ReplicaSet" {
				out = append(out, resource.Ref{APIVersion: apiVersion, Kind: kind})
			}
		}
	}
	return out
}
