package fakenode

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// missing says why a kubelet could not create the Pod's containers: a ConfigMap or Secret that is not optional and
// not there. One that the environment needs is a configuration error, one that a volume needs leaves the Pod waiting.
func (a *agent) missing(pod *corev1.Pod) *corev1.ContainerStateWaiting {
	for _, volume := range pod.Spec.Volumes {
		if source := volume.ConfigMap; source != nil && a.absent(pod, "configmap", source.Name, source.Optional) {
			return &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
		}
		if source := volume.Secret; source != nil && a.absent(pod, "secret", source.SecretName, source.Optional) {
			return &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
		}
	}
	for _, container := range append(append([]corev1.Container{}, pod.Spec.InitContainers...), pod.Spec.Containers...) {
		for _, need := range environmentNeeds(container) {
			if a.absent(pod, need.kind, need.name, need.optional) {
				return &corev1.ContainerStateWaiting{
					Reason: "CreateContainerConfigError", Message: fmt.Sprintf("%s %q not found", need.kind, need.name),
				}
			}
		}
	}
	return nil
}

type need struct {
	kind, name string
	optional   *bool
}

func environmentNeeds(container corev1.Container) []need {
	var needs []need
	for _, from := range container.EnvFrom {
		if ref := from.ConfigMapRef; ref != nil {
			needs = append(needs, need{"configmap", ref.Name, ref.Optional})
		}
		if ref := from.SecretRef; ref != nil {
			needs = append(needs, need{"secret", ref.Name, ref.Optional})
		}
	}
	for _, env := range container.Env {
		if env.ValueFrom == nil {
			continue
		}
		if ref := env.ValueFrom.ConfigMapKeyRef; ref != nil {
			needs = append(needs, need{"configmap", ref.Name, ref.Optional})
		}
		if ref := env.ValueFrom.SecretKeyRef; ref != nil {
			needs = append(needs, need{"secret", ref.Name, ref.Optional})
		}
	}
	return needs
}

func (a *agent) absent(pod *corev1.Pod, kind, name string, optional *bool) bool {
	if optional != nil && *optional {
		return false
	}
	var err error
	if kind == "secret" {
		_, err = a.secrets.Secrets(pod.Namespace).Get(name)
	} else {
		_, err = a.configs.ConfigMaps(pod.Namespace).Get(name)
	}
	return apierrors.IsNotFound(err)
}
