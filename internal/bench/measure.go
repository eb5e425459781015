package main

import (
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

// contest is a command and what it is compared with.
type contest struct {
	name, base string
	command    func() (usage, error)
	baseline   func() (usage, error)
	rounds     int // what is over soon is measured more often

	with, without []usage // of each round
}

// contests returns everything that is measured. Projects and what they are converted to are in a folder.
func contests(program, folder string) ([]*contest, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	nothing := func() (usage, error) { return run(self, "nothing") }
	start := func(name string, words ...string) *contest {
		return &contest{name: name, base: "start of compose-go", rounds: 5, baseline: nothing, command: func() (usage, error) { return run(program, words...) }}
	}
	all := []*contest{start("version", "version"), start("completion", "__complete", "convert", "--o")}
	for _, n := range sizes {
		file := filepath.Join(folder, fmt.Sprintf("compose-%d.yaml", n))
		if err := os.WriteFile(file, []byte(project(n)), 0o600); err != nil {
			return nil, err
		}
		all = append(all, &contest{
			name: "convert " + services(n), base: "load by compose-go", rounds: max(1, 4-len(strconv.Itoa(n))),
			command: func() (usage, error) {
				return run(program, "convert", "-f", file, "--out-dir", filepath.Join(folder, strconv.Itoa(n)))
			},
			baseline: func() (usage, error) { return run(self, "load", file) },
		})
	}
	return all, nil
}

// measure adds rounds to what has been measured. Both processes of a round run one after the other, so that they see the same machine.
func (c *contest) measure(runs int) error {
	for i := range runs*c.rounds + 1 {
		with, err := c.command()
		if err != nil {
			return err
		}
		without, err := c.baseline()
		if err != nil {
			return err
		}
		if i > 0 || len(c.with) > 0 { // the very first fills the caches
			c.with, c.without = append(c.with, with), append(c.without, without)
		}
	}
	return nil
}

// row returns what was measured so far, and prints it. What other programs do on the machine makes a process slower and never
// faster: of each, the quarter of the runs that was least disturbed counts.
func (c *contest) row() row {
	cpu := func(u usage) float64 { return float64(u.cpu) / float64(time.Millisecond) }
	memory := func(u usage) float64 { return float64(u.memory) / 1e6 }
	r := row{
		Name: c.name, Base: c.base, CPU: rounded(undisturbed(c.with, cpu) / undisturbed(c.without, cpu)),
		Memory: rounded(undisturbed(c.with, memory) / undisturbed(c.without, memory)), Megabytes: rounded(undisturbed(c.with, memory)),
	}
	fmt.Printf("%-24s %8.1f ms CPU, %5.2f of %s; %6.1f MB, %5.2f of it; %d runs\n", c.name, undisturbed(c.with, cpu), r.CPU, c.base, r.Megabytes, r.Memory, len(c.with))
	return r
}

// undisturbed returns the lower quartile.
func undisturbed(all []usage, of func(usage) float64) float64 {
	values := make([]float64, len(all))
	for i, u := range all {
		values[i] = of(u)
	}
	slices.Sort(values)
	return values[len(values)/4]
}

func services(n int) string {
	if n == 1 {
		return "1 service"
	}
	return strconv.Itoa(n) + " services"
}
