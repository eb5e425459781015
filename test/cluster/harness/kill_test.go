package harness_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/transship/transship/test/cluster/harness"
)

// victimVar makes this test binary start a cluster of the level it names and wait to be killed.
const victimVar = "TRANSSHIP_TESTCLUSTER_VICTIM"

// victim is the other half of TestNothingIsLeftOfAKilledTest.
func victim() {
	level := os.Getenv(victimVar)
	if level == "" {
		return
	}
	t := &printer{}
	c := harness.Start(t, harness.Level(level))
	fmt.Println(c.Dir)
	for {
		time.Sleep(time.Hour) // with nothing else to do, `select {}` would be a deadlock and end the process
	}
}

// printer stands in for a test, in a process that is none.
type printer struct{ testing.TB }

func (*printer) Helper() {}
func (*printer) Fatalf(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}

func TestNothingIsLeftOfAKilledTest(t *testing.T) {
	for _, level := range []harness.Level{harness.Controllers, harness.Node} {
		t.Run(string(level), func(t *testing.T) { killVictim(t, level) })
	}
}

func killVictim(t *testing.T, level harness.Level) {
	if level == harness.Node {
		harness.RequireNode(t)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), victimVar+"="+string(level))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("start the victim: %v", err)
	}
	dir := strings.TrimSpace(line)
	before := traces(t, dir)
	if len(before) < 4 {
		t.Fatalf("a running cluster has several processes and a directory, found %q", before)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if end, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !end.Signaled() {
		t.Fatalf("the victim was not killed: %s", cmd.ProcessState)
	}
	harness.Eventually(t, "nothing is left of the cluster in "+dir, func(context.Context) (bool, error) {
		left := traces(t, dir)
		return len(left) == 0, fmt.Errorf("left: %q", left)
	})
}

// traces lists what exists of the cluster in dir: the directory, processes that name it, mounts and cgroups.
func traces(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	if _, err := os.Stat(dir); err == nil {
		out = append(out, dir)
	}
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range processes {
		if cmdline, err := os.ReadFile(path); err == nil && strings.Contains(string(cmdline), dir) {
			out = append(out, path+": "+strings.ReplaceAll(string(cmdline), "\x00", " "))
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, dir) {
			out = append(out, line)
		}
	}
	cgroups, err := filepath.Glob("/sys/fs/cgroup/*/" + filepath.Base(dir))
	if err != nil {
		t.Fatal(err)
	}
	return append(out, cgroups...)
}
