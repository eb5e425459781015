package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/pattern"
)

func newKill(streams Streams, project *projectFlags) *cobra.Command {
	name := ""
	return runnable{
		reserved: "s",
		effect:   changes,
		use:      "kill [SERVICE...]", short: "End containers at once, or send them a signal",
		long: `End the Pods of services at once, and keep everything else: start or up brings them back, as after stop. SIGTERM does the same
and leaves them the time that the project says.

Any other signal is sent to the process of each container, by the shell of its image. Whoever ends by it is started again by
Kubernetes, according to restart.`,
		args: func(*cobra.Command, []string) error {
			short := strings.TrimPrefix(strings.ToUpper(name), "SIG")
			if n, err := strconv.Atoi(short); err == nil && n > 0 && n <= 64 || slices.Contains(signals, short) || realTime.MatchString(short) {
				return nil
			}
			return usagef("--signal: %q is neither the name of a signal, such as SIGHUP, nor its number", name)
		},
		flags: func(flags *pflag.FlagSet) {
			flags.StringVarP(&name, "signal", "s", "SIGKILL", "`SIGNAL` to send")
			addRefused(flags, map[string]string{"remove-orphans": "kill removes nothing; `transship up --remove-orphans` does"})
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			ended := stopFlags{services: services, timeout: defaultWait}
			switch strings.TrimPrefix(strings.ToUpper(name), "SIG") {
			case "KILL", "9":
				ended.grace = new(time.Duration)
				fallthrough
			case "TERM", "15":
				return l.shown(streams, func(sink cluster.Sink) error {
					return l.stopAs(c.Context(), ended, cluster.ContainerExited, true, sink)
				})
			}
			return l.signal(c.Context(), services, strings.TrimPrefix(strings.ToUpper(name), "SIG"), streams)
		},
	}.command(streams, project)
}

// signals are the names of the signals that every Linux has.
var signals = []string{
	"HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "IOT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CLD",
	"CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "POLL", "PWR", "SYS",
}

var realTime = pattern.New(`^RTM(IN(\+[0-9]{1,2})?|AX(-[0-9]{1,2})?)$`)

// sendSignal sends a signal to the process of the container that it runs in: the first one, or, where the containers of a
// Pod share their processes with one that Kubernetes adds, the first that nobody in there has started.
const sendSignal = `target=1
if [ "$(cat /proc/1/comm)" = pause ]; then
  target=
  for dir in /proc/[0-9]*; do
    p=${dir#/proc/}
    { [ "$p" = 1 ] || [ "$p" = $$ ]; } && continue
    parent=
    while read -r key value; do [ "$key" = PPid: ] && parent=$value; done < "$dir/status" 2>/dev/null
    [ "$parent" = 0 ] && { [ -z "$target" ] || [ "$p" -lt "$target" ]; } && target=$p
  done
fi
kill -"$1" "$target"`

// signal sends a signal to the process of each container of services.
func (l *live) signal(ctx context.Context, services []string, name string, streams Streams) error {
	targets, err := l.runningContainers(ctx, services)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("no container runs that could be sent a signal")
	}
	var failed error
	for _, t := range targets {
		var said bytes.Buffer
		err := l.Exec(ctx, l.namespace, t.Pod, t.Name, []string{"sh", "-c", sendSignal, "sh", name}, cluster.Session{Stdout: &said, Stderr: &said})
		switch missing := (*cluster.NotStartedError)(nil); {
		case errors.As(err, &missing):
			failed = errors.Join(failed, fmt.Errorf("%s: the image has no shell, which a signal other than SIGKILL and SIGTERM needs", t.Pod))
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("%s: send SIG%s: %s", t.Pod, name, firstOf(strings.TrimSpace(said.String()), err.Error())))
		default:
			fmt.Fprintf(streams.Err, "%s: sent SIG%s\n", t.Pod, name)
		}
	}
	return failed
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
