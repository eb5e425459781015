package transform

import corev1 "k8s.io/api/core/v1"

func (u *unit) securityContext() *corev1.SecurityContext { return nil }

func (b *pod) podSecurity() {
	b.spec.SecurityContext = &corev1.PodSecurityContext{SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}}
}
