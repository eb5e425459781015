package cmd

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"
)

// absentCommands are the commands of docker compose that this program does not have, and what does the same on a
// cluster.
var absentCommands = map[string]string{
	"attach":  "`transship logs -f SERVICE` shows what it writes, and `kubectl attach -it POD` connects to the process",
	"bridge":  "`transship convert` writes the manifests",
	"build":   noImages,
	"commit":  "images are built with `docker build`; what a container wrote is gone with its Pod",
	"create":  "a cluster has no container that exists and does not run; `transship up --dry-run` checks everything and changes nothing",
	"events":  "`kubectl get events -n NAMESPACE --watch` shows them, and `transship up --progress=json` tells what up does",
	"export":  "`kubectl exec -n NAMESPACE POD -- tar c /` writes the files of a container",
	"kill":    "`transship stop SERVICE` ends it, and `kubectl delete pod -n NAMESPACE POD --grace-period=0 --force` at once",
	"pause":   "Kubernetes cannot freeze a process; `transship stop SERVICE` ends it and `transship start SERVICE` brings it back",
	"publish": "`docker compose publish` does it; a cluster is not needed",
	"pull":    "the nodes pull images when Pods start; `transship up --pull always` makes them ask the registry each time",
	"push":    "`docker compose push` does it; a cluster is not needed",
	"stats":   "`kubectl top pod -n NAMESPACE` shows what Pods use, where the cluster has a metrics server",
	"top":     "`transship exec SERVICE ps` lists the processes, where the image has ps",
	"unpause": "Kubernetes cannot freeze a process; `transship start SERVICE` brings a stopped service back",
	"watch":   "files are not synchronized into containers; build a new image and run `transship up` again",
}

// newAbsent returns commands that say what does the same as a command of docker compose that is missing here. They are
// hidden: nobody is to find them who does not look for them.
func newAbsent() []*cobra.Command {
	out := make([]*cobra.Command, 0, len(absentCommands))
	for _, name := range slices.Sorted(maps.Keys(absentCommands)) {
		instead := absentCommands[name]
		out = append(out, &cobra.Command{
			Use: name, Long: "There is no `" + name + "`: " + instead + ".", Hidden: true, DisableFlagParsing: true,
			RunE: func(*cobra.Command, []string) error { return usagef("there is no `%s`: %s", name, instead) },
		})
	}
	return out
}
