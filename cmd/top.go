package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/diag"
)

func newTop(streams Streams, project *projectFlags) *cobra.Command {
	return runnable{
		use: "top [SERVICE...]", short: "List the processes of containers", quiet: true,
		long: `List the processes of running containers, as the ps of their images shows them. Of a container without ps, the process that it
was started with is all that a cluster knows.`,
		run: func(c *cobra.Command, l *live, services []string) error {
			targets, err := l.runningContainers(c.Context(), services)
			if err != nil {
				return err
			}
			t := &processTable{show: streams.shown}
			for i := range targets {
				if err := t.add(c.Context(), l, &targets[i]); err != nil {
					return err
				}
			}
			for _, name := range t.without {
				fmt.Fprintf(streams.Err, "warning: the image of %s has no ps: only the command of the container is known\n", name)
			}
			return t.print(streams.Out)
		},
	}.command(streams, project)
}

// processTable collects what the ps of several containers print, which may have different columns.
type processTable struct {
	titles  []string
	rows    []map[string]string
	without []string // Pods whose images have no ps
	show    func(string) string
}

func (t *processTable) add(ctx context.Context, l *live, c *cluster.Container) error {
	var out, said bytes.Buffer
	err := l.Exec(ctx, l.namespace, c.Pod, c.Name, []string{"ps"}, cluster.Session{Stdout: &out, Stderr: &said})
	exit := (*cluster.ExitError)(nil)
	if errors.As(err, new(*cluster.NotStartedError)) || errors.As(err, &exit) && (exit.Code == 126 || exit.Code == 127) {
		t.without = append(t.without, c.Pod)
		t.row(c, []string{"PID", "COMMAND"}, []string{"1", strings.Join(c.Command, " ")})
		return nil
	}
	if err != nil {
		return fmt.Errorf("list the processes of %s: %w", c.Pod, errors.Join(err, nonempty(said.String())))
	}
	t.parse(c, out.String())
	return nil
}

func nonempty(text string) error {
	if text = strings.TrimSpace(text); text != "" {
		return errors.New(text)
	}
	return nil
}

// parse takes over what ps prints: a line of titles, and a line for each process, whose last column may have spaces. The ps
// that was run for this is left out.
func (t *processTable) parse(c *cluster.Container, text string) {
	first, rest, _ := strings.Cut(text, "\n")
	titles := strings.Fields(first)
	for line := range strings.Lines(rest) {
		fields := strings.Fields(line)
		if len(fields) < len(titles) || len(titles) == 0 {
			continue
		}
		last := strings.Join(fields[len(titles)-1:], " ")
		if last == "ps" || strings.HasSuffix(last, "runc init") || strings.HasPrefix(last, "{runc:[") { // also one that is just being started, as by a healthcheck
			continue
		}
		t.row(c, titles, append(fields[:len(titles)-1:len(titles)-1], last))
	}
}

func (t *processTable) row(c *cluster.Container, titles, fields []string) {
	row := map[string]string{"SERVICE": c.Service, "POD": c.Pod}
	for i, title := range titles {
		title = diag.OneLine(title)
		if title == "COMMAND" || title == "ARGS" {
			title = "CMD"
		}
		row[title] = t.show(fields[i])
		known := title == "CMD" // which is last
		for _, other := range t.titles {
			known = known || other == title
		}
		if !known {
			t.titles = append(t.titles, title)
		}
	}
	t.rows = append(t.rows, row)
}

func (t *processTable) print(out io.Writer) error {
	if len(t.rows) == 0 {
		return nil
	}
	titles := append(append([]string{"SERVICE", "POD"}, t.titles...), "CMD")
	table := tabwriter.NewWriter(out, 4, 1, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join(titles, "\t"))
	for _, row := range t.rows {
		fields := make([]string, len(titles))
		for i, title := range titles {
			if fields[i] = row[title]; fields[i] == "" {
				fields[i] = "-"
			}
		}
		fmt.Fprintln(table, strings.Join(fields, "\t"))
	}
	return table.Flush()
}
