package cmd

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/transship/transship/internal/sorted"
)

// refused is a flag of docker compose that has no meaning on a cluster. Giving it is an error that says why: a flag that
// is ignored in silence would be a promise broken.
type refused struct{ reason string }

func (refused) String() string     { return "" }
func (refused) Type() string       { return "bool" }
func (r refused) Set(string) error { return errors.New(r.reason) }
func (refused) IsBoolFlag() bool   { return true }

// addRefused adds flags that are refused by name, hidden from the help. A shorthand stands behind a comma.
func addRefused(flags *pflag.FlagSet, reasons map[string]string) {
	for _, key := range sorted.Keys(reasons) {
		name, shorthand, _ := strings.Cut(key, ",")
		f := flags.VarPF(refused{reasons[key]}, name, shorthand, reasons[key])
		f.Hidden, f.NoOptDefVal = true, "true"
	}
}

// honored is a flag of docker compose that asks for what happens anyway. Turning it off is refused.
type honored struct{}

func (honored) String() string   { return "true" }
func (honored) Type() string     { return "bool" }
func (honored) IsBoolFlag() bool { return true }

func (honored) Set(text string) error {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return fmt.Errorf("%q is neither true nor false", text)
	}
	if !on {
		return errors.New("this is how it always is on a cluster, and cannot be turned off")
	}
	return nil
}

// addHonored adds flags of docker compose that ask for what happens anyway, hidden from the help, so that scripts that
// give them go on working.
func addHonored(flags *pflag.FlagSet, keys ...string) {
	for _, key := range keys {
		name, shorthand, _ := strings.Cut(key, ",")
		addHidden(flags, honored{}, name, shorthand)
	}
}

func addHidden(flags *pflag.FlagSet, value pflag.Value, name, shorthand string) {
	f := flags.VarPF(value, name, shorthand, "this is how it is anyway")
	f.Hidden, f.NoOptDefVal = true, "true"
}

// without is a flag that is the opposite of another one.
type without struct{ other *bool }

func (w without) String() string {
	return strconv.FormatBool(w.other == nil || !*w.other)
}

func (without) Type() string     { return "bool" }
func (without) IsBoolFlag() bool { return true }

func (w without) Set(text string) error {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return fmt.Errorf("%q is neither true nor false", text)
	}
	*w.other = !on
	return nil
}

// noTraffic is why the Pod of a one-off publishes nothing.
const noTraffic = "the Pod takes no traffic; use `kubectl port-forward`"

// noDryRun is for commands without a dry run.
const noDryRun = "`up`, `down` have a dry run, and `diff` shows what up would change; this command has none"

// refusedByProgram are the flags of `docker compose` itself that a cluster gives no meaning.
var refusedByProgram = map[string]string{
	"all-resources": "volumes and networks that no service uses need nothing on a cluster",
	"ansi":          "--color and --progress of the commands say how output looks",
	"compatibility": "old names with underscores mean nothing to a cluster",
	"dry-run":       "it stands behind the command: `transship up --dry-run`, `transship down --dry-run`",
	"parallel":      "requests run concurrently as far as the API server lets them",
	"progress":      "it stands behind the command: `transship up --progress=plain`",
	"verbose":       "`convert -v` shows every finding, and `--progress=json` of up tells everything that happens",
}

// refusedByUp are the flags of `docker compose up` that a cluster gives no meaning.
var refusedByUp = map[string]string{
	"always-recreate-deps": "name the dependencies, or use --force-recreate",
	"menu":                 "there is no menu",
	"no-recreate":          "Kubernetes replaces Pods whenever their definition changed; `transship diff` shows what would",
	"renew-anon-volumes,V": "anonymous volumes are new with each Pod anyway",
	"stop-timeout,t":       "-t of docker compose is how long containers get to end, which is the project's stop_grace_period here; --timeout is how long up waits",
	"watch,w":              "files are not synchronized into containers; build a new image and run up again",
}

// refusedByBuild are the flags of `docker compose build` that only one of the builders knows.
var refusedByBuild = map[string]string{
	"check":             "`docker compose build --check` does it",
	"memory,m":          "`docker compose build --memory` does it, and `transship push` takes what it built",
	"print":             "`docker compose build --print` does it",
	"provenance":        "a record of the build would make each image look new; `docker compose build --provenance` does it, and `transship push` takes what it built",
	"sbom":              "`docker compose build --sbom` does it, and `transship push` takes what it built",
	"ssh":               "write ssh: into the build section",
	"with-dependencies": "the images that a build starts from are built first anyway",
}

// refusedByExec are the flags of `docker compose exec` that a cluster gives no meaning.
var refusedByExec = map[string]string{
	"detach,d":   "a command in a container lives as long as its connection; start it with nohup and & in a shell",
	"privileged": "what a container may do is fixed when it starts",
	"user,u":     "Kubernetes runs commands as the container's user; use su or setpriv in the container, or `transship run --user UID`",
}

// refusedByRun are the flags of `docker compose run` that a cluster gives no meaning.
var refusedByRun = map[string]string{
	"build":           "the Pod is like those of the service that is up: run `transship up --build SERVICE` first",
	"cap-add":         "write cap_add: into the project: what a container may do is the service's",
	"cap-drop":        "write cap_drop: into the project: what a container may do is the service's",
	"label,l":         "write labels: into the project, or label the Pod with `kubectl label`",
	"publish,p":       noTraffic + " (the name of the project stands before the command: `transship -p NAME run`)",
	"pull":            "the service's own policy decides",
	"remove-orphans":  "run removes nothing; `transship up --remove-orphans` does",
	"service-ports,P": noTraffic,
	"use-aliases":     "the Pod takes no traffic of the service",
	"volume,v":        "what is mounted is fixed by the service",
}

// refusedByConfig are the flags of `docker compose config` that make no sense for a project that is to be converted.
var refusedByConfig = map[string]string{
	"environment":           "`env` shows the variables of the shell, and the .env file is there to read",
	"hash":                  "there are no hashes; `transship diff` says what changed",
	"lock-image-digests":    "registries are not asked",
	"models":                "a cluster runs no models by itself",
	"no-consistency":        "the project is shown as it would be converted",
	"no-env-resolution":     "the project is shown as it would be converted",
	"no-interpolate":        "the project is shown as it would be converted",
	"no-normalize":          "the project is shown as it would be converted",
	"no-path-resolution":    "the project is shown as it would be converted",
	"output,o":              "write standard output into a file",
	"resolve-image-digests": "registries are not asked",
	"variables":             "`transship convert` names the variables that are not set",
}
