package cluster

import (
	"encoding/base64"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
)

// podSpecs calls a function with the Pod spec of each workload and bare Pod.
func podSpecs(objects []*unstructured.Unstructured, visit func(spec map[string]any)) {
	for _, o := range objects {
		path := append(slices.Clone(resource.PodTemplate(o.GetKind())), "spec")
		spec, found, _ := unstructured.NestedFieldNoCopy(o.Object, path...)
		if pod, isMap := spec.(map[string]any); isMap && found && resource.RefOf(o).IsWorkload() {
			visit(pod)
		}
	}
}

// runsAny reports whether a Pod spec has a container with one of the images.
func runsAny(spec map[string]any, images []string) bool {
	for _, list := range []string{"initContainers", "containers"} {
		for _, c := range resource.Items(spec, list) {
			if image, _ := c["image"].(string); slices.Contains(images, image) {
				return true
			}
		}
	}
	return false
}

// HasPullSecrets reports whether all workloads name a login for their images.
func HasPullSecrets(objects []*unstructured.Unstructured) bool {
	all := true
	podSpecs(objects, func(spec map[string]any) {
		secrets, _, _ := unstructured.NestedSlice(spec, "imagePullSecrets")
		all = all && len(secrets) > 0
	})
	return all
}

// AddPullSecret lets the Pods that run one of the images pull them with the login in a Secret.
func AddPullSecret(objects []*unstructured.Unstructured, images []string, secret string) {
	podSpecs(objects, func(spec map[string]any) {
		secrets, _, _ := unstructured.NestedSlice(spec, "imagePullSecrets")
		entry := map[string]any{"name": secret}
		isThere := slices.ContainsFunc(secrets, func(s any) bool {
			m, isMap := s.(map[string]any)
			return isMap && m["name"] == secret
		})
		if runsAny(spec, images) && !isThere {
			spec["imagePullSecrets"] = append(secrets, entry)
		}
	})
}

// NewPullSecret returns a Secret with a login, as an object of the project.
func NewPullSecret(project, name string, dockerConfig []byte) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson",
	}}
	o.SetName(name)
	o.SetLabels(map[string]string{
		resource.LabelName: name, resource.LabelInstance: project, "app.kubernetes.io/part-of": project, resource.LabelManagedBy: resource.ManagedBy,
	})
	_ = unstructured.SetNestedField(o.Object, base64.StdEncoding.EncodeToString(dockerConfig), "data", ".dockerconfigjson") // it fails for what is no map only
	return o
}
