package transform

import corev1 "k8s.io/api/core/v1"

func (u *unit) lifecycle() *corev1.Lifecycle { return nil }

func (b *pod) terminationGracePeriod() *int64 { return pointer(int64(10)) }
