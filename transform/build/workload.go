package build

import (
	"maps"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/transform/annotations"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/workload"
)

// workload adds the object that runs a Pod, or the objects: a job with several schedules has a CronJob for each.
func (b *builder) workload(w plan.Workload) {
	template, meta, origin := b.template(w), b.meta(w.Meta), w.Origin
	for _, x := range w.Pod.Waits {
		origin.Waits = append(origin.Waits, plan.Waiter{Container: x.Container.Name, Service: x.For, Job: x.Job})
	}
	selector := &metav1.LabelSelector{MatchLabels: w.Selector}
	switch w.Of.Kind {
	case workload.Deployment:
		b.add(origin, &appsv1.Deployment{
			TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}, ObjectMeta: meta,
			Spec: appsv1.DeploymentSpec{
				Replicas: w.Replicas, Selector: selector, Template: template, Strategy: w.Deployment.Strategy,
				MinReadySeconds: w.MinReadySeconds, ProgressDeadlineSeconds: w.Deployment.ProgressDeadline,
			},
		})
	case workload.StatefulSet:
		b.add(origin, &appsv1.StatefulSet{
			TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "StatefulSet"}, ObjectMeta: meta,
			Spec: appsv1.StatefulSetSpec{ServiceName: w.ServiceName, Replicas: w.Replicas, Selector: selector, Template: template, MinReadySeconds: w.MinReadySeconds},
		})
	case workload.DaemonSet:
		b.add(origin, &appsv1.DaemonSet{
			TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "DaemonSet"}, ObjectMeta: meta,
			Spec: appsv1.DaemonSetSpec{Selector: selector, Template: template, MinReadySeconds: w.MinReadySeconds, UpdateStrategy: w.DaemonSet},
		})
	case workload.Job:
		job := &batchv1.Job{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}, ObjectMeta: meta, Spec: w.Job}
		job.Spec.Template = template
		b.add(origin, job)
	case workload.CronJob:
		for _, c := range w.CronJobs {
			b.add(origin, cronJob(c, meta, template))
		}
	case workload.BarePod:
		maps.Copy(meta.Labels, template.Labels)
		annotations.Add(meta.Annotations, template.Annotations)
		b.add(origin, &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: meta, Spec: template.Spec})
	}
	if w.Autoscaler != nil {
		b.add(w.Autoscaler.Origin, b.autoscaler(w))
	}
	for _, c := range containers(w) {
		if c.EnvSecret != nil {
			b.secret(c.EnvSecret.Origin, b.meta(c.EnvSecret.Meta), c.EnvSecret.Data)
		}
	}
}

func cronJob(c plan.CronJob, meta metav1.ObjectMeta, template corev1.PodTemplateSpec) *batchv1.CronJob {
	o := &batchv1.CronJob{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"}, ObjectMeta: *meta.DeepCopy(), Spec: *c.Spec.DeepCopy()}
	o.Name = c.Name
	maps.Copy(o.Annotations, c.Annotations)
	o.Spec.JobTemplate.Spec.Template = *template.DeepCopy()
	return o
}

func (b *builder) autoscaler(w plan.Workload) *autoscalingv2.HorizontalPodAutoscaler {
	wish := w.Autoscaler.Wish
	hpa := &autoscalingv2.HorizontalPodAutoscaler{
		TypeMeta: metav1.TypeMeta{APIVersion: "autoscaling/v2", Kind: "HorizontalPodAutoscaler"}, ObjectMeta: b.meta(w.Autoscaler.Meta),
	}
	hpa.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: string(w.Of.Kind), Name: w.Name}
	hpa.Spec.MinReplicas, hpa.Spec.MaxReplicas = w.Autoscaler.Min, wish.Max
	for _, metric := range []struct {
		name   corev1.ResourceName
		target *int32
	}{{corev1.ResourceCPU, wish.CPU}, {corev1.ResourceMemory, wish.Memory}} {
		if metric.target != nil {
			hpa.Spec.Metrics = append(hpa.Spec.Metrics, autoscalingv2.MetricSpec{
				Type: autoscalingv2.ResourceMetricSourceType,
				Resource: &autoscalingv2.ResourceMetricSource{Name: metric.name, Target: autoscalingv2.MetricTarget{
					Type: autoscalingv2.UtilizationMetricType, AverageUtilization: metric.target,
				}},
			})
		}
	}
	return hpa
}

// waiterAccess adds what the waiters for Jobs need.
func (b *builder) waiterAccess() {
	a := b.plan.WaiterAccess
	if a == nil {
		return
	}
	meta := func(name string) metav1.ObjectMeta { return b.meta(plan.Meta{Name: name, Component: name}) }
	if a.MakeAccount {
		b.add(a.Origin, &corev1.ServiceAccount{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"}, ObjectMeta: meta(a.Account), AutomountServiceAccountToken: new(false),
		})
	}
	b.add(a.Origin, &rbacv1.Role{
		TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "Role"}, ObjectMeta: meta(a.Role),
		Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"get", "list", "watch"}, ResourceNames: a.Jobs,
		}},
	})
	subjects := make([]rbacv1.Subject, 0, len(a.Subjects))
	for _, name := range a.Subjects {
		subjects = append(subjects, rbacv1.Subject{Kind: "ServiceAccount", Name: name, Namespace: b.plan.Namespace})
	}
	b.add(a.Origin, &rbacv1.RoleBinding{
		TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "RoleBinding"}, ObjectMeta: meta(a.Binding),
		RoleRef: rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "Role", Name: a.Role}, Subjects: subjects,
	})
}
