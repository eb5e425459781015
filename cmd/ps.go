package cmd

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/table"
)

type psFlags struct {
	all, quiet, services, whole bool
	format                      string
	statuses, filters           []string
	form                        *table.Format
}

func newPs(streams Streams, project *projectFlags) *cobra.Command {
	f := &psFlags{}
	return runnable{
		use: "ps [SERVICE...]", short: "List containers", quiet: true,
		long: `List containers: those that run, wait to be restarted, or are to start. The name is that of the Pod. A port stands with
the address at which it answers while up or forward runs.`,
		example: `  transship ps
  transship ps -a --format {{.Service}}:{{.Status}}
  transship ps --status restarting -q`,
		flags: f.attach,
		args:  func(*cobra.Command, []string) error { return f.resolve() },
		run: func(c *cobra.Command, l *live, names []string) error {
			list, err := l.Containers(c.Context(), l.project, l.namespace, names, f.all || len(f.statuses) > 0)
			if none := (*cluster.NoProjectError)(nil); err != nil && !errors.As(err, &none) {
				return err
			}
			return f.print(streams, l.project, list)
		},
	}.command(streams, project)
}

// stateNames are the states that a container can have, in docker compose's words.
func stateNames() []string {
	var out []string
	for _, state := range cluster.ContainerStates() {
		out = append(out, string(state))
	}
	return out
}

func (f *psFlags) attach(flags *pflag.FlagSet) {
	flags.BoolVarP(&f.all, "all", "a", false, "also those that have ended")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "names of Pods only")
	flags.BoolVar(&f.services, "services", false, "names of services only")
	flags.StringVar(&f.format, "format", "table", "`FORM` of the list: table, json, a Go template, or \"table TEMPLATE\"")
	flags.StringArrayVar(&f.statuses, "status", nil, "only those of a `STATE`: "+strings.Join(stateNames(), ", ")+" (repeatable)")
	flags.StringArrayVar(&f.filters, "filter", nil, "the same, as `status=STATE` (repeatable)")
	flags.BoolVar(&f.whole, "no-trunc", false, "show commands and IDs in full")
	addHonored(flags, "orphans")
}

// resolve reads the flags that are more than a value.
func (f *psFlags) resolve() (err error) {
	for _, filter := range f.filters {
		key, value, _ := strings.Cut(filter, "=")
		if key != "status" {
			return usagef("--filter: %q is not status=STATE", filter)
		}
		f.statuses = append(f.statuses, value)
	}
	for _, status := range f.statuses {
		if !slices.Contains(stateNames(), status) {
			return usagef("--status: %q is not one of %s", status, strings.Join(stateNames(), ", "))
		}
	}
	const columns = `{{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}`
	if f.form, err = table.Parse(f.format, columns, containerHeaders); err != nil {
		return usagef("--format: %v", err)
	}
	return nil
}

func (f *psFlags) print(streams Streams, project string, list []cluster.Container) error {
	list = slices.DeleteFunc(list, func(c cluster.Container) bool {
		return len(f.statuses) > 0 && !slices.Contains(f.statuses, string(c.State))
	})
	switch {
	case f.quiet:
		return printNames(streams, list, func(c cluster.Container) string {
			if c.Name == "" {
				return "" // there is no Pod to name
			}
			return c.Pod
		})
	case f.services:
		return printNames(streams, list, func(c cluster.Container) string { return c.Service })
	}
	rows := make([]containerRow, len(list))
	for i := range list {
		rows[i] = rowOf(&list[i], project, f.whole, time.Now(), streams.shown)
	}
	return table.Print(streams.Out, f.form, rows)
}

func printNames(streams Streams, list []cluster.Container, name func(cluster.Container) string) error {
	var names []string
	for _, c := range list {
		if n := name(c); n != "" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return printList(streams, slices.Compact(names))
}

// containerHeaders are the words above the columns of docker compose.
var containerHeaders = table.Headers{
	"ID": "CONTAINER ID", "Name": "NAME", "Names": "NAMES", "Project": "PROJECT", "Service": "SERVICE", "Image": "IMAGE",
	"Command": "COMMAND", "CreatedAt": "CREATED AT", "RunningFor": "CREATED", "Ports": "PORTS", "State": "STATE",
	"Status": "STATUS", "Health": "HEALTH", "ExitCode": "EXIT CODE", "Labels": "LABELS", "Mounts": "MOUNTS",
	"LocalVolumes": "LOCAL VOLUMES", "Networks": "NETWORKS", "Publishers": "PUBLISHERS",
	"Container": "CONTAINER", "Node": "NODE", "Restarts": "RESTARTS",
}

// containerRow is a container as docker compose has it, its fields in the same order. The last three are of a cluster.
type containerRow struct {
	Command      string              `json:"Command"` // in quotes, shortened
	CreatedAt    string              `json:"CreatedAt"`
	ExitCode     int64               `json:"ExitCode"`
	Health       string              `json:"Health"` // healthy, unhealthy, starting; empty without a healthcheck
	ID           string              `json:"ID"`
	Image        string              `json:"Image"`
	Labels       string              `json:"Labels"` // key=value, comma-separated
	LocalVolumes string              `json:"LocalVolumes"`
	Mounts       string              `json:"Mounts"` // names of claims
	Name         string              `json:"Name"`   // of the Pod
	Names        string              `json:"Names"`
	Networks     string              `json:"Networks"`
	Ports        string              `json:"Ports"`
	Project      string              `json:"Project"`
	Publishers   []cluster.Publisher `json:"Publishers"`
	RunningFor   string              `json:"RunningFor"`
	Service      string              `json:"Service"`
	State        string              `json:"State"`
	Status       string              `json:"Status"`

	Container string `json:"Container"`
	Node      string `json:"Node"`
	Restarts  int64  `json:"Restarts"`

	labels map[string]string
}

// Label returns one label, for templates.
func (r containerRow) Label(name string) string { return r.labels[name] }

// rowOf returns the row of a container. What people chose passes through show.
func rowOf(c *cluster.Container, project string, whole bool, now time.Time, show func(string) string) containerRow {
	command, id := show(strings.Join(c.Command, " ")), c.ID
	labels := map[string]string{}
	for key, value := range c.Labels {
		labels[show(key)] = show(value)
	}
	if runes := []rune(command); !whole && len(runes) > 20 {
		command = string(runes[:19]) + "…"
	}
	if !whole {
		id = id[:min(12, len(id))]
	}
	return containerRow{
		Command: strconv.Quote(command), CreatedAt: c.CreatedAt.String(), ExitCode: c.ExitCode, Health: string(c.Health), ID: id,
		Image: show(c.Image), Labels: pairs(labels), LocalVolumes: strconv.Itoa(len(c.Claims)),
		Mounts: strings.Join(c.Claims, ","), Name: c.Pod, Names: c.Pod, Networks: strings.Join(c.Networks, ","),
		Ports: cluster.FormatPorts(c.Publishers), Project: project, Publishers: append([]cluster.Publisher{}, c.Publishers...), // never null
		RunningFor: units.HumanDuration(max(now.Sub(c.CreatedAt), 0)) + " ago", Service: c.Service,
		State: string(c.State), Status: show(c.Status(now)), Container: c.Name, Node: c.Node, Restarts: c.Restarts, labels: labels,
	}
}
