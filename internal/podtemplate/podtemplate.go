// Package podtemplate finds the Pod in objects that run Pods.
package podtemplate

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Of returns the template of the Pods that an object makes, to be read or changed in place. It returns nil for other objects, and for a
// bare Pod, which has no template.
func Of(o runtime.Object) *corev1.PodTemplateSpec {
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
	}
	return nil
}

// Read returns the Pods that an object makes or is, to be read. It returns nil for other objects.
func Read(o runtime.Object) *corev1.PodTemplateSpec {
	if pod, ok := o.(*corev1.Pod); ok {
		return &corev1.PodTemplateSpec{ObjectMeta: pod.ObjectMeta, Spec: pod.Spec}
	}
	return Of(o)
}
