package graph

import (
	"fmt"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	translabels "github.com/transship/transship/transform/labels"
)

// outside is the node of the world around the cluster.
const outside = "outside"

// OfObjects returns the graph of the objects of a conversion. origin returns the Compose key that an object was made
// for, or "". Every text passes through mask, which takes secrets out of it.
func OfObjects(title string, objects []runtime.Object, origin func(runtime.Object) string, mask func(string) string) Graph {
	k := &kubernetes{builder: newBuilder(title, "kubernetes", mask), origin: origin}
	for _, o := range objects {
		k.declare(o)
	}
	for _, o := range objects {
		k.connect(o)
	}
	return k.finish()
}

type kubernetes struct {
	*builder
	origin    func(runtime.Object) string
	workloads []workload
}

// workload is an object that runs Pods.
type workload struct {
	id  string
	pod corev1.PodTemplateSpec
}

// declare makes the box of an object.
func (k *kubernetes) declare(o runtime.Object) {
	kind := o.GetObjectKind().GroupVersionKind().Kind
	meta, ok := o.(metav1.Object)
	if !ok {
		return
	}
	n := Node{Kind: kind, Name: meta.GetName(), Path: k.origin(o)}
	switch o := o.(type) {
	case *corev1.Service:
		n.Column, n.Detail = Services, serviceDetail(o)
	case *networkingv1.Ingress:
		n.Column = Outside
	case *unstructured.Unstructured:
		if !strings.HasSuffix(kind, "Route") && kind != "Gateway" {
			k.graph.Omitted[kind]++
			return
		}
		n.Column = Outside
	case *corev1.ConfigMap, *corev1.Secret, *corev1.PersistentVolumeClaim:
		n.Column, n.Detail = Data, dataDetail(o)
	default:
		template, detail := podsOf(o)
		if template == nil {
			k.graph.Omitted[kind]++
			return
		}
		n.Column, n.Detail = Workloads, detail
		for label := range template.Labels {
			if network, is := strings.CutPrefix(label, translabels.Network); is {
				n.Groups = append(n.Groups, network)
			}
		}
		k.workloads = append(k.workloads, workload{kind + "/" + meta.GetName(), *template})
	}
	k.node(n)
}

// podsOf returns the template of a workload's Pods and a few words about it; nil for other objects.
func podsOf(o runtime.Object) (*corev1.PodTemplateSpec, string) {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return &o.Spec.Template, replicas(o.Spec.Replicas)
	case *appsv1.StatefulSet:
		return &o.Spec.Template, replicas(o.Spec.Replicas)
	case *appsv1.DaemonSet:
		return &o.Spec.Template, "on every node"
	case *batchv1.Job:
		return &o.Spec.Template, "runs once"
	case *batchv1.CronJob:
		return &o.Spec.JobTemplate.Spec.Template, o.Spec.Schedule
	case *corev1.Pod:
		return &corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec}, ""
	}
	return nil, ""
}

func replicas(n *int32) string {
	if n == nil || *n == 1 {
		return ""
	}
	return fmt.Sprintf("%d replicas", *n)
}

func serviceDetail(s *corev1.Service) string {
	if s.Spec.ExternalName != "" {
		return "stands for " + s.Spec.ExternalName
	}
	var ports []string
	for _, p := range s.Spec.Ports {
		ports = append(ports, strconv.Itoa(int(p.Port)))
	}
	switch {
	case s.Spec.ClusterIP == corev1.ClusterIPNone && len(ports) == 0:
		return "headless: every port"
	case len(ports) == 1:
		return "port " + ports[0]
	case len(ports) == 0:
		return ""
	default:
		return "ports " + strings.Join(ports, ", ")
	}
}

func dataDetail(o runtime.Object) string {
	switch o := o.(type) {
	case *corev1.PersistentVolumeClaim:
		size := o.Spec.Resources.Requests[corev1.ResourceStorage]
		return size.String()
	case *corev1.ConfigMap:
		return count(len(o.Data)+len(o.BinaryData), "1 key", "%d keys")
	case *corev1.Secret:
		return count(len(o.Data)+len(o.StringData), "1 key", "%d keys")
	}
	return ""
}

// count says how many there are: one, or many of the format.
func count(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// connect draws the lines that begin at an object.
func (k *kubernetes) connect(o runtime.Object) {
	switch o := o.(type) {
	case *corev1.Service:
		id := "Service/" + o.Name
		if len(o.Spec.Selector) > 0 {
			selector := labels.SelectorFromSet(o.Spec.Selector)
			for _, w := range k.workloads {
				if selector.Matches(labels.Set(w.pod.Labels)) {
					k.edge(Edge{From: id, To: w.id, Kind: "selects"})
				}
			}
		}
		if o.Spec.Type == corev1.ServiceTypeLoadBalancer || o.Spec.Type == corev1.ServiceTypeNodePort {
			k.fromOutside(id, string(o.Spec.Type))
		}
	case *networkingv1.Ingress:
		k.ingress(o)
	case *unstructured.Unstructured:
		k.route(o)
	default:
		if template, _ := podsOf(o); template != nil {
			meta, _ := o.(metav1.Object)
			k.pod(o.GetObjectKind().GroupVersionKind().Kind+"/"+meta.GetName(), template.Spec)
		}
	}
}

func (k *kubernetes) fromOutside(to, label string) {
	n := k.node(Node{ID: outside, Kind: "outside", Name: "outside the cluster", Column: Outside})
	k.edge(Edge{From: n.ID, To: to, Kind: "routes", Label: label})
}

func (k *kubernetes) ingress(o *networkingv1.Ingress) {
	for _, rule := range o.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for _, path := range rule.HTTP.Paths {
			if path.Backend.Service != nil {
				k.edge(Edge{From: "Ingress/" + o.Name, To: "Service/" + path.Backend.Service.Name, Kind: "routes", Label: strings.TrimSuffix(rule.Host+path.Path, "/")})
			}
		}
	}
	if b := o.Spec.DefaultBackend; b != nil && b.Service != nil {
		k.edge(Edge{From: "Ingress/" + o.Name, To: "Service/" + b.Service.Name, Kind: "routes"})
	}
}

// route draws the lines of HTTPRoutes and their like, which have no Go type here.
func (k *kubernetes) route(o *unstructured.Unstructured) {
	rules, _, _ := unstructured.NestedSlice(o.Object, "spec", "rules")
	hosts, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hostnames")
	for _, rule := range rules {
		fields, _ := rule.(map[string]any)
		backends, _, _ := unstructured.NestedSlice(fields, "backendRefs")
		for _, backend := range backends {
			reference, _ := backend.(map[string]any)
			name, _ := reference["name"].(string)
			k.edge(Edge{From: o.GetKind() + "/" + o.GetName(), To: "Service/" + name, Kind: "routes", Label: strings.Join(hosts, ", ")})
		}
	}
}

// pod draws what a Pod mounts, reads and waits for.
func (k *kubernetes) pod(id string, spec corev1.PodSpec) {
	for _, v := range spec.Volumes {
		for _, data := range volumeData(v.VolumeSource) {
			k.edge(Edge{From: id, To: data, Kind: "mounts"})
		}
	}
	for _, c := range spec.InitContainers {
		k.reads(id, c)
		if target := waitTarget(c); target != "" {
			for _, w := range k.workloads {
				if _, name, _ := strings.Cut(w.id, "/"); name == target {
					k.edge(Edge{From: id, To: w.id, Kind: "waits"})
				}
			}
		}
	}
	for _, c := range spec.Containers {
		k.reads(id, c)
		for _, p := range c.Ports {
			if p.HostPort > 0 {
				k.fromOutside(id, fmt.Sprintf("host port %d", p.HostPort))
			}
		}
	}
}

// waitTarget returns the name of the workload that an init container waits for: its own name says it.
func waitTarget(c corev1.Container) string {
	target, is := strings.CutPrefix(c.Name, "wait-")
	if !is {
		return ""
	}
	return target
}

func volumeData(v corev1.VolumeSource) []string {
	switch {
	case v.PersistentVolumeClaim != nil:
		return []string{"PersistentVolumeClaim/" + v.PersistentVolumeClaim.ClaimName}
	case v.ConfigMap != nil:
		return []string{"ConfigMap/" + v.ConfigMap.Name}
	case v.Secret != nil:
		return []string{"Secret/" + v.Secret.SecretName}
	case v.Projected != nil:
		var found []string
		for _, s := range v.Projected.Sources {
			if s.ConfigMap != nil {
				found = append(found, "ConfigMap/"+s.ConfigMap.Name)
			}
			if s.Secret != nil {
				found = append(found, "Secret/"+s.Secret.Name)
			}
		}
		return found
	}
	return nil
}

func (k *kubernetes) reads(id string, c corev1.Container) {
	for _, e := range c.Env {
		if e.ValueFrom == nil {
			continue
		}
		if s := e.ValueFrom.SecretKeyRef; s != nil {
			k.edge(Edge{From: id, To: "Secret/" + s.Name, Kind: "reads"})
		}
		if m := e.ValueFrom.ConfigMapKeyRef; m != nil {
			k.edge(Edge{From: id, To: "ConfigMap/" + m.Name, Kind: "reads"})
		}
	}
	for _, e := range c.EnvFrom {
		if e.SecretRef != nil {
			k.edge(Edge{From: id, To: "Secret/" + e.SecretRef.Name, Kind: "reads"})
		}
		if e.ConfigMapRef != nil {
			k.edge(Edge{From: id, To: "ConfigMap/" + e.ConfigMapRef.Name, Kind: "reads"})
		}
	}
}
