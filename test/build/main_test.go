package build_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/transship/transship/test/cluster/harness"
)

// program is the transship that is tested.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "transship-test-build-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "transship")
	build := exec.Command("go", "-C", filepath.Join("..", ".."), "build", "-o", program, "./cmd/transship")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build transship: %v\n%s", err, out)
		return 1
	}
	return harness.Main(m)
}

// untilVar is the time, in seconds since 1970, from which on no test begins.
const untilVar = "TRANSSHIP_TEST_UNTIL"

// needs skips the test where a program is missing, or fails it where nothing may be skipped.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	var missing []string
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) == 0 && os.Geteuid() == 0:
	case os.Getenv(harness.RequireVar) != "":
		t.Fatalf("missing: root or %s (run install-packages.sh)", strings.Join(missing, ", "))
	default:
		t.Skipf("missing: root or %s (run install-packages.sh)", strings.Join(missing, ", "))
	}
}

// project is a checked out project, and how its user works on it.
type project struct {
	*testing.T
	dir string
	env []string
	uid uint32
	// network is the file of the network namespace in which commands run; empty for that of the test.
	network string
}

// clone makes a project from testdata, puts it under version control and clones it, as its user would.
func clone(t *testing.T, name string) *project {
	t.Helper()
	if until, err := strconv.ParseInt(os.Getenv(untilVar), 10, 64); err == nil && time.Now().Unix() >= until {
		t.Skip("left out for want of time: " + untilVar + " is over")
	}
	origin := filepath.Join(t.TempDir(), "origin")
	if err := os.CopyFS(origin, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Skip("there is no busybox (run install-packages.sh)")
	}
	content, err := os.ReadFile(busybox)
	if err != nil {
		t.Fatal(err)
	}
	dockerfiles, err := filepath.Glob(filepath.Join(origin, "*", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range dockerfiles {
		if err := os.WriteFile(filepath.Join(filepath.Dir(file), "busybox"), content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p := &project{T: t, dir: filepath.Join(t.TempDir(), name)}
	who := []string{"-c", "user.name=test", "-c", "user.email=test@example.com"}
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "-A"}, append(who, "commit", "-q", "-m", "A project"), {"clone", "-q", origin, p.dir},
	} {
		command := exec.Command("git", args...)
		command.Dir = origin
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return p
}

// result is what a run of the program gave.
type result struct {
	code     int
	out, err string
	peak     int64 // memory, in bytes
}

// ctxRun runs a command of transship in the project.
func (p *project) ctxRun(ctx context.Context, args ...string) result {
	p.Helper()
	words := append([]string{program}, args...)
	if p.network != "" {
		words = append([]string{"nsenter", "--net=" + p.network}, words...)
	}
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute
	command.Dir, command.Env = p.dir, append(os.Environ(), p.env...)
	p.as(command)
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	err := command.Start()
	peak := func() int64 { return 0 }
	if err == nil {
		peak = watchMemory(command.Process.Pid)
		err = command.Wait()
	}
	if ended := (*exec.ExitError)(nil); err != nil && !errors.As(err, &ended) {
		p.Fatal(err)
	}
	return result{command.ProcessState.ExitCode(), out.String(), complaints.String(), peak()}
}

// watchMemory looks at the memory of a process, and returns a function that stops it and returns the peak in bytes. What the
// system says at the end of a process counts the memory of the one that started it.
func watchMemory(pid int) func() int64 {
	stop, peak := make(chan struct{}), make(chan int64)
	go func() {
		var seen int64
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			if _, rest, found := strings.Cut(string(text), "VmHWM:"); err == nil && found {
				var kilobytes int64
				if _, err := fmt.Sscan(rest, &kilobytes); err == nil {
					seen = max(seen, kilobytes<<10)
				}
			}
			select {
			case <-tick.C:
			case <-stop:
				peak <- seen
				tick.Stop()
				return
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-peak
	}
}

// run runs a command of transship and expects its exit code.
func (p *project) run(code int, args ...string) result {
	p.Helper()
	r := p.ctxRun(context.Background(), args...)
	if r.code != code {
		p.Fatalf("transship %s ended with %d, want %d\n%s%s", strings.Join(args, " "), r.code, code, r.out, r.err)
	}
	return r
}

// says expects texts in what was written.
func (p *project) says(r result, texts ...string) {
	p.Helper()
	for _, text := range texts {
		if !strings.Contains(r.out+r.err, text) {
			p.Errorf("%q is not in\n%s%s", text, r.out, r.err)
		}
	}
}

// write changes a file of the project.
func (p *project) write(name, content string) {
	p.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(content), 0o644); err != nil {
		p.Fatal(err)
	}
}
