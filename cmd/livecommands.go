package cmd

import (
	"slices"

	"github.com/spf13/cobra"
)

// maker makes a command.
type maker struct {
	name string
	make func(Streams, *projectFlags) *cobra.Command
}

// localCommands work without a cluster.
var localCommands = []maker{
	{"convert", newConvert},
	{"lock", newLock},
	{"build", newBuild},
	{"push", newPush},
	{"pull", newPull},
	{"graph", newGraph},
	{"serve", newServe},
	{"explain", newExplain},
	{"version", newVersion},
	{"completion", newCompletion},
	{"exit-codes", newExitCodes},
}

// liveCommands talk to a cluster.
var liveCommands = []maker{
	{"up", newUp},
	{"down", newDown},
	{"ps", newPs},
	{"logs", newLogs},
	{"diff", newDiff},
	{"exec", newExec},
	{"run", newRun},
	{"port", newPort},
	{"forward", newForward},
	{"cp", newCp},
	{"images", newImages},
	{"volumes", newVolumes},
	{"rm", newRm},
	{"kill", newKill},
	{"pause", newPause},
	{"unpause", newUnpause},
	{"attach", newAttach},
	{"top", newTop},
	{"create", newCreate},
	{"events", newEvents},
	{"stats", newStats},
	{"restart", newRestart},
	{"stop", newStop},
	{"start", newStart},
	{"scale", newScale},
	{"wait", newWait},
	{"ls", newLs},
	{"config", newConfig},
}

// makersFor returns those commands that a command line names, and whether these are all there are. Making a command takes much
// longer than finding out that it is not meant.
func makersFor(args []string) (makers []maker, all bool) {
	makers = slices.Concat(localCommands, liveCommands)
	if slices.ContainsFunc(args, func(arg string) bool { return arg == "help" || arg == "--help" || arg == "-h" }) {
		return makers, true
	}
	named := slices.DeleteFunc(slices.Clone(makers), func(m maker) bool { return !slices.Contains(args, m.name) })
	if len(named) == 0 {
		return makers, true
	}
	return named, false
}
