package keys

import "github.com/transship/transship/diag"

// projectRows are the keys at the top of a Compose file that describe the project as a whole.
var projectRows = []Row{
	{
		Path: "version", Class: Meta,
		Docker:     "named the file format in the past; ignored, with a warning",
		Kubernetes: "none",
	},
	{
		Path: "name", Class: Meta,
		Docker:     "names the project; -p and COMPOSE_PROJECT_NAME win over it, the directory name stands in for it",
		Kubernetes: "labels app.kubernetes.io/instance and app.kubernetes.io/part-of; the namespace of transship up when none is given",
		Difference: "a name with an underscore is written with a dash where it becomes a namespace",
	},
	{
		Path: "include", Class: Meta,
		Docker:     "loads other Compose files, each relative to its own project directory",
		Kubernetes: "resolved before the conversion; what was included is converted like the rest",
	},
	{Path: "include.[].path", Docker: "names the files to include; several are merged in order"},
	{Path: "include.[].project_directory", Docker: "is the directory that relative paths of the included file start from"},
	{Path: "include.[].env_file", Docker: "names the files whose variables are interpolated into the included file"},
	{
		Path: "services", Class: Meta,
		Docker:     "holds the services of the project",
		Kubernetes: "one workload (Deployment, Job, DaemonSet, …) and one Service each",
	},
	{
		Path: "services.*", Class: Meta,
		Docker:     "is one service: a container image with its settings, run once or several times",
		Kubernetes: "Deployment by default; Job, CronJob, DaemonSet or StatefulSet where the project says so; a Service of the same name",
		Difference: "a name that is no DNS label, such as my_db, is normalized to my-db",
	},
	{
		Path: "jobs", Class: Meta,
		Docker:     "holds containers that run to completion, by schedule or by hand",
		Kubernetes: "one CronJob each",
	},
	{
		Path: "jobs.*", Class: Close, Owner: "pod/jobs.go",
		Docker:     "is one job: run by its schedule, or by hand with docker compose run",
		Kubernetes: "CronJob per schedule; a suspended CronJob for a job that is run by hand",
		Difference: "docker compose up refuses projects with scheduled jobs, on Kubernetes they run; a manual job is started with kubectl create job --from=cronjob/NAME",
	},
}

// modelRows are the top-level models.
var modelRows = []Row{
	{
		Path: "models", Class: Meta,
		Docker:     "holds the language models that services use",
		Kubernetes: "environment variables of the services that use them",
	},
	{
		Path: "models.*", Class: Hint, Owner: "container/variables.go", Code: "models",
		Docker:     "is a language model that Docker Model Runner serves on the host",
		Kubernetes: "variables with the endpoint and the model name, where x-kubernetes.endpoint is given",
		Difference: "nothing in a cluster serves the model by itself",
		Advice:     "run an inference server and give its base URL as x-kubernetes.endpoint of the model",
	},
	{
		Path: "models.*.model", Class: Close, Owner: "container/variables.go",
		Docker:     "names the model to pull",
		Kubernetes: "value of the <MODEL>_MODEL variable of the services that use it; x-kubernetes.model overrides it",
		Difference: "the model is not pulled: the server behind x-kubernetes.endpoint must have it",
	},
	{
		Path: "models.*.name", Class: Hint, Severity: diag.Info,
		Docker:     "gives the model another name",
		Kubernetes: "none",
		Difference: "no object is made for a model, so there is nothing to name",
		Advice:     "nothing to do; set x-kubernetes.model if the server knows the model under another name",
	},
	{
		Path: "models.*.context_size", Class: Hint,
		Docker:     "sets the size of the context window",
		Kubernetes: "none",
		Difference: "the context size belongs to the inference server in the cluster",
		Advice:     "set it on that server, for example --max-model-len of vLLM or -c of llama-server",
	},
	{
		Path: "models.*.runtime_flags", Class: Hint,
		Docker:     "passes flags to the inference engine",
		Kubernetes: "none",
		Difference: "the flags belong to the inference server in the cluster",
		Advice:     "give them to that server; flags of llama.cpp and vLLM differ",
	},
}
