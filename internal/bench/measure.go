package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	command    process
	baseline   process
	start      process // nil for a command that is compared with the start itself
	rounds     int     // what is over soon is measured more often
}

// process is what is run again and again.
type process struct {
	run  func() (usage, error)
	runs *[]usage // of each round
}

func newProcess(program string, args ...string) process {
	return process{func() (usage, error) { return run(program, args...) }, &[]usage{}}
}

// contests returns everything that is measured. Projects and what they are converted to are in a folder.
func contests(program, folder string) ([]*contest, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for _, p := range []*string{&program, &self} {
		if *p, err = installed(*p, folder); err != nil {
			return nil, err
		}
	}
	start := func(name string, words ...string) *contest {
		return &contest{name: name, base: "start of compose-go", rounds: 10, baseline: newProcess(self, "nothing"), command: newProcess(program, words...)}
	}
	all := []*contest{start("version", "version"), start("completion", "__complete", "convert", "--o")}
	files := map[int]string{}
	convert := func(name string, n int, words ...string) *contest {
		return &contest{
			name: name + services(n), base: "load by compose-go", rounds: map[int]int{1: 12, 10: 6, 100: 3, 1000: 1}[n],
			command: newProcess(program, append([]string{"convert", "-f", files[n]}, words...)...), baseline: newProcess(self, "load", files[n]), start: newProcess(self, "nothing"),
		}
	}
	for _, n := range sizes {
		files[n] = filepath.Join(folder, fmt.Sprintf("compose-%d.yaml", n))
		if err := os.WriteFile(files[n], []byte(project(n)), 0o600); err != nil {
			return nil, err
		}
		all = append(all, convert("convert ", n, "--out-dir", filepath.Join(folder, strconv.Itoa(n))))
	}
	largest := sizes[len(sizes)-1]
	return append(all, convert("convert -o helm ", largest, "-o", "helm", "--out-dir", filepath.Join(folder, "chart"))), nil
}

// readahead is how much of a file Linux reads from a disk at once.
const readahead = 128 << 10

// installed returns a copy of a program that lies in memory as after reading it from a disk. What the linker has just written lies
// there in small pages, and starting it takes milliseconds longer.
func installed(program, folder string) (string, error) {
	from, err := os.Open(program)
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, err := os.OpenFile(filepath.Join(folder, filepath.Base(program)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755) //nolint:gosec // it is a program
	if err != nil {
		return "", err
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, readahead)); err != nil {
		return "", errors.Join(err, to.Close())
	}
	return to.Name(), to.Close()
}

// measure adds rounds to what has been measured. The processes of a round run one after the other, so that they see the same
// machine, and the next round runs them the other way round.
func (c *contest) measure(runs int) error {
	processes := []process{c.command, c.baseline}
	if c.start.run != nil {
		processes = append(processes, c.start)
	}
	for i := range runs*c.rounds + 1 {
		warm := i > 0 || len(*c.command.runs) > 0 // the very first round fills the caches
		for _, p := range processes {
			u, err := p.run()
			if err != nil {
				return err
			}
			if warm {
				*p.runs = append(*p.runs, u)
			}
		}
		slices.Reverse(processes)
	}
	return nil
}

// row returns what was measured so far, and prints it.
func (c *contest) row() row {
	cpu := func(p process) float64 {
		return cost(*p.runs, func(u usage) float64 { return float64(u.cpu) / float64(time.Millisecond) })
	}
	memory := func(p process) float64 {
		return cost(*p.runs, func(u usage) float64 { return float64(u.memory) / 1e6 })
	}
	r := row{
		Name: c.name, Base: c.base, CPU: rounded(cpu(c.command) / cpu(c.baseline)),
		Memory: rounded(memory(c.command) / memory(c.baseline)), Megabytes: rounded(memory(c.command)),
	}
	if c.start.run != nil {
		r.Start = rounded(cpu(c.start) / cpu(c.baseline))
	}
	fmt.Printf("%-30s %8.1f ms CPU, %5.2f of %s; %6.1f MB, %5.2f of it; %d runs\n", c.name, cpu(c.command), r.CPU, c.base, r.Megabytes, r.Memory, len(*c.command.runs))
	return r
}

// cost returns the mean of the least third. What other programs do on the machine makes a process slower and larger: the
// other two thirds say nothing about it. The smallest value alone is luck: in 110 runs in turn on a busy machine, ratios of the smallest of
// 21 lay within 12 %, those of the mean of the least third within 4 %.
func cost(all []usage, of func(usage) float64) float64 {
	values := make([]float64, 0, len(all))
	for _, u := range all {
		values = append(values, of(u))
	}
	slices.Sort(values)
	values = values[:(len(values)+2)/3]
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func services(n int) string {
	if n == 1 {
		return "1 service"
	}
	return strconv.Itoa(n) + " services"
}
