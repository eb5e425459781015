package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "load":
		exitOn(bareLoad(os.Args[2]))
		return
	case len(os.Args) == 2 && os.Args[1] == "nothing":
		return
	case len(os.Args) == 3 && os.Args[1] == "project":
		n, err := strconv.Atoi(os.Args[2])
		fmt.Print(project(n))
		exitOn(err)
		return
	}
	program := flag.String("program", "bin/transship", "the built program")
	stored := flag.String("figures", "internal/bench/figures.json", "the figures to compare with")
	up := flag.String("up", "test/cluster/up/figures.json", "the figures of up, for the page")
	slopes := flag.String("slopes", "internal/bench/slopes.tsv", "how work grows, for the page")
	startOnly := flag.Bool("start-only", false, "trace only what happens before main, store that, and write the page")
	page := flag.String("page", "docs/performance.md", "the page that shows them")
	runs := flag.Int("runs", 9, "rounds of the largest project in one measurement; smaller ones have more")
	update := flag.Bool("update", false, "store what was measured, and write the page")
	flag.Parse()
	exitOn(guard(options{*program, *stored, *up, *page, *slopes, *runs, *update, *startOnly}))
}

// options are the flags.
type options struct {
	program, stored, up, page, slopes string
	runs                              int
	update, startOnly                 bool
}

// mostTries is how often a row is measured before it counts as worse. To store figures takes as many measurements of every row: what is
// compared later must not be one lucky run of the command, or an unlucky one of its base.
const mostTries = 4

// guard measures, and compares with the stored figures or replaces them.
func guard(o options) error {
	if o.startOnly {
		return o.updateStart()
	}
	folder, err := os.MkdirTemp("", "transship-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	all, err := contests(o.program, folder)
	if err != nil {
		return err
	}
	before, err := readFigures(o.stored)
	if err != nil && !o.update {
		return err
	}
	now, err := measured(all, o, before)
	if err != nil {
		return err
	}
	if o.update {
		if now.Start, err = startByModule(o.program); err != nil {
			return err
		}
		return o.write(now)
	}
	worse := now.worseThan(before)
	for _, line := range worse {
		fmt.Fprintln(os.Stderr, line)
	}
	if len(worse) > 0 {
		return errors.New("slower or larger than the stored figures allow")
	}
	return nil
}

// updateStart replaces what is stored about the start of the program, and leaves the rest as it is.
func (o options) updateStart() error {
	f, err := readFigures(o.stored)
	if err != nil {
		return err
	}
	if f.Start, err = startByModule(o.program); err != nil {
		return err
	}
	return o.write(f)
}

// write replaces the stored figures and the page.
func (o options) write(f figures) error {
	up, err := readUp(o.up)
	if err != nil {
		return err
	}
	slopes, err := slopeTable(o.slopes)
	if err != nil {
		return err
	}
	return f.store(o.stored, o.page, up, slopes)
}

// measured measures every row in turn, and then again what is to be stored or seems worse than before: more runs, at another
// time, tell what the program costs from what the machine did meanwhile.
func measured(all []*contest, o options, before figures) (figures, error) {
	rows := make([]row, len(all))
	for try := range mostTries {
		for i, c := range all {
			if try > 0 && !o.update && len(rows[i].worseThan(before, suspicion)) == 0 {
				continue
			}
			if err := c.measure(o.runs); err != nil {
				return figures{}, err
			}
			rows[i] = c.row()
		}
	}
	return figures{Rows: rows}, nil
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bareLoad is what any program on compose-go pays: the load that docker compose does, and nothing else.
func bareLoad(file string) error {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithOsEnv, cli.WithDotEnv)
	if err != nil {
		return err
	}
	_, err = options.LoadProject(context.Background())
	return err
}
