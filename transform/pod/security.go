package pod

import (
	corev1 "k8s.io/api/core/v1"
)

// securityContext returns what Kubernetes knows per Pod only.
//
// Docker filters system calls by default; Kubernetes does not unless the kubelet was told to, so RuntimeDefault is
// always asked for (source: https://docs.docker.com/engine/security/seccomp/,
// https://kubernetes.io/docs/tutorials/security/seccomp/).
func securityContext(groups []int64, settings []corev1.Sysctl, fsGroup *int64) *corev1.PodSecurityContext {
	c := &corev1.PodSecurityContext{
		SeccompProfile:     &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		SupplementalGroups: groups,
		Sysctls:            settings,
		FSGroup:            fsGroup,
	}
	if fsGroup != nil { // walking through a large volume at each start would take long
		c.FSGroupChangePolicy = new(corev1.FSGroupChangeOnRootMismatch)
	}
	return c
}
