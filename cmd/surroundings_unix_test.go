//go:build unix

package cmd

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/transship/transship/internal/openfiles"
)

// TestSurroundingsChangeNoByte runs the program under other numbers of processors, languages, time zones and masks of rights: what it
// writes and says stays the same.
func TestSurroundingsChangeNoByte(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the program seventy times")
	}
	t.Parallel()
	program := thisProgram(t)
	surroundings := []string{
		"umask 022; GOMAXPROCS=1 LC_ALL=C TZ=UTC", "umask 077; GOMAXPROCS=7 LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 TZ=Asia/Kathmandu",
		"umask 000; GOMAXPROCS=2 LC_ALL=de_DE.ISO-8859-1 LC_NUMERIC=de_DE.UTF-8 TZ=America/St_Johns", "umask 027; GOMAXPROCS=3 LC_ALL=en_US.UTF-8 TZ=:/nowhere",
		"umask 002; GOMAXPROCS=64 LC_ALL=ar_EG.UTF-8 TZ=Pacific/Kiritimati COLUMNS=20 LINES=3",
	}
	for _, name := range []string{"secret-detection", "one-shots", "binds-project"} {
		folder := filepath.Join("..", "testdata", "cases", name)
		if _, err := os.Stat(folder); err != nil {
			t.Fatal(err)
		}
		var first map[string]string
		for _, around := range surroundings {
			have := writtenIn(t, program, folder, around)
			if first == nil {
				first = have
				continue
			}
			for _, file := range slices.Sorted(maps.Keys(first)) {
				if have[file] != first[file] {
					t.Errorf("%s, %s: %s is\n%s\nwith %s:\n%s", name, around, file, have[file], surroundings[0], first[file])
				}
			}
			if len(have) != len(first) {
				t.Errorf("%s, %s: %d files, not %d", name, around, len(have), len(first))
			}
		}
		if len(first) < 4 {
			t.Errorf("%s: only %d outputs were compared", name, len(first))
		}
	}
}

// writtenIn returns the files of all forms of directories, and what is printed, of a golden case. Secrets are for their owner only,
// whatever the mask.
func writtenIn(t *testing.T, program, folder, around string) map[string]string {
	t.Helper()
	out := map[string]string{}
	dir := t.TempDir()
	flags, _ := os.ReadFile(filepath.Join(folder, "flags")) // not every case has one
	for _, args := range []string{"convert --comments=full", "convert -d DIR/files", "convert -o helm -d DIR/chart", "convert -o kustomize -d DIR/base --findings=json", "graph"} {
		line := args
		if args != "graph" {
			line += " --verbose " + strings.Join(strings.Fields(string(flags)), " ")
		}
		mask, variables, _ := strings.Cut(around, "; ")
		command := exec.Command("sh", "-c", fmt.Sprintf("%s; export %s; exec '%s' %s", mask, variables, program, strings.ReplaceAll(line, "DIR", dir)))
		command.Dir = folder
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		err := command.Run()
		out[args] = strings.ReplaceAll(fmt.Sprintf("%v\n%s%s", err, stdout.String(), stderr.String()), dir, "DIR")
	}
	for file, text := range tree(t, dir) {
		out[file] = text
		if info, err := os.Stat(filepath.Join(dir, strings.TrimPrefix(file, "want/"))); err != nil {
			t.Error(err)
		} else if !strings.Contains(file, "/templates/") && strings.Contains(text, "\nkind: Secret\n") && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may read %s: %v", around, file, info.Mode())
		}
	}
	return out
}

// TestPoorSurroundingsAreSaid runs the program where it lacks what every program has: it says so in one line and writes nothing. Where it
// can do without, it writes what it writes elsewhere.
func TestPoorSurroundingsAreSaid(t *testing.T) {
	t.Parallel()
	program := thisProgram(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte("services: {web: {image: nginx}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	in := func(script string) (stdout, stderr string, code int) {
		command := exec.Command("sh", "-c", strings.ReplaceAll(script, "transship", "'"+program+"'"))
		command.Dir = dir
		var out, errs bytes.Buffer
		command.Stdout, command.Stderr = &out, &errs
		_ = command.Run() // the code says it
		return out.String(), errs.String(), command.ProcessState.ExitCode()
	}
	manifests, _, _ := in("transship convert")
	if !strings.Contains(manifests, "kind: Deployment") {
		t.Fatalf("nothing is converted: %s", manifests)
	}
	for script, want := range map[string]string{
		"ulimit -n 7; transship convert":            " more files at once and needs 8: raise the limit (ulimit -n in a shell)",
		"transship convert > /dev/full":             "write the manifests: write /dev/stdout: no space left on device",
		"transship graph > /dev/full":               "write the graph: write /dev/stdout: no space left on device",
		"transship help > /dev/full":                "write /dev/stdout: no space left on device",
		"transship > /dev/full":                     "write /dev/stdout: no space left on device",
		"transship up -h > /dev/full":               "write /dev/stdout: no space left on device",
		"transship explain healthcheck > /dev/full": "write /dev/stdout: no space left on device",
	} {
		if _, err := os.Stat("/dev/full"); err != nil && strings.Contains(script, "/dev/full") {
			continue
		}
		stdout, stderr, code := in(script)
		last := strings.Split(strings.TrimSpace(stderr), "\n")
		if stdout != "" || code != exitFailed || len(last) != 1 && strings.Contains(script, "ulimit") || !strings.HasPrefix(last[len(last)-1], "transship: ") || !strings.HasSuffix(last[len(last)-1], want) {
			t.Errorf("%s: exit code %d, writes %q, says %s", script, code, stdout, stderr)
		}
	}
	for _, without := range []string{
		"HOME=/nowhere transship convert", "env -u HOME transship convert", "env -i transship convert", "TMPDIR=/nowhere transship convert", "env -u TERM transship convert", "LANG=broken LC_ALL=broken transship convert",
		"transship convert <&-", "transship convert 2>&-", "ulimit -n 16; transship convert",
	} {
		if stdout, stderr, code := in(without); code != exitOK || stdout != manifests {
			t.Errorf("%s: exit code %d, says %s, writes\n%s", without, code, stderr, stdout)
		}
	}
}

// thisProgram returns a name of the test binary under which it is the program.
func thisProgram(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "transship")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	return program
}
