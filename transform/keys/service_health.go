package keys

// healthRows are the keys of healthchecks.
var healthRows = []Row{
	{
		Path: "workload.healthcheck", Class: Close, Owner: "container/healthcheck.go",
		Docker:     "runs a command from time to time and marks the container healthy or unhealthy",
		Kubernetes: "containers[].readinessProbe, and startupProbe where a start_period is given",
		Difference: "Docker keeps sending traffic to an unhealthy container, Kubernetes takes it out of the Service; neither restarts it unless x-kubernetes.liveness asks for that",
	},
	{
		Path: "workload.healthcheck.test", Class: Exact, Owner: "container/healthcheck.go",
		Docker:     "is the command; a string or CMD-SHELL runs in a shell, NONE switches the check of the image off",
		Kubernetes: "readinessProbe.exec.command, with $ escaped",
	},
	{
		Path: "workload.healthcheck.interval", Class: Exact, Owner: "container/healthcheck.go",
		Docker:     "is the time between two checks, 30 s by default",
		Kubernetes: "readinessProbe.periodSeconds, rounded up to a second",
	},
	{
		Path: "workload.healthcheck.timeout", Class: Exact, Owner: "container/healthcheck.go",
		Docker:     "is the time a check may take, 30 s by default",
		Kubernetes: "readinessProbe.timeoutSeconds, always written because the default there is 1 s",
	},
	{
		Path: "workload.healthcheck.retries", Class: Exact, Owner: "container/healthcheck.go",
		Docker:     "is the number of failures in a row that make the container unhealthy, 3 by default",
		Kubernetes: "readinessProbe.failureThreshold",
	},
	{
		Path: "workload.healthcheck.start_period", Class: Close, Owner: "container/healthcheck.go",
		Docker:     "is a time after the start in which failures do not count",
		Kubernetes: "startupProbe with a wide failureThreshold",
		Difference: "a container that does not pass even ten times that long is restarted, where Docker leaves it unhealthy",
	},
	{
		Path: "workload.healthcheck.start_interval", Class: Exact, Owner: "container/healthcheck.go",
		Docker:     "is the time between two checks within start_period, 5 s by default",
		Kubernetes: "startupProbe.periodSeconds, rounded up to a second",
	},
	{
		Path: "workload.healthcheck.disable", Class: Exact, Owner: "container/healthcheck.go",
		Docker:     "switches the check of the image off",
		Kubernetes: "no probe",
		NoopValues: []any{false},
	},
	{
		Path: "jobs.*.healthcheck", Class: Close, Owner: "container/healthcheck.go",
		Docker:     "runs a command from time to time and marks the container healthy or unhealthy",
		Kubernetes: "containers[].readinessProbe",
		Difference: "the check of a job decides nothing unless a Service selects its Pod",
	},
}
