package cmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/table"
	"github.com/transship/transship/internal/terminal"
)

type statsFlags struct {
	format               string
	noStream, whole, all bool
	form                 *table.Format
}

func newStats(streams Streams, project *projectFlags) *cobra.Command {
	f := &statsFlags{}
	return runnable{
		use: "stats [SERVICE...]", short: "Show what containers use", quiet: true,
		long: `Show what containers use of processors and memory, again and again until Ctrl-C, as the metrics API of the cluster tells: a
mean over its last 15 seconds or so. 100 % is one processor. Networks, disks and numbers of processes are not in it.`,
		args: func(*cobra.Command, []string) (err error) {
			const columns = `{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}`
			if f.form, err = table.Parse(f.format, columns, statsHeaders); err != nil {
				return usagef("--format: %v", err)
			}
			return nil
		},
		flags: func(flags *pflag.FlagSet) {
			flags.BoolVar(&f.noStream, "no-stream", false, "once only")
			flags.StringVar(&f.format, "format", "table", "`FORM` of the list: table, json, a Go template, or \"table TEMPLATE\"")
			flags.BoolVar(&f.whole, "no-trunc", false, "show IDs in full")
			flags.BoolVarP(&f.all, "all", "a", false, "also containers that do not run")
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			return f.run(c.Context(), l, services, streams)
		},
	}.command(streams, project)
}

// statsPause is how often new figures are asked for: the metrics API has new ones every 15 seconds.
const statsPause = 5 * time.Second

func (f *statsFlags) run(ctx context.Context, l *live, services []string, streams Streams) error {
	ticker := time.NewTicker(statsPause)
	defer ticker.Stop()
	for {
		rows, err := f.rows(ctx, l, services)
		if err != nil {
			return err
		}
		if !f.noStream && terminal.IsTerminal(streams.Out) {
			fmt.Fprint(streams.Out, "\x1b[H\x1b[J")
		}
		if err := table.Print(streams.Out, f.form, rows); err != nil || f.noStream {
			return err
		}
		select {
		case <-ctx.Done():
			return &silentError{exitInterrupted}
		case <-ticker.C:
		}
	}
}

func (f *statsFlags) rows(ctx context.Context, l *live, services []string) ([]statsRow, error) {
	list, err := l.Containers(ctx, l.project, l.namespace, services, f.all)
	if err != nil {
		return nil, err
	}
	usage, err := l.Usage(ctx, l.project, l.namespace)
	if err != nil {
		return nil, err
	}
	var out []statsRow
	for i := range list {
		if list[i].Name != "" && (f.all || list[i].State == cluster.ContainerRunning) {
			out = append(out, statsRowOf(&list[i], usage, f.whole))
		}
	}
	return out, nil
}

var statsHeaders = table.Headers{
	"Container": "CONTAINER", "Name": "NAME", "ID": "CONTAINER ID", "CPUPerc": "CPU %", "MemUsage": "MEM USAGE / LIMIT", "MemPerc": "MEM %",
	"NetIO": "NET I/O", "BlockIO": "BLOCK I/O", "PIDs": "PIDS",
}

// statsRow is what a container uses, as docker compose has it. What nobody tells is --, as with docker.
type statsRow struct {
	BlockIO   string `json:"BlockIO"`
	CPUPerc   string `json:"CPUPerc"`
	Container string `json:"Container"`
	ID        string `json:"ID"`
	MemPerc   string `json:"MemPerc"`
	MemUsage  string `json:"MemUsage"`
	Name      string `json:"Name"`
	NetIO     string `json:"NetIO"`
	PIDs      string `json:"PIDs"`
}

func statsRowOf(c *cluster.Container, usage []cluster.Usage, whole bool) statsRow {
	const unknown = "--"
	r := statsRow{
		BlockIO: unknown, CPUPerc: unknown, Container: c.Name, ID: c.ID, MemPerc: unknown, MemUsage: unknown + " / " + unknown, Name: c.Pod,
		NetIO: unknown, PIDs: unknown,
	}
	if !whole {
		r.ID = r.ID[:min(12, len(r.ID))]
	}
	i := slices.IndexFunc(usage, func(u cluster.Usage) bool { return u.Pod == c.Pod && u.Container == c.Name })
	if i < 0 {
		return r
	}
	r.CPUPerc = fmt.Sprintf("%.2f%%", usage[i].CPU*100)
	limit := ""
	if c.MemoryLimit > 0 {
		limit = units.BytesSize(float64(c.MemoryLimit))
		r.MemPerc = fmt.Sprintf("%.2f%%", float64(usage[i].Memory)/float64(c.MemoryLimit)*100)
	}
	r.MemUsage = units.BytesSize(float64(usage[i].Memory)) + " / " + cmp.Or(limit, unknown)
	return r
}
