package transform

import corev1 "k8s.io/api/core/v1"

func (b *pod) restartPolicy() corev1.RestartPolicy { return "" }
