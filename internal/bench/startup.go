package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// initialization is what the packages of one module do before main.
type initialization struct {
	Module       string
	Milliseconds float64
	Kilobytes    float64 // allocated
}

// startRuns is how often a start is traced; of each package the least time counts.
const startRuns = 40

// shownModules is how many modules the page shows; the others are one row.
const shownModules = 12

// startByModule traces starts of a program (GODEBUG=inittrace=1) and returns what the packages of each module take, the longest first.
func startByModule(program string) ([]initialization, error) {
	least := map[string]initialization{}
	for range startRuns {
		c := exec.CommandContext(context.Background(), program, "version")
		c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		var trace strings.Builder
		c.Stderr = &trace
		if err := c.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w", c, err)
		}
		for line := range strings.Lines(trace.String()) {
			name, is, ok := initOf(line)
			if was, seen := least[name]; ok && (!seen || is.Milliseconds < was.Milliseconds) {
				least[name] = is
			}
		}
	}
	return byModule(least), nil
}

// initOf reads a line of the trace: init NAME @1.5 ms, 0.02 ms clock, 2048 bytes, 12 allocs.
func initOf(line string) (name string, is initialization, ok bool) {
	words := strings.Fields(line)
	if len(words) < 11 || words[0] != "init" {
		return "", is, false
	}
	milliseconds, err := strconv.ParseFloat(words[4], 64)
	if err != nil {
		return "", is, false
	}
	bytes, err := strconv.ParseFloat(words[7], 64)
	return words[1], initialization{moduleOf(words[1]), milliseconds, bytes / 1024}, err == nil
}

// moduleOf returns the first words of a package name that tell whose it is: one for k8s.io/api, three for github.com/a/b.
func moduleOf(name string) string {
	words := strings.Split(name, "/")
	switch {
	case !strings.Contains(words[0], "."):
		return "the standard library"
	case words[0] == "github.com":
		return strings.Join(words[:min(3, len(words))], "/")
	default:
		return strings.Join(words[:min(2, len(words))], "/")
	}
}

func byModule(packages map[string]initialization) []initialization {
	sums := map[string]initialization{}
	for _, p := range packages {
		s := sums[p.Module]
		sums[p.Module] = initialization{p.Module, s.Milliseconds + p.Milliseconds, s.Kilobytes + p.Kilobytes}
	}
	all := make([]initialization, 0, len(sums))
	for _, s := range sums { // sorted below
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b initialization) int {
		if a.Milliseconds != b.Milliseconds {
			return int((b.Milliseconds - a.Milliseconds) * 1e6)
		}
		return strings.Compare(a.Module, b.Module)
	})
	rest := initialization{Module: "all others"}
	for _, m := range all[min(shownModules, len(all)):] {
		rest.Milliseconds += m.Milliseconds
		rest.Kilobytes += m.Kilobytes
	}
	all = append(all[:min(shownModules, len(all))], rest)
	for i, m := range all {
		all[i].Milliseconds, all[i].Kilobytes = rounded(m.Milliseconds), rounded(m.Kilobytes)
	}
	return all
}
