// Package outputs judges what the converter writes for Kustomize and Helm by the libraries of these programs. It runs the program as people do
// and imports nothing of it: the modules of Helm need other versions of those of Kubernetes.
package outputs

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program is the path of the built transship.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if program = os.Getenv("TRANSSHIP_BIN"); program == "" {
		dir, err := os.MkdirTemp("", "transship-outputs-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "transship")
		build := exec.Command("go", "build", "-o", program, "./cmd/transship")
		build.Dir, build.Stdout, build.Stderr = repository(), os.Stdout, os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "build transship:", err)
			return 1
		}
	}
	return m.Run()
}

func repository() string {
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		panic(err)
	}
	return dir
}

// outcome is what a run of the program gave.
type outcome struct {
	code           int
	stdout, stderr string
}

// transship runs the program in a folder, with an environment that no machine changes.
func transship(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(context.Background(), program, args...)
	c.Dir, c.Stdout, c.Stderr = dir, &stdout, &stderr
	c.Env = []string{"HOME=/home/user", "PATH=" + os.Getenv("PATH")}
	err := c.Run()
	if err != nil && c.ProcessState == nil {
		t.Fatal(err)
	}
	return outcome{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// mustTransship fails the test unless the program ends well.
func mustTransship(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	o := transship(t, dir, args...)
	if o.code != 0 {
		t.Fatalf("transship %s: exit code %d\n%s", strings.Join(args, " "), o.code, o.stderr)
	}
	return o
}
