package resource

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/internal/pattern"
)

// IsInventory reports whether an object is the ConfigMap that records what belongs to its project.
func IsInventory(o *unstructured.Unstructured) bool {
	return o.GetKind() == "ConfigMap" && o.GetName() == InventoryName(o.GetLabels()[LabelInstance])
}

// Services returns the Compose services that objects stand for, sorted.
func Services(objects []*unstructured.Unstructured) []string {
	var out []string
	for _, o := range objects {
		if RefOf(o).IsWorkload() {
			out = append(out, ServicesOf(o)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// IsWorkload reports whether an object has Pods of its own.
func IsWorkload(o *unstructured.Unstructured) bool { return RefOf(o).IsWorkload() }

// RunsOn reports whether an object is a workload that does not end by itself.
func RunsOn(o *unstructured.Unstructured) bool {
	return Restartable(o.GetKind()) || o.GetKind() == "Pod" && Text(o, "spec", "restartPolicy") != "Never"
}

var ordinal = pattern.New(`^-[0-9]+$`)

// IsMadeFor reports whether a claim has the name that a StatefulSet gives to the claims of its templates.
func IsMadeFor(claim string, set *unstructured.Unstructured) bool {
	for _, template := range Items(set.Object, "spec", "volumeClaimTemplates") {
		name, _, _ := unstructured.NestedString(template, "metadata", "name")
		if rest, ok := strings.CutPrefix(claim, name+"-"+set.GetName()); ok && ordinal.MatchString(rest) {
			return true
		}
	}
	return false
}

// ServicesOf returns the Compose services that an object stands for, sorted.
func ServicesOf(o *unstructured.Unstructured) []string {
	annotations := o.GetAnnotations()
	var out []string
	for name := range strings.SplitSeq(annotations[AnnotationServices], ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	if name := annotations[AnnotationService]; name != "" && !slices.Contains(out, name) {
		out = append(out, name)
	}
	if len(out) == 0 {
		if name := o.GetLabels()[LabelName]; name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Only returns the objects that serve the given services, and those that serve no single service.
func Only(objects []*unstructured.Unstructured, services []string) []*unstructured.Unstructured {
	others := map[string]bool{}
	for _, o := range objects {
		if RefOf(o).IsWorkload() && !slices.ContainsFunc(services, func(s string) bool { return Stands(o, s) }) {
			others[o.GetLabels()[LabelName]] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(objects), func(o *unstructured.Unstructured) bool {
		return others[o.GetLabels()[LabelName]]
	})
}

// SetReplicas changes how many Pods a service is to have, before it is applied.
func SetReplicas(objects []*unstructured.Unstructured, service string, replicas int64) error {
	for _, o := range objects {
		if (o.GetKind() == "Deployment" || o.GetKind() == "StatefulSet") && Stands(o, service) {
			return unstructured.SetNestedField(o.Object, replicas, "spec", "replicas")
		}
	}
	return fmt.Errorf("no service %q that can have several replicas", service)
}

// SetPullPolicy changes when nodes pull the images of all containers, but for some images.
func SetPullPolicy(objects []*unstructured.Unstructured, policy string, except ...string) {
	for _, o := range objects {
		spec, found, _ := unstructured.NestedFieldNoCopy(o.Object, append(PodTemplate(o.GetKind()), "spec")...)
		pod, isMap := spec.(map[string]any)
		if !found || !isMap || !RefOf(o).IsWorkload() {
			continue
		}
		for _, list := range []string{"initContainers", "containers"} {
			containers, _ := pod[list].([]any)
			for _, c := range containers {
				container, ok := c.(map[string]any)
				if image, _ := container["image"].(string); ok && !slices.Contains(except, image) {
					container["imagePullPolicy"] = policy
				}
			}
		}
	}
}

// AnnotationOneOff marks the Pod of a run command: it belongs to the project and is no orphan of it. The value is of this
// run alone.
const AnnotationOneOff = "transship/one-off"

// IsOneOff reports whether an object is the Pod of a run command.
func IsOneOff(o *unstructured.Unstructured) bool { return o.GetAnnotations()[AnnotationOneOff] != "" }

// OwnSelector returns the label selector of all objects of a project.
func OwnSelector(project string) string {
	return LabelManagedBy + "=" + ManagedBy + "," + LabelInstance + "=" + project
}

// IsOurs reports whether an object carries the labels of the project, as all objects that we applied for it do.
func IsOurs(o *unstructured.Unstructured, project string) bool {
	labels := o.GetLabels()
	return labels[LabelManagedBy] == ManagedBy && labels[LabelInstance] == project
}

// Stands reports whether a workload stands for a service, by its Compose name or by its name on the cluster.
func Stands(o *unstructured.Unstructured, service string) bool {
	return slices.Contains(ServicesOf(o), service) || o.GetLabels()[LabelName] == service
}

// IsStopped reports whether a workload was stopped by the stop command, and not yet started again.
func IsStopped(o *unstructured.Unstructured) bool { return o.GetAnnotations()[AnnotationStopped] != "" }
