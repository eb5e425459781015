package cmd

import (
	"errors"
	"sort"

	"github.com/spf13/pflag"
)

// refused is a flag of docker compose that has no meaning on a cluster. Giving it is an error that says why: a flag that
// is ignored in silence would be a promise broken.
type refused struct{ reason string }

func (refused) String() string     { return "" }
func (refused) Type() string       { return "bool" }
func (r refused) Set(string) error { return errors.New(r.reason) }
func (refused) IsBoolFlag() bool   { return true }

// addRefused adds flags that are refused by name, hidden from the help.
func addRefused(flags *pflag.FlagSet, reasons map[string]string) {
	names := make([]string, 0, len(reasons))
	for name := range reasons {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		f := flags.VarPF(refused{reasons[name]}, name, "", reasons[name])
		f.Hidden, f.NoOptDefVal = true, "true"
	}
}

// refusedByUp are the flags of `docker compose up` that a cluster gives no meaning.
var refusedByUp = map[string]string{
	"abort-on-container-exit":    "a cluster starts containers that ended again; `transship wait SERVICE` waits for a one-shot, and --down-on-exit cleans up",
	"abort-on-container-failure": "up fails by itself when a service cannot become ready; later failures are Kubernetes' to mend",
	"always-recreate-deps":       "name the dependencies, or use --force-recreate",
	"attach-dependencies":        "the logs of dependencies are followed anyway; --no-attach leaves services out",
	"build":                      "a cluster builds no images: run `docker compose build --push` first, with an `image:` that the nodes can pull",
	"exit-code-from":             "use up -d, then `transship wait SERVICE`, which exits with the service's code",
	"menu":                       "there is no menu",
	"no-recreate":                "Kubernetes replaces Pods whenever their definition changed; `transship diff` shows what would",
	"no-start":                   "a cluster has no container that exists and does not run; use `transship stop` afterwards",
	"quiet-build":                "a cluster builds no images",
	"quiet-pull":                 "the nodes pull images, and show no progress",
	"renew-anon-volumes":         "anonymous volumes are new with each Pod anyway",
	"watch":                      "files are not synchronized into containers; build a new image and run up again",
	"yes":                        "nothing is asked",
}
