package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "load" {
		exitOn(bareLoad(os.Args[2]))
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "project" {
		fmt.Print(project(numbers(os.Args[2])[0]))
		return
	}
	program := flag.String("program", "bin/transship", "the built program")
	runs := flag.Int("runs", 5, "runs of each command; the medians are printed")
	sizes := flag.String("sizes", "1,10,100,1000,5000", "numbers of services, separated by commas")
	flag.Parse()
	exitOn(measure(*program, *runs, *sizes))
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

// usage is what one process cost.
type usage struct {
	cpu, wall time.Duration
	memory    int64 // peak resident set, bytes
}

func run(program string, args ...string) (usage, error) {
	c := exec.CommandContext(context.Background(), program, args...)
	start := time.Now()
	if out, err := c.CombinedOutput(); err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%.2000s", c, err, out)
	}
	u := usage{cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime(), wall: time.Since(start)}
	if r, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.memory = r.Maxrss << 10
	}
	return u, nil
}

// measure runs the conversion and the bare load in turn, so that both see the same machine.
func measure(program string, runs int, sizes string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "transship-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	fmt.Printf("%-28s %10s %10s %10s\n", "medians of "+strconv.Itoa(runs)+" runs", "CPU", "wall", "peak RSS")
	version, _, err := pair(runs, func() (usage, error) { return run(program, "version") }, nil)
	if err != nil {
		return err
	}
	show("transship version", version)
	for _, n := range numbers(sizes) {
		file := filepath.Join(folder, fmt.Sprintf("compose-%d.yaml", n))
		if err := os.WriteFile(file, []byte(project(n)), 0o600); err != nil {
			return err
		}
		bare := func() (usage, error) { return run(self, "load", file) }
		if _, err := bare(); err != nil { // compose-go stops at 100,000 YAML nodes unless told otherwise
			bare = nil
		}
		convert, load, err := pair(runs, func() (usage, error) {
			return run(program, "convert", "-f", file, "--out-dir", filepath.Join(folder, strconv.Itoa(n)))
		}, bare)
		if err != nil {
			return err
		}
		show(fmt.Sprintf("convert %d services", n), convert)
		if bare == nil {
			fmt.Println("  bare load of compose-go refuses a project of this size")
			continue
		}
		show("  bare load of compose-go", load)
		fmt.Printf("  ratio of CPU %27.2f\n", float64(convert.cpu)/float64(load.cpu))
	}
	return nil
}

func numbers(list string) []int {
	var out []int
	n := 0
	for _, r := range list + "," {
		if r == ',' {
			out, n = append(out, n), 0
		} else if r >= '0' && r <= '9' {
			n = n*10 + int(r-'0')
		}
	}
	return out
}

func pair(runs int, a, b func() (usage, error)) (usage, usage, error) {
	var as, bs []usage
	for range runs + 1 { // the first warms the caches
		u, err := a()
		if err != nil {
			return usage{}, usage{}, err
		}
		as = append(as, u)
		if b == nil {
			continue
		}
		if u, err = b(); err != nil {
			return usage{}, usage{}, err
		}
		bs = append(bs, u)
	}
	return median(as[1:]), median(bs[min(1, len(bs)):]), nil
}

func median(all []usage) usage {
	if len(all) == 0 {
		return usage{}
	}
	slices.SortFunc(all, func(a, b usage) int { return cmp.Compare(a.cpu, b.cpu) })
	return all[len(all)/2]
}

func show(what string, u usage) {
	fmt.Printf("%-28s %10s %10s %7.1f MB\n", what, u.cpu.Round(time.Millisecond), u.wall.Round(time.Millisecond), float64(u.memory)/1e6)
}
