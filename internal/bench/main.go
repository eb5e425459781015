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
	page := flag.String("page", "docs/performance.md", "the page that shows them")
	runs := flag.Int("runs", 11, "runs of each command")
	update := flag.Bool("update", false, "store what was measured, and write the page")
	flag.Parse()
	exitOn(guard(*program, *stored, *page, *runs, *update))
}

// guard measures, and compares with the stored figures or replaces them.
func guard(program, stored, page string, runs int, update bool) error {
	now, err := measure(program, runs)
	if err != nil {
		return err
	}
	if update {
		if err := now.write(stored); err != nil {
			return err
		}
		return os.WriteFile(page, []byte(now.page()), 0o644)
	}
	before, err := readFigures(stored)
	if err != nil {
		return err
	}
	slower := now.worseThan(before)
	if len(slower) > 0 { // another program may have been busy for a moment
		if now, err = measure(program, 2*runs); err != nil {
			return err
		}
		slower = now.worseThan(before)
	}
	for _, line := range slower {
		fmt.Fprintln(os.Stderr, line)
	}
	if len(slower) > 0 {
		return errors.New("slower or larger than the stored figures allow")
	}
	return nil
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
