package pod

import (
	corev1 "k8s.io/api/core/v1"
)

// podSecurity sets what Kubernetes knows per Pod only.
//
// Docker filters system calls by default; Kubernetes does not unless the kubelet was told to, so RuntimeDefault is
// always asked for (source: https://docs.docker.com/engine/security/seccomp/,
// https://kubernetes.io/docs/tutorials/security/seccomp/).
func (b *decider) podSecurity() {
	b.sharedProcesses()
	b.userNamespace()
	b.runtimeClass()
	b.spec.SecurityContext = &corev1.PodSecurityContext{
		SeccompProfile:     &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		SupplementalGroups: b.supplementalGroups(),
		Sysctls:            b.sysctls(),
		FSGroup:            b.fsGroup(),
	}
	if b.spec.SecurityContext.FSGroup != nil { // walking through a large volume at each start would take long
		b.spec.SecurityContext.FSGroupChangePolicy = new(corev1.FSGroupChangeOnRootMismatch)
	}
}
