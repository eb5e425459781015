package cmd

import (
	"github.com/spf13/cobra"

	"github.com/transship/transship/internal/sorted"
)

// absentCommands are the commands of docker compose that this program does not have, and what does the same on a
// cluster.
var absentCommands = map[string]string{
	"alpha":    "`transship graph --of=compose` draws the project as `alpha viz` does; `docker compose alpha generate` makes a file of containers",
	"bridge":   "`transship convert` writes the manifests",
	"commit":   "images are built from a Dockerfile by `transship build`; what a container wrote is gone with its Pod",
	"export":   "`kubectl exec -n NAMESPACE POD -- tar c /` writes the files of a container",
	"generate": "`docker compose alpha generate` makes a file of containers",
	"publish":  "`docker compose publish` does it; a cluster is not needed",
	"viz":      "`transship graph --of=compose` draws the project",
	"watch":    "files are not synchronized into containers; build a new image and run `transship up` again",
}

// newAbsent returns commands that say what does the same as a command of docker compose that is missing here. They are
// hidden: nobody is to find them who does not look for them.
func newAbsent() []*cobra.Command {
	out := make([]*cobra.Command, 0, len(absentCommands))
	for _, name := range sorted.Keys(absentCommands) {
		instead := absentCommands[name]
		out = append(out, &cobra.Command{
			Use: name, Long: "There is no `" + name + "`: " + instead + ".", Hidden: true, DisableFlagParsing: true,
			RunE: func(*cobra.Command, []string) error { return usagef("there is no `%s`: %s", name, instead) },
		})
	}
	return out
}
