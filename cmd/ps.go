package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
)

// states are those that a container can have, in docker compose's words.
var states = []string{"created", "running", "restarting", "exited", "removing"}

func newPs(streams Streams, project *projectFlags) *cobra.Command {
	var (
		all, quiet, services bool
		format               string
		statuses, filters    []string
	)
	return runnable{
		use: "ps [SERVICE...]", short: "List containers", quiet: true,
		flags: func(flags *pflag.FlagSet) {
			flags.BoolVarP(&all, "all", "a", false, "also those that have ended")
			flags.BoolVarP(&quiet, "quiet", "q", false, "names of Pods only")
			flags.BoolVar(&services, "services", false, "names of services only")
			addChoice(flags, &format, "format", "", "form of the list", "table", "json")
			flags.StringArrayVar(&statuses, "status", nil, "only those of a `STATE`: "+strings.Join(states, ", ")+" (repeatable)")
			flags.StringArrayVar(&filters, "filter", nil, "the same, as `status=STATE` (repeatable)")
			addHonored(flags, "no-trunc", "orphans")
		},
		args: func(_ *cobra.Command, _ []string) error {
			for _, filter := range filters {
				key, value, _ := strings.Cut(filter, "=")
				if key != "status" {
					return usagef("--filter: %q is not status=STATE", filter)
				}
				statuses = append(statuses, value)
			}
			for _, status := range statuses {
				if !slices.Contains(states, status) {
					return usagef("--status: %q is not one of %s", status, strings.Join(states, ", "))
				}
			}
			return nil
		},
		run: func(c *cobra.Command, l *live, names []string) error {
			list, err := l.Processes(c.Context(), l.project, l.namespace, names, all || len(statuses) > 0)
			if none := (*cluster.NoProjectError)(nil); err != nil && !errors.As(err, &none) {
				return err
			}
			list = slices.DeleteFunc(list, func(p cluster.Process) bool {
				return len(statuses) > 0 && !slices.Contains(statuses, p.State)
			})
			switch {
			case quiet:
				return printNames(streams, list, func(p cluster.Process) string { return p.Name })
			case services:
				return printNames(streams, list, func(p cluster.Process) string { return p.Service })
			case format == "json":
				return printJSONLines(streams, list)
			}
			return printProcesses(streams, list)
		},
	}.command(streams, project)
}

func printNames(streams Streams, list []cluster.Process, name func(cluster.Process) string) error {
	var names []string
	for _, p := range list {
		names = append(names, name(p))
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		if _, err := fmt.Fprintln(streams.Out, n); err != nil {
			return err
		}
	}
	return nil
}

// printJSONLines prints one object per line, as docker compose does.
func printJSONLines[T any](streams Streams, list []T) error {
	encoder := json.NewEncoder(streams.Out)
	for _, item := range list {
		if err := encoder.Encode(item); err != nil {
			return err
		}
	}
	return nil
}

func printProcesses(streams Streams, list []cluster.Process) error {
	table := tabwriter.NewWriter(streams.Out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "NAME\tIMAGE\tSERVICE\tCREATED\tSTATUS\tPORTS")
	for _, p := range list {
		state := p.Status
		if p.Health == "starting" {
			state += " (starting)"
		}
		fmt.Fprintln(table, strings.Join([]string{p.Name, p.Image, p.Service, age(p.Created), state, p.Ports}, "\t"))
	}
	return table.Flush()
}

// age says how long ago something was, in the unit that matters.
func age(t time.Time) string {
	d := time.Since(t)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", int(d.Hours()))
	}
	return fmt.Sprintf("%dd ago", int(d.Hours()/24))
}
