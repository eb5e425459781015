package reasons

import corev1 "k8s.io/api/core/v1"

// probeRows are for the probes of containers.
var probeRows = []row{
	{ofService, "readinessProbe", byAny, isDialled, "it has no healthcheck, and others wait for it to be healthy: answering on its port counts"},
	{ofService, "readinessProbe", byAny, isSetBy("image", "build"), "the HEALTHCHECK of the image, which Kubernetes itself ignores"},
	{ofService, "readinessProbe", byAny, nil, "a healthcheck says who gets traffic and never restarts, as on Docker"},
	{ofService, "startupProbe", byAny, isInit, "holds the other containers of the Pod back until the sidecar is healthy"},
	{ofService, "startupProbe", byAny, nil, "failures in start_period do not count, and a success ends it"},
	{ofService, "startupProbe.failureThreshold", byAny, hasLiveness, "as long as start_period and the retries together"},
	{ofService, "startupProbe.failureThreshold", byAny, nil, "ten times what Docker waits: Kubernetes restarts what fails here, Docker does not"},
	{ofService, "startupProbe.periodSeconds", byNoKey, isValue("5"), "Docker's start_interval where none is written"},
	{ofService, "readinessProbe.timeoutSeconds", byNoKey, isValue("30"), timeoutOfDocker},
	{ofService, "startupProbe.timeoutSeconds", byNoKey, isValue("30"), timeoutOfDocker},
	{ofService, "livenessProbe.timeoutSeconds", byNoKey, isValue("30"), timeoutOfDocker},
	{ofService, "readinessProbe.periodSeconds", byNoKey, isValue("30"), "Docker's default; that of Kubernetes is 10"},
	{ofService, "livenessProbe.periodSeconds", byNoKey, isValue("30"), "Docker's default; that of Kubernetes is 10"},
	{ofService, "readinessProbe.failureThreshold", byNoKey, isValue("3"), "Docker's default number of retries"},
	{ofService, "livenessProbe.failureThreshold", byNoKey, isValue("3"), "Docker's default number of retries"},
}

const timeoutOfDocker = "Docker's default; that of Kubernetes is 1"

// isDialled tells the probe that stands in for a healthcheck.
func isDialled(s *spot) bool {
	p := s.container.ReadinessProbe
	return p != nil && p.TCPSocket != nil
}

// isSetBy is true where the field has that key, or none and so no healthcheck of the file.
func isSetBy(steps ...string) func(*spot) bool {
	return func(s *spot) bool { return keyHas(s.key, steps...) }
}

func hasLiveness(s *spot) bool { return s.container.LivenessProbe != nil }

// isInit tells a sidecar, which is an initContainer that goes on running.
func isInit(s *spot) bool {
	return s.container.RestartPolicy != nil && *s.container.RestartPolicy == corev1.ContainerRestartPolicyAlways
}
