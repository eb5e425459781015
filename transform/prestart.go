package transform

import corev1 "k8s.io/api/core/v1"

func (b *pod) preStartContainers() []corev1.Container { return nil }
