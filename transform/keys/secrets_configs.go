package keys

// secretRows are the keys of top-level secrets.
var secretRows = []Row{
	{
		Path: "secrets", Class: Meta,
		Docker:     "holds the secrets of the project",
		Kubernetes: "one Secret for each secret that a service uses",
	},
	{
		Path: "secrets.*", Class: Close, Owner: "storage/secrets.go",
		Docker:     "is one secret: a file in the container, by default under /run/secrets",
		Kubernetes: "Secret, mounted read-only",
		Difference: "the content is part of the manifests: --secrets=stub or skip keeps it out of them",
	},
	{
		Path: "secrets.*.name", Class: Close, Owner: "storage/secrets.go",
		Docker:     "is the name in the Swarm store; only a label without Swarm",
		Kubernetes: "metadata.name of the Secret that an external secret refers to",
		Difference: "a secret of the project itself is named after its key",
	},
	{
		Path: "secrets.*.file", Class: Close, Owner: "storage/secrets.go", Code: "missing-file",
		Docker:     "takes the content from a file or directory, mounted live from the host",
		Kubernetes: "Secret data, byte for byte, one key per file",
		Difference: "the content is that of the conversion; more than 1 MiB is an error",
	},
	{
		Path: "secrets.*.environment", Class: Close, Owner: "storage/secrets.go", Code: "unset-source",
		Docker:     "takes the content from a variable of the shell or .env",
		Kubernetes: "Secret data",
		Difference: "the value at the time of the conversion is written into the manifest; an unset variable is an error",
	},
	{
		Path: "secrets.*.external", Class: Close, Owner: "storage/secrets.go",
		Docker:     "says that the secret exists already; docker compose refuses it, Swarm looks it up",
		Kubernetes: "the Pods refer to a Secret of that name; none is emitted",
		Difference: "the key inside the Secret is assumed to be the name of the secret unless x-kubernetes.key says otherwise",
		NoopValues: []any{false},
	},
	{Path: "secrets.*.external.name", Docker: "is the old way to name an external secret"},
	{
		Path: "secrets.*.driver", Class: Hint, Owner: "storage/secrets.go", Code: "secret-driver",
		Docker:     "lets a Swarm plugin fetch the secret; docker compose refuses it",
		Kubernetes: "the Pods refer to a Secret of that name; none is emitted",
		Difference: "no Kubernetes object runs a Docker secret plugin",
		Advice:     "let the External Secrets Operator or the Secrets Store CSI driver make the Secret of that name",
	},
	{
		Path: "secrets.*.driver_opts", Class: Hint,
		Docker:     "passes options to the secret plugin",
		Kubernetes: "none",
		Difference: "no Kubernetes object runs a Docker secret plugin",
		Advice:     "give these options to the operator that makes the Secret",
	},
	{Path: "secrets.*.driver_opts.*", Docker: "is one option of the secret plugin"},
	{
		Path: "secrets.*.template_driver", Class: Hint, Code: "secret-driver",
		Docker:     "lets Swarm expand the content as a template; docker compose refuses it",
		Kubernetes: "none",
		Difference: "nothing expands the template, so the {{ }} in the content stays as it is",
		Advice:     "render the content before the conversion, or let the program read the values from its environment",
	},
	{
		Path: "secrets.*.labels", Class: Close, Owner: "storage/secrets.go",
		Docker:     "puts labels on the Swarm secret; ignored without Swarm",
		Kubernetes: "annotations of the Secret, and labels where Kubernetes takes them",
		Difference: "only short labels of letters, digits, dashes, dots and underscores can be selected by",
	},
	{Path: "secrets.*.labels.*", Docker: "is one label of the secret"},
}

// configRows are the keys of top-level configs.
var configRows = []Row{
	{
		Path: "configs", Class: Meta,
		Docker:     "holds the configuration files of the project",
		Kubernetes: "one ConfigMap for each config that a service uses",
	},
	{
		Path: "configs.*", Class: Close, Owner: "storage/configs.go",
		Docker:     "is one configuration file in the container",
		Kubernetes: "ConfigMap, mounted read-only",
		Difference: "a change of the content replaces the Pods (checksum annotation) instead of showing in the running container",
	},
	{
		Path: "configs.*.name", Class: Close, Owner: "storage/configs.go",
		Docker:     "is the name in the Swarm store; only a label without Swarm",
		Kubernetes: "metadata.name of the ConfigMap that an external config refers to",
		Difference: "a config of the project itself is named after its key",
	},
	{
		Path: "configs.*.file", Class: Close, Owner: "storage/configs.go", Code: "missing-file",
		Docker:     "takes the content from a file or directory, mounted live from the host",
		Kubernetes: "ConfigMap data, or binaryData where it is no text",
		Difference: "the content is that of the conversion; more than 1 MiB is an error",
	},
	{
		Path: "configs.*.content", Class: Exact, Owner: "storage/configs.go",
		Docker:     "is the content itself, with variables interpolated",
		Kubernetes: "ConfigMap data",
	},
	{
		Path: "configs.*.environment", Class: Close, Owner: "storage/configs.go", Code: "unset-source",
		Docker:     "takes the content from a variable of the shell or .env",
		Kubernetes: "ConfigMap data",
		Difference: "the value at the time of the conversion is written into the manifest; an unset variable is an error",
	},
	{
		Path: "configs.*.external", Class: Close, Owner: "storage/configs.go",
		Docker:     "says that the config exists already; docker compose refuses it, Swarm looks it up",
		Kubernetes: "the Pods refer to a ConfigMap of that name; none is emitted",
		Difference: "the key inside the ConfigMap is assumed to be the name of the config unless x-kubernetes.key says otherwise",
		NoopValues: []any{false},
	},
	{Path: "configs.*.external.name", Docker: "is the old way to name an external config"},
	{
		Path: "configs.*.template_driver", Class: Hint, Code: "secret-driver",
		Docker:     "lets Swarm expand the content as a template; docker compose refuses it",
		Kubernetes: "none",
		Difference: "nothing expands the template, so the {{ }} in the content stays as it is",
		Advice:     "render the content before the conversion, or let the program read the values from its environment",
	},
	{
		Path: "configs.*.labels", Class: Close, Owner: "storage/configs.go",
		Docker:     "puts labels on the Swarm config; ignored without Swarm",
		Kubernetes: "annotations of the ConfigMap",
		Difference: "annotations cannot be selected by",
	},
	{Path: "configs.*.labels.*", Docker: "is one label of the config"},
}
