package transform

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
)

// Transform converts a project. It reads as the table of contents of this package: each pass decides one thing for
// the whole project, and the last ones emit objects.
func Transform(in Input) Result {
	p := newProject(in)
	p.collectServices()
	p.groupPods()
	p.decideKinds()
	p.collectSecrets()
	p.registerNames()
	p.scanReferences()
	p.collectPorts()
	p.checkModels()
	p.reportUnmappedKeys()
	if p.options.CreateNamespace && p.options.Namespace != "" {
		p.emit(p.namespaceObject())
	}
	for _, b := range p.pods {
		p.workload(b)
	}
	p.serviceObjects()
	p.publishedObjects()
	p.waiterObjects()
	p.storageObjects()
	p.networkPolicies()
	p.applyPatches()
	p.reportSecurityLevels()
	p.objects = slices.DeleteFunc(p.objects, func(o runtime.Object) bool { return o == nil })
	return Result{Objects: p.objects, Findings: p.findings}
}

// workload emits the object that runs a Pod.
func (p *project) workload(b *pod) {
	switch b.main.kind {
	case kindNone:
	case kindDeployment:
		p.emitWorkload(b, b.deployment())
	case kindStatefulSet:
		p.emitWorkload(b, b.statefulSet())
	case kindDaemonSet:
		p.emitWorkload(b, b.daemonSet())
	case kindJob:
		p.emitWorkload(b, b.job())
	case kindCronJob:
		for _, o := range b.cronJobs() {
			p.emitWorkload(b, o)
		}
	case kindPod:
		p.emitWorkload(b, b.barePod())
	}
}

func (p *project) emitWorkload(b *pod, o runtime.Object) {
	b.object = len(p.objects)
	p.emit(o)
}

// selectorOf returns what selects the Pods of a workload, nil for objects that choose none themselves.
func selectorOf(o runtime.Object) *metav1.LabelSelector {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return o.Spec.Selector
	case *appsv1.StatefulSet:
		return o.Spec.Selector
	case *appsv1.DaemonSet:
		return o.Spec.Selector
	}
	return nil
}

// podTemplate returns the template of a workload's Pods, nil for other objects.
func podTemplate(o runtime.Object) *corev1.PodTemplateSpec {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return &o.Spec.Template
	case *appsv1.StatefulSet:
		return &o.Spec.Template
	case *appsv1.DaemonSet:
		return &o.Spec.Template
	case *batchv1.Job:
		return &o.Spec.Template
	case *batchv1.CronJob:
		return &o.Spec.JobTemplate.Spec.Template
	case *corev1.Pod:
		return &corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec}
	}
	return nil
}

// workloadMeta returns the metadata of the workload itself, with the annotations that `up` reads in live mode.
func (b *pod) workloadMeta() metav1.ObjectMeta {
	meta := b.main.serviceMeta(b.workloadName())
	for _, m := range slices.Backward(b.members) { // the main one last: its word counts
		addAnnotations(meta.Annotations, m.deployAnnotations())
	}
	services := make([]string, 0, len(b.members))
	for _, s := range b.members {
		services = append(services, s.name)
	}
	if len(services) > 1 {
		meta.Annotations[AnnotationServices] = strings.Join(services, ",")
	}
	if b.options.Live {
		if depends := b.dependencies(); len(depends) > 0 {
			meta.Annotations[AnnotationDependsOn] = compactJSON(depends)
		}
		if ports := b.publishedPorts(); len(ports) > 0 {
			meta.Annotations[AnnotationPublished] = compactJSON(ports)
		}
	}
	return meta
}

func compactJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // only types of this package get here, and they can be marshalled
		panic(err)
	}
	return string(text)
}

func (b *pod) labelSelector() *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: b.selector(b.main.dns)}
}

func (b *pod) deployment() *appsv1.Deployment {
	d := &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: b.workloadMeta(),
	}
	d.Spec = appsv1.DeploymentSpec{
		Replicas: b.replicas(),
		Selector: b.labelSelector(),
		Template: b.template(),
	}
	b.deploymentUpdates(&d.Spec)
	return d
}

func (b *pod) statefulSet() *appsv1.StatefulSet {
	s := &appsv1.StatefulSet{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "StatefulSet"},
		ObjectMeta: b.workloadMeta(),
	}
	s.Spec = appsv1.StatefulSetSpec{
		ServiceName: b.main.dns,
		Replicas:    b.replicas(),
		Selector:    b.labelSelector(),
		Template:    b.template(),
	}
	b.statefulSetUpdates(&s.Spec)
	return s
}

func (b *pod) daemonSet() *appsv1.DaemonSet {
	d := &appsv1.DaemonSet{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "DaemonSet"},
		ObjectMeta: b.workloadMeta(),
	}
	d.Spec = appsv1.DaemonSetSpec{Selector: b.labelSelector(), Template: b.template()}
	b.daemonSetUpdates(&d.Spec)
	return d
}

func (b *pod) job() *batchv1.Job {
	return &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: b.workloadMeta(),
		Spec:       b.jobSpec(),
	}
}

func (b *pod) barePod() *corev1.Pod {
	template := b.template()
	meta := b.workloadMeta()
	maps.Copy(meta.Labels, template.Labels)
	addAnnotations(meta.Annotations, template.Annotations)
	return &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: meta, Spec: template.Spec}
}

func (p *project) namespaceObject() *corev1.Namespace {
	meta := p.objectMeta(p.options.Namespace, p.instance())
	meta.Namespace = ""
	return &corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: meta}
}

// namePods registers the names of workloads, which are those of their services.
func (p *project) registerNames() {
	p.assignServiceNames()
	p.assignResourceNames()
}

func (s *service) key(keys ...string) diag.Path { return s.path.Key(keys...) }
