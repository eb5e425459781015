package transform

import corev1 "k8s.io/api/core/v1"

func (u *unit) probes() (startup, readiness, liveness *corev1.Probe) { return nil, nil, nil }
