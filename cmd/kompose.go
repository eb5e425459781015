package cmd

import (
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/transship/transship/internal/sorted"
)

// ofKompose is a flag of `kompose convert` that is another one here. Giving it is an error that names ours. It is no
// difference to docker compose, hence a type of its own.
type ofKompose struct{ refused }

const (
	noOpenShift = "objects of OpenShift are not written"
	inProject   = "the project says it: "
)

// komposeFlags are the flags of `kompose convert`, those of `kompose` itself among them, that have another name or no
// meaning here, and what does the same. --file, --namespace, --profile and --verbose are the same. A shorthand stands
// behind a comma.
var komposeFlags = map[string]string{
	"build":                     "`transship build --push --image-file FILE` builds, and `convert --images FILE` takes the names",
	"build-branch":              noOpenShift + "; `transship build` builds what is here",
	"build-command":             "`transship build` builds with docker compose, Docker or Podman; an image that something else builds is named by image:",
	"build-repo":                noOpenShift + "; `transship build` builds what is here",
	"chart,c":                   "-o helm -d DIR writes a Helm chart",
	"controller":                inProject + "`x-kubernetes: {kind: DaemonSet}` of a service, or the label kompose.controller.type; without them it is chosen for each service",
	"daemon-set":                inProject + "`x-kubernetes: {kind: DaemonSet}` of a service, or `deploy: {mode: global}`",
	"deployment":                "each service gets the kind that fits, mostly a Deployment; `x-kubernetes: {kind: Deployment}` of a service insists",
	"deployment-config":         noOpenShift + "; a Deployment works there too",
	"emptyvols":                 inProject + "`x-kubernetes: {as: emptydir}` of a mount",
	"error-on-warning":          "--strict ends with exit code 3 when there is a warning",
	"generate-network-policies": "--network-policies=always writes them; without it they are written where the networks of the project separate services",
	"indent":                    "YAML is indented by two spaces; a formatter changes that",
	"insecure-repository":       noOpenShift,
	"json,j":                    "-o json writes JSON",
	"multiple-container-mode":   inProject + "`x-kubernetes: {group: NAME}` of the services, or the label kompose.service.group",
	"no-interpolate":            "variables are always filled in; `-o kustomize --overlay` and `-o helm` write what differs between environments",
	"out":                       "-d DIR (--out-dir) writes one file per object; for a single file redirect standard output: transship convert > FILE",
	"provider":                  "the objects are those of Kubernetes, which OpenShift takes as well",
	"push-command":              "`transship push` pushes with the builder's own login; an image that something else pushes is named by image:",
	"push-image":                "`transship build --push --image-file FILE` pushes, and `convert --images FILE` takes the names",
	"push-image-registry":       "`transship build --push --registry HOST/PATH` says where to push",
	"pvc-request-size":          "--volume-size SIZE, or `x-kubernetes: {size: SIZE}` of a volume",
	"replicas":                  inProject + "`scale` or `deploy.replicas` of a service; `transship up --scale SERVICE=NUM` for once",
	"replication-controller":    "a Deployment does the same and more, and is what a service becomes",
	"secrets-as-files":          "a secret is always a file at its target path",
	"service-group-mode":        inProject + "`x-kubernetes: {group: NAME}` of the services, or the label kompose.service.group; services that share a volume need no group",
	"service-group-name":        inProject + "`x-kubernetes: {group: NAME}` of the services names the group",
	"stdout":                    "standard output is where manifests go without a flag",
	"suppress-warnings":         "--min-severity=error shows errors only",
	"volumes":                   inProject + "`x-kubernetes: {as: VALUE}` of a mount, with emptydir, hostpath, configmap and so on, or the label kompose.volume.type",
	"with-kompose-annotation":   "no annotations of Kompose are written",
	"yaml,y":                    "YAML is what is written without a flag",
}

// komposeProgramFlags are those that stand before the command as well.
var komposeProgramFlags = []string{"error-on-warning", "provider", "suppress-warnings"}

// addKompose adds flags of Kompose, hidden from the help, that are refused with the name of ours.
func addKompose(flags *pflag.FlagSet, keys ...string) {
	for _, key := range keys {
		reason := komposeFlags[key]
		name, shorthand, _ := strings.Cut(key, ",")
		f := flags.VarPF(ofKompose{refused{reason}}, name, shorthand, reason)
		f.Hidden, f.NoOptDefVal = true, "true"
	}
}

func addKomposeConvert(flags *pflag.FlagSet) {
	addKompose(flags, sorted.Keys(komposeFlags)...)
}

// outputForm is the form of the output. Kompose takes the name of a file or directory there.
type outputForm struct{ choice[string] }

func (f outputForm) Set(s string) error {
	err := f.choice.Set(s)
	if err == nil || didYouMean(s, f.allowed) != "" {
		return err
	}
	if ext := filepath.Ext(s); ext == ".yaml" || ext == ".yml" || ext == ".json" {
		return usagef("%v; for a file redirect standard output: > %s", err, s)
	}
	return usagef("%v; for a directory with one file per object: -d %s", err, s)
}
