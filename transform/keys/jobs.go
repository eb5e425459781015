package keys

// jobRows are the keys that only jobs have.
var jobRows = []Row{
	{
		Path: "jobs.*.triggers", Class: Close, Owner: "pod/jobs.go",
		Docker:     "says when the job runs: by hand, by schedule or both",
		Kubernetes: "CronJob; suspended where there is no schedule",
		Difference: "docker compose runs no schedules, Kubernetes does",
	},
	{
		Path: "jobs.*.triggers.manual", Class: Close, Owner: "pod/jobs.go",
		Docker:     "false forbids to run the job by hand",
		Kubernetes: "annotation on the CronJob",
		Difference: "kubectl create job --from=cronjob/NAME runs it all the same",
	},
	{
		Path: "jobs.*.triggers.schedule", Class: Close, Owner: "pod/jobs.go",
		Docker:     "lists the schedules of the job",
		Kubernetes: "one CronJob each, named NAME, NAME-2, …",
		Difference: "two schedules do not know of each other: their runs may overlap",
	},
	{
		Path: "jobs.*.triggers.schedule.[].cron", Class: Close, Owner: "pod/jobs.go",
		Docker:     "is the schedule in five fields, or a word such as @daily",
		Kubernetes: "CronJob spec.schedule",
		Difference: "a TZ= prefix is not accepted",
		Advice:     "use timezone",
	},
	{
		Path: "jobs.*.triggers.schedule.[].timezone", Class: Close, Owner: "pod/jobs.go",
		Docker:     "is the time zone of the schedule, by default that of the machine",
		Kubernetes: "CronJob spec.timeZone",
		Difference: "without it the zone of the cluster counts, mostly UTC",
	},
	{
		Path: "jobs.*.triggers.schedule.[].concurrency", Class: Close, Owner: "pod/jobs.go",
		Docker:     "forbid skips a run while the one before still runs, queue runs it afterwards",
		Kubernetes: "CronJob spec.concurrencyPolicy: Forbid",
		Difference: "runs cannot be queued: with queue they are skipped, too",
	},
	{
		Path: "jobs.*.triggers.schedule.[].missed_fires", Class: Close, Owner: "pod/jobs.go",
		Docker:     "one catches up once on what was missed, skip does not",
		Kubernetes: "skip: CronJob spec.startingDeadlineSeconds; one: nothing needed",
		Difference: "after more than a hundred missed runs nothing is caught up on",
	},
	{
		Path: "jobs.*.depends_on", Class: Close, Owner: "pod/jobs.go",
		Docker:     "starts other services before the job",
		Kubernetes: "initContainers that wait for services",
		Difference: "a job that needs another job does not wait for it: jobs run by their own schedules",
		Advice:     "put both steps into one job, the first as another command",
	},
}

// preStartRows are the keys of pre_start hooks that mean something else there than on the service: what holds for the
// whole Pod cannot differ between its containers.
var preStartRows = []Row{
	podLevel("hostname", "is the host name inside the hook"),
	podLevel("domainname", "is the domain part of the host name inside the hook"),
	podLevel("dns", "sets the name servers of the hook"),
	podLevel("dns_search", "is the list of domains tried for short names in the hook"),
	podLevel("dns_opt", "sets options of the resolver in the hook"),
	podLevel("extra_hosts", "adds entries to /etc/hosts of the hook"),
	podLevel("sysctls", "sets kernel parameters for the hook"),
	podLevel("pid", "shares the process namespace with the hook"),
	podLevel("ipc", "shares the IPC namespace with the hook"),
	podLevel("network_mode", "is the network of the hook"),
	podLevel("networks", "joins networks for the hook"),
	podLevel("group_add", "adds groups to the user of the hook"),
	podLevel("userns_mode", "is the user namespace of the hook"),
	podLevel("runtime", "is the OCI runtime of the hook"),
	podLevel("platform", "chooses the platform of the hook"),
	{
		Path: "services.*.pre_start.[].labels", Class: Close, Owner: "pod/hooks.go",
		Docker:     "puts labels on the container of the hook",
		Kubernetes: "annotations of the Pod template, after those of the service",
		Difference: "an initContainer has no annotations of its own",
	},
	{
		Path: "services.*.pre_start.[].label_file", Class: Close, Owner: "pod/hooks.go",
		Docker:     "reads labels of the hook from files",
		Kubernetes: "annotations of the Pod template, after those of the service",
		Difference: "an initContainer has no annotations of its own",
	},
	{
		Path: "services.*.pre_start.[].annotations", Class: Close, Owner: "pod/hooks.go",
		Docker:     "passes annotations of the hook to the OCI runtime",
		Kubernetes: "annotations of the Pod template, after those of the service",
		Difference: "an initContainer has no annotations of its own",
	},
	{
		Path: "services.*.pre_start.[].stop_grace_period", Class: Close, Owner: "pod/hooks.go",
		Docker:     "is the time between the stop signal and SIGKILL for the hook",
		Kubernetes: "Pod spec.terminationGracePeriodSeconds: the longest of all containers",
		Difference: "it holds for the whole Pod",
	},
	{
		Path: "services.*.pre_start.[].init", Class: Close, Owner: "pod/hooks.go",
		Docker:     "runs a small init as process 1 of the hook",
		Kubernetes: "none: a hook ends, and its zombies with it",
		Difference: "the program itself is process 1, so signals have no default action",
		NoopValues: []any{false},
	},
}

// podLevel is the row of a pre_start key that a Pod has only once.
func podLevel(key, docker string) Row {
	return Row{
		Path: "services.*.pre_start.[]." + key, Class: Refused, Owner: "pod/hooks.go", Code: "hook-pod-level",
		Docker:     docker,
		Kubernetes: "the value of the service, which holds for the whole Pod",
		Difference: "containers of one Pod cannot differ in it: another value than that of the service is an error",
		Advice:     "give the service the same value, or make the hook a service of its own that the service depends on",
	}
}
