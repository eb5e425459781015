package transform

import corev1 "k8s.io/api/core/v1"

func (u *unit) resources() corev1.ResourceRequirements { return corev1.ResourceRequirements{} }
