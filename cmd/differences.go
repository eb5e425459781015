package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Difference is one between this program and docker compose.
type Difference struct {
	Command string // empty for flags that stand before the command
	Flag    string // --name; empty for a command that is missing or does something else
	What    string // what is different, and what does the same here
}

// behaviors are the differences in what commands do that are no missing flag.
var behaviors = []Difference{
	{Command: "up", What: "Ctrl-C ends the command and leaves the project running; --down-on-exit removes it"},
	{Command: "up", What: "-t is not taken: --timeout is how long up waits for services to become ready"},
	{Command: "up", What: "ports that are published answer on this machine while up or forward runs, and are not open to others"},
	{Command: "up", What: "-d returns when the cluster has accepted everything; containers may start later"},
	{Command: "up", What: "a one-shot that has ended well is not run again until its definition changes or it is named; --force-recreate runs all again"},
	{Command: "up", What: "--wait waits until one-shots have ended, and fails if one of them does"},
	{Command: "up", What: "a context that looks like production, by its name or as a server that is new to the project, is asked about first, as by every command that changes something; --yes answers"},
	{Command: "down", What: "claims stay without -v, also those of anonymous volumes that were given a claim"},
	{Command: "ps", What: "names are those of Pods, and -q prints them instead of IDs; the command is the project's, not that of the image"},
	{Command: "ps", What: "containers that have not started are listed without --all, with what they wait for"},
	{Command: "ps", What: "a service that was stopped has no container left; --all lists it without an exit code"},
	{Command: "ls", What: "the file of a project is not known to the cluster; its namespace is listed instead"},
	{Command: "logs", What: "the current run of a container and the one before it are all that a cluster keeps"},
	{Command: "logs", What: "-n is the namespace; --tail has no shorthand"},
	{Command: "exec", What: "the command runs as the user of the container; --workdir needs sh in the image, --env needs env"},
	{Command: "run", What: "without a terminal, standard output and standard error come together on standard output"},
	{Command: "run", What: "SIGTERM and Ctrl-C end the process with its stop signal and remove the Pod, also without --rm"},
	{Command: "restart", What: "new Pods take the place of the old ones, by the update strategy; with -t, the old ones end first"},
	{Command: "restart", What: "a one-shot is not run again; `up ONE-SHOT` does that"},
	{Command: "start", What: "returns when one Pod of each service has started, of several; --no-wait waits only for dependencies"},
	{Command: "stop", What: "Pods are removed, and their logs with them"},
	{Command: "pause", What: "Pods end and unpause starts new ones: Kubernetes cannot freeze a process"},
	{Command: "kill", What: "SIGKILL and SIGTERM stop the service; other signals need a shell in the image, and who ends by them is started again"},
	{Command: "rm", What: "removes one-shots and run commands that have ended; a service that was stopped has no containers"},
	{Command: "create", What: "leaves what is there as it is, changed or not; up changes it"},
	{Command: "attach", What: "Ctrl-C ends the connection and is not passed on, unless the container has a terminal"},
	{Command: "cp", What: "needs tar and sh in the image, or the right to start an ephemeral container beside it"},
	{Command: "top", What: "shows what the ps of the image shows, which may be less than docker's"},
	{Command: "stats", What: "needs the metrics API; networks, disks and numbers of processes are not in it"},
	{Command: "images", What: "the ID is the digest; when an image was made is not known"},
	{Command: "volumes", What: "lists claims; the driver is the storage class"},
	{Command: "events", What: "what the cluster notes, about an hour of it, with whole seconds"},
	{Command: "port", What: "a port where nothing listens is an error that says what lets it answer"},
	{Command: "wait", What: "a service that does not end is waited for for ever, also over restarts of its containers"},
	{Command: "scale", What: "the next up goes back to what the project says"},
	{Command: "config", What: "shows the project as it would be converted"},
}

// Differences returns all that is different to docker compose: commands that are missing, flags that are refused, and what
// commands do otherwise; by command.
func Differences() []Difference {
	root := newRoot(Streams{In: strings.NewReader("")})
	out := refusals("", root.Flags())
	commands := slices.Clone(root.Commands())
	slices.SortFunc(commands, func(a, b *cobra.Command) int { return strings.Compare(a.Name(), b.Name()) })
	for _, c := range commands {
		if instead, absent := absentCommands[c.Name()]; absent {
			out = append(out, Difference{Command: c.Name(), What: "missing: " + instead})
			continue
		}
		for _, b := range behaviors {
			if b.Command == c.Name() {
				out = append(out, b)
			}
		}
		out = append(out, refusals(c.Name(), c.Flags())...)
	}
	return out
}

// refusals returns the flags that are there to be refused.
func refusals(command string, flags *pflag.FlagSet) []Difference {
	var out []Difference
	flags.VisitAll(func(f *pflag.Flag) {
		if r, is := f.Value.(refused); is {
			out = append(out, Difference{Command: command, Flag: "--" + f.Name, What: r.reason})
		}
	})
	slices.SortFunc(out, func(a, b Difference) int { return strings.Compare(a.Flag, b.Flag) })
	return out
}
