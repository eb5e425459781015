package chart

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/internal/podtemplate"
	"github.com/transship/transship/transform"
)

// object writes the template of an object.
func (b *builder) object(source runtime.Object) error {
	copied := source.DeepCopyObject()
	meta, ok := copied.(metav1.Object)
	if !ok {
		return fmt.Errorf("%T has no metadata", source)
	}
	t := &templateOf{object: copied, source: source, meta: meta, slots: manifest.Slots{}}
	composeNames := b.origins.owners(source)
	t.guard = and(b.enabledBy(composeNames[:min(1, len(composeNames))]), b.needed(source, composeNames))
	var main *service
	if len(composeNames) > 0 {
		main = b.services[composeNames[0]]
	}
	b.kind(t, main)
	if _, done := t.slots["metadata.annotations"]; !done {
		b.metadata(t)
	}
	if err := b.selectors(t); err != nil {
		return err
	}
	return b.write(source, t, main)
}

// needed returns the condition under which a Pod has a container at all: its main service may be an init container that keeps
// running beside those of other services, which can all be disabled.
func (b *builder) needed(o runtime.Object, composeNames []string) string {
	spec := podSpecOf(o)
	if spec == nil || len(composeNames) == 0 {
		return ""
	}
	var others []string
	for i := range spec.Containers {
		name, known := b.byLabel[spec.Containers[i].Name]
		if !known || name == composeNames[0] {
			return ""
		}
		others = append(others, name)
	}
	return b.enabledBy(others)
}

// kind sets the slots that an object of its kind has.
func (b *builder) kind(t *templateOf, main *service) {
	if template := podtemplate.Of(t.object); template != nil {
		b.workload(t, template, main)
		return
	}
	switch o := t.object.(type) {
	case *corev1.Pod:
		b.pod(t, "spec", &o.Spec, main)
	case *corev1.ConfigMap:
		b.configMap(t, o)
	case *corev1.Secret:
		b.secret(t, o)
	case *corev1.PersistentVolumeClaim:
		b.claim(t, o)
	case *corev1.Service:
		if main != nil {
			b.service(t, o, main)
		}
	case *networkingv1.Ingress:
		if main != nil {
			b.ingress(t, o, main)
		}
	case *networkingv1.NetworkPolicy:
		b.root.in("networkPolicy").set("enabled", boolean, true)
		t.guard = and(".Values.networkPolicy.enabled", t.guard)
	case *autoscalingv2.HorizontalPodAutoscaler:
		if main != nil {
			b.autoscaler(t, o, main)
		}
	case *rbacv1.Role:
		b.role(t, o)
	case *rbacv1.RoleBinding:
		b.roleBinding(t, o)
	case *transform.ExternalSecret:
		b.externalSecret(t, o)
	case *transform.SealedSecret:
		b.sealedSecret(t, o)
	default:
		if main != nil && t.object.GetObjectKind().GroupVersionKind().Kind == "HTTPRoute" {
			b.route(t, main)
		}
	}
	if b.origins[t.source].ForWaits {
		b.root.in("wait").set("enabled", boolean, true)
		t.guard = ".Values.wait.enabled"
	}
}

func (b *builder) workload(t *templateOf, template *corev1.PodTemplateSpec, main *service) {
	path := "spec.template"
	replicas := func(n *int32) { b.replicas(t, n, main) }
	switch o := t.object.(type) {
	case *appsv1.Deployment:
		replicas(o.Spec.Replicas)
		o.Spec.Selector.MatchLabels = b.selector(t.slots, "spec.selector.matchLabels", o.Spec.Selector.MatchLabels)
		if main != nil {
			b.promoteTo(t.slots, "spec", main, "strategy", reflect.ValueOf(o.Spec.Strategy))
		}
	case *appsv1.StatefulSet:
		replicas(o.Spec.Replicas)
		o.Spec.Selector.MatchLabels = b.selector(t.slots, "spec.selector.matchLabels", o.Spec.Selector.MatchLabels)
	case *appsv1.DaemonSet:
		o.Spec.Selector.MatchLabels = b.selector(t.slots, "spec.selector.matchLabels", o.Spec.Selector.MatchLabels)
	case *batchv1.CronJob:
		path = "spec.jobTemplate.spec.template"
		if main != nil {
			b.cronJob(t, o, main)
		}
	}
	b.podMetadata(t, path+".metadata", &template.ObjectMeta, main)
	b.pod(t, path+".spec", &template.Spec, main)
}

// replicas makes a value of the number of Pods. Where an autoscaler decides, it counts when that one is switched off.
func (b *builder) replicas(t *templateOf, n *int32, main *service) {
	hpa := b.autoscaled[identityOf(t.object)]
	switch {
	case main == nil || n == nil && hpa == nil:
	case hpa == nil:
		main.values.set("replicaCount", count, *n)
		t.slots["spec.replicas"] = manifest.Slot{Expr: action(".Values." + main.key + ".replicaCount")}
	default:
		main.values.set("replicaCount", count, *cmp.Or(n, hpa.Spec.MinReplicas, new(int32(1)))).says("Number of Pods when autoscaling is off.")
		t.slots["spec.replicas"] = manifest.Slot{Lines: []string{
			"{{- if not .Values." + main.key + ".autoscaling.enabled }}", "replicas: {{ .Values." + main.key + ".replicaCount }}", "{{- end }}",
		}}
	}
}

func (b *builder) cronJob(t *templateOf, o *batchv1.CronJob, main *service) {
	rest := main.rest(o.Name)
	key := ".Values." + main.key + "."
	main.values.set("schedule"+rest, text, o.Spec.Schedule)
	t.slots["spec.schedule"] = manifest.Slot{Expr: action(key + "schedule" + rest + " | quote")}
	main.values.set("suspend"+rest, boolean, o.Spec.Suspend != nil && *o.Spec.Suspend)
	if o.Spec.Suspend != nil {
		t.slots["spec.suspend"] = manifest.Slot{Expr: action(key + "suspend" + rest)}
		return
	}
	t.slots["spec.suspend"] = manifest.Slot{Lines: []string{"{{- if " + key + "suspend" + rest + " }}", "suspend: true", "{{- end }}"}}
}

// role lets a Role follow the names of the Jobs.
func (b *builder) role(t *templateOf, o *rbacv1.Role) {
	for i, rule := range o.Rules {
		if !slices.Contains(rule.Resources, "jobs") {
			continue
		}
		for j, name := range rule.ResourceNames {
			if b.jobs[name] {
				t.slots[fmt.Sprintf("rules[%d].resourceNames[%d]", i, j)] = manifest.Slot{Expr: action(b.helper(name+".name", "$"))}
			}
		}
	}
}

// roleBinding lets accounts of the user's ask for Jobs, too.
func (b *builder) roleBinding(t *templateOf, o *rbacv1.RoleBinding) {
	if !b.origins[t.source].ForWaits {
		return
	}
	namespace := []string(nil)
	if o.Namespace != "" {
		namespace = []string{"  namespace: {{ $.Release.Namespace }}"}
	}
	for i := range o.Subjects {
		if o.Subjects[i].Namespace != "" {
			t.slots["subjects["+o.Subjects[i].Name+"].namespace"] = manifest.Slot{Expr: action("$.Release.Namespace")}
		}
	}
	var more []string
	for _, s := range b.askers() {
		more = append(more, "{{- with "+b.accountOf(s)+" }}", "- kind: ServiceAccount", "  name: {{ . }}")
		more = append(append(more, namespace...), "{{- end }}")
	}
	t.slots["subjects"] = manifest.Slot{After: more}
}

// autoscaler makes values of the limits.
func (b *builder) autoscaler(t *templateOf, o *autoscalingv2.HorizontalPodAutoscaler, main *service) {
	v, key := main.values.in("autoscaling"), ".Values."+main.key+".autoscaling."
	v.set("enabled", boolean, true)
	t.guard = and(t.guard, key+"enabled")
	if o.Spec.MinReplicas != nil {
		v.set("minReplicas", count, *o.Spec.MinReplicas)
		t.slots["spec.minReplicas"] = manifest.Slot{Expr: action(key + "minReplicas")}
	}
	v.set("maxReplicas", count, o.Spec.MaxReplicas)
	t.slots["spec.maxReplicas"] = manifest.Slot{Expr: action(key + "maxReplicas")}
	for i, m := range o.Spec.Metrics {
		if m.Resource == nil || m.Resource.Target.AverageUtilization == nil {
			continue
		}
		name := map[corev1.ResourceName]string{corev1.ResourceCPU: "targetCPUUtilizationPercentage", corev1.ResourceMemory: "targetMemoryUtilizationPercentage"}[m.Resource.Name]
		if name != "" {
			v.set(name, count, *m.Resource.Target.AverageUtilization)
			t.slots[fmt.Sprintf("spec.metrics[%d].resource.target.averageUtilization", i)] = manifest.Slot{Expr: action(key + name)}
		}
	}
}

// write renders a template into its file.
func (b *builder) write(source runtime.Object, t *templateOf, main *service) error {
	var out bytes.Buffer
	out.WriteString("{{- /* " + b.mark + " */ -}}\n")
	if t.guard != "" {
		out.WriteString("{{- if " + t.guard + " }}\n")
	}
	if job, ok := t.object.(*batchv1.Job); ok {
		if err := b.job(t, job); err != nil {
			return err
		}
	}
	document, err := b.encoder.EncodeTemplate(t.object, t.slots)
	if err != nil {
		return err
	}
	out.Write(document)
	if t.guard != "" {
		out.WriteString("{{- end }}\n")
	}
	b.files = append(b.files, filetree.File{Name: b.fileName(source, main), Data: out.Bytes(), Mode: 0o644})
	return nil
}

// job moves the spec of a Job into a named template, so that its hash can be part of the name: a Job cannot be changed, a new one is
// made when anything in it changes.
func (b *builder) job(t *templateOf, job *batchv1.Job) error {
	spec, err := b.encoder.EncodeTemplatePart(job.Spec, "spec", t.slots)
	if err != nil {
		return err
	}
	name := b.name + "." + job.Name
	b.helpers = append(b.helpers, fmt.Sprintf("{{/* What the Job %s does. */}}\n{{- define %q -}}\n%s{{- end }}\n", job.Name, name+".spec", spec),
		fmt.Sprintf("{{/* Name of the Job %s: it changes with what the Job does, because a Job cannot be changed. */}}\n{{- define %q -}}\n%s-{{ include %q . | sha256sum | trunc 8 }}\n{{- end }}\n",
			job.Name, name+".name", strings.TrimSuffix(job.Name[:min(len(job.Name), 54)], "-"), name+".spec"))
	t.slots["metadata.name"] = manifest.Slot{Expr: action("include \"" + name + ".name\" .")}
	t.slots["spec"] = manifest.Slot{Lines: []string{"spec:", "  {{- include \"" + name + ".spec\" . | nindent %N }}"}}
	return nil
}

// fileName puts the objects of a service into a folder of its own.
func (b *builder) fileName(o runtime.Object, main *service) string {
	kind := strings.ToLower(o.GetObjectKind().GroupVersionKind().Kind)
	meta, _ := o.(metav1.Object)
	name := ""
	if _, ofPods := o.(*networkingv1.NetworkPolicy); main != nil && !ofPods {
		rest := strings.Trim(strings.TrimPrefix(meta.GetName(), main.dns), "-")
		switch {
		case rest == "":
			name = "templates/" + main.dns + "/" + kind + ".yaml"
		case strings.HasPrefix(meta.GetName(), main.dns+"-"):
			name = "templates/" + main.dns + "/" + kind + "-" + rest + ".yaml"
		}
	}
	if name == "" || b.taken[name] {
		name = "templates/" + convert.FileName(o, b.taken)
	}
	b.taken[name] = true
	return name
}
