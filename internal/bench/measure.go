package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// usage is what one process cost.
type usage struct {
	cpu    time.Duration // of user and system
	memory int64         // peak resident set, bytes
}

func run(program string, args ...string) (usage, error) {
	c := exec.CommandContext(context.Background(), program, args...)
	if out, err := c.CombinedOutput(); err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%.2000s", c, err, out)
	}
	u := usage{cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime()}
	if r, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.memory = r.Maxrss << 10
	}
	return u, nil
}

// sizes are the numbers of services of the projects that are converted.
var sizes = []int{1, 10, 100, 1000}

// measure runs each command in turn with what it is compared with, so that both see the same machine.
func measure(program string, runs int) (figures, error) {
	self, err := os.Executable()
	if err != nil {
		return figures{}, err
	}
	folder, err := os.MkdirTemp("", "transship-bench-")
	if err != nil {
		return figures{}, err
	}
	defer os.RemoveAll(folder)
	var out figures
	add := func(name, base string, runs int, command, baseline func() (usage, error)) error {
		row, err := compare(name, base, runs, command, baseline)
		out.Rows = append(out.Rows, row)
		return err
	}
	nothing := func() (usage, error) { return run(self, "nothing") }
	for _, words := range [][]string{{"version"}, {"__complete", "convert", "--o"}} {
		name := map[string]string{"version": "version", "__complete": "completion"}[words[0]]
		if err := add(name, "start of compose-go", 2*runs, func() (usage, error) { return run(program, words...) }, nothing); err != nil {
			return out, err
		}
	}
	for _, n := range sizes {
		file := filepath.Join(folder, fmt.Sprintf("compose-%d.yaml", n))
		if err := os.WriteFile(file, []byte(project(n)), 0o600); err != nil {
			return out, err
		}
		convert := func() (usage, error) {
			return run(program, "convert", "-f", file, "--out-dir", filepath.Join(folder, strconv.Itoa(n)))
		}
		load := func() (usage, error) { return run(self, "load", file) }
		if err := add("convert "+services(n), "load by compose-go", runs, convert, load); err != nil {
			return out, err
		}
	}
	return out, nil
}

func services(n int) string {
	if n == 1 {
		return "1 service"
	}
	return strconv.Itoa(n) + " services"
}

// compare runs a command and its baseline in turn, and prints what it sees.
func compare(name, base string, runs int, command, baseline func() (usage, error)) (row, error) {
	var costs, ratios, memories, memoryRatios []float64
	for i := range runs + 1 { // the first fills the caches
		with, err := command()
		if err != nil {
			return row{}, err
		}
		without, err := baseline()
		if err != nil {
			return row{}, err
		}
		if i > 0 {
			costs = append(costs, float64(with.cpu)/float64(time.Millisecond))
			ratios = append(ratios, float64(with.cpu)/float64(without.cpu))
			memories = append(memories, float64(with.memory)/1e6)
			memoryRatios = append(memoryRatios, float64(with.memory)/float64(without.memory))
		}
	}
	r := row{Name: name, Base: base, CPU: rounded(median(ratios)), Memory: rounded(median(memoryRatios)), Megabytes: rounded(median(memories))}
	fmt.Printf("%-24s %8.1f ms CPU, %5.2f of %s; %6.1f MB, %5.2f of it\n", name, median(costs), r.CPU, base, r.Megabytes, r.Memory)
	return r, nil
}

func median(all []float64) float64 {
	slices.SortFunc(all, cmp.Compare)
	return all[len(all)/2]
}
