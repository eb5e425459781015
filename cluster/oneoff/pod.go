package oneoff

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
)

// oneOff returns the Pod of a one-off run, and the container in it that is the service.
func oneOff(workload *unstructured.Unstructured, o Options) (*unstructured.Unstructured, string, error) {
	path := resource.PodTemplate(workload.GetKind())
	template, _, err := unstructured.NestedMap(workload.Object, path...)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", resource.RefOf(workload), err)
	}
	spec, _, _ := unstructured.NestedMap(template, "spec")
	if spec == nil {
		return nil, "", fmt.Errorf("%s has no Pod template to run", resource.RefOf(workload))
	}
	spec["restartPolicy"] = "Never"
	name := o.Name
	if name == "" {
		name = strings.ToLower(fmt.Sprintf("%s-run-%s", workload.GetName(), rand.Text()[:6]))
	}
	pod := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Pod", "spec": spec}}
	pod.SetName(name)
	pod.SetLabels(oneOffLabels(workload, template, o.Project, name))
	annotations, _, _ := unstructured.NestedStringMap(template, "metadata", "annotations")
	if annotations == nil {
		annotations = map[string]string{}
	}
	maps.Copy(annotations, map[string]string{resource.AnnotationOneOff: rand.Text(), resource.AnnotationService: o.Service})
	for _, key := range []string{resource.AnnotationServices, resource.AnnotationDependsOn, resource.AnnotationPublished} {
		delete(annotations, key)
	}
	pod.SetAnnotations(annotations)
	joinCompany(spec, workload.GetLabels()[resource.LabelName], name)
	container := resource.ContainerOf(pod, workload, o.Service)
	o.arrange(spec, container)
	return pod, container, nil
}

// oneOffLabels are those of the service's Pods, by which network policies know them, except the ones by which Services and
// controllers do: the controller of a Job takes every Pod that it selects for its own, and ends one too many.
func oneOffLabels(workload *unstructured.Unstructured, template map[string]any, project, name string) map[string]string {
	labels, _, _ := unstructured.NestedStringMap(template, "metadata", "labels")
	if labels == nil {
		labels = map[string]string{}
	}
	selected, _, _ := unstructured.NestedStringMap(workload.Object, "spec", "selector", "matchLabels")
	for key := range selected {
		delete(labels, key)
	}
	// These the API server puts into the template of a Job.
	for _, key := range []string{batchv1.ControllerUidLabel, batchv1.JobNameLabel, "controller-uid", "job-name"} {
		delete(labels, key)
	}
	maps.Copy(labels, map[string]string{
		resource.LabelManagedBy: resource.ManagedBy, resource.LabelInstance: project, "app.kubernetes.io/part-of": project, resource.LabelName: name,
	})
	return labels
}

// joinCompany adds a Pod to those that its own affinity asks for where the Pods of its service are among them: the first of
// those that must be together may be anywhere only if it is one of them.
func joinCompany(spec map[string]any, service, name string) {
	path := []string{"affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution"}
	terms, _, _ := unstructured.NestedSlice(spec, path...) // a copy
	for _, term := range terms {
		item, _ := term.(map[string]any)
		selector, _ := item["labelSelector"].(map[string]any)
		wanted, _ := selector["matchExpressions"].([]any)
		for _, entry := range wanted {
			e, _ := entry.(map[string]any)
			values, _ := e["values"].([]any)
			if e["key"] == resource.LabelName && e["operator"] == "In" && slices.Contains(values, any(service)) {
				e["values"] = append(values, name)
			}
		}
	}
	if terms != nil {
		_ = unstructured.SetNestedSlice(spec, terms, path...) // it was there
	}
}

// arrange makes one container of a Pod the one that was asked for. What shares the Pod with it, such as a VPN that it
// must not go around, runs beside it as long as it does: otherwise the Pod would never end. Ports stay away, since
// those of a host are taken by the service. Of one that starts before others, those stay away.
func (o Options) arrange(spec map[string]any, container string) {
	initial, _ := spec["initContainers"].([]any)
	var main []any
	containers, _ := spec["containers"].([]any)
	for i, item := range initial {
		c, ok := item.(map[string]any)
		if !ok {
			continue
		}
		freePorts(c)
		if c["name"] == container {
			delete(c, "restartPolicy")
			initial, containers = initial[:i], []any{c}
			break
		}
	}
	for _, item := range containers {
		c, ok := item.(map[string]any)
		if !ok {
			continue
		}
		delete(c, "ports")
		if c["name"] == container {
			o.change(c)
			main = append(main, c)
			continue
		}
		for _, key := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
			delete(c, key) // they may name the ports
		}
		c["restartPolicy"] = "Always"
		initial = append(initial, c)
	}
	spec["containers"] = main
	delete(spec, "initContainers")
	if len(initial) > 0 {
		spec["initContainers"] = initial
	}
}

// freePorts takes no port of the host. Ports stay, since probes that the other containers wait for may name them.
func freePorts(container map[string]any) {
	ports, _ := container["ports"].([]any)
	for _, item := range ports {
		if port, ok := item.(map[string]any); ok {
			delete(port, "hostPort")
		}
	}
}

// change makes a container of a service the one that was asked for. Probes stay away: nobody is to be sent there.
func (o Options) change(container map[string]any) {
	for _, key := range []string{"livenessProbe", "readinessProbe", "startupProbe", "lifecycle"} {
		delete(container, key)
	}
	if len(o.Entrypoint) > 0 {
		container["command"] = literally(o.Entrypoint)
		delete(container, "args")
	}
	if len(o.Command) > 0 {
		container["args"] = literally(o.Command)
	}
	if o.WorkingDir != "" {
		container["workingDir"] = o.WorkingDir
	}
	if o.User != nil || o.Group != nil {
		security, _ := container["securityContext"].(map[string]any)
		if security == nil {
			security = map[string]any{}
		}
		for key, value := range map[string]*int64{"runAsUser": o.User, "runAsGroup": o.Group} {
			if value != nil {
				security[key] = *value
			}
		}
		container["securityContext"] = security
	}
	container["stdin"], container["stdinOnce"], container["tty"] = o.Stdin, o.Stdin, o.TTY
	env, _ := container["env"].([]any)
	for _, pair := range o.Environment {
		name, value, _ := strings.Cut(pair, "=")
		kept := env[:0:0]
		for _, e := range env {
			if m, ok := e.(map[string]any); !ok || m["name"] != name {
				kept = append(kept, e)
			}
		}
		kept = append(kept, map[string]any{"name": name, "value": literal(value)})
		env = kept
	}
	if len(env) > 0 {
		container["env"] = env
	}
}

// literally returns words as a container gets them: Kubernetes would put values of variables in the place of $(NAME), and
// take a dollar sign for an escaped one where there are two.
func literally(words []string) []any {
	out := make([]any, len(words))
	for i, word := range words {
		out[i] = literal(word)
	}
	return out
}

func literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }
