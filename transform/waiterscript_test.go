package transform

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The script of a waiter is run by a real shell, with programs in its path that say in turn what those of images say.
func TestWaiterTellsWhatItWaitsFor(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("this machine has no sh")
	}
	const port, name = `{image: a, healthcheck: {test: "true"}, expose: ["5432"]}`, `{image: a, healthcheck: {test: "true"}}`
	for _, c := range []struct {
		what, db, dependsOn string
		tool                string // what nc or nslookup does, by the number of the call
		want                string
		wantCode            int
	}{
		{
			"no such name, then not ready, then ready", port, "condition: service_healthy", `[ $n -lt 3 ] && { echo "nc: bad address 'option'" >&2; exit 1; }; [ $n -lt 5 ] && exit 1; exit 0`,
			"waiting for db: nc: bad address 'option'\nwaiting for db: not ready\n", 0,
		},
		{"an option that the program does not have", port, "condition: service_healthy", `echo "nc: invalid option -- 'z'" >&2; exit 1`, "nc: invalid option -- 'z'\n", 1},
		{"no such program", port, "condition: service_healthy", "", "nc: not found\n", 1},
		{
			"a name that resolves when it is ready", name, "condition: service_healthy", `[ $n -lt 2 ] && { echo "** server can't find db: NXDOMAIN"; exit 1; }; echo "Name: db"; exit 1`,
			"waiting for db: ** server can't find db: NXDOMAIN\n", 0,
		},
		{"no program that looks names up", name, "condition: service_healthy", "", "nslookup: not found\n", 1},
		{"what is not required", port, "condition: service_healthy, required: false", `echo "nc: invalid option -- 'z'" >&2; exit 1`, "nc: invalid option -- 'z'\ngoing on without db\n", 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			r := convertYAML(t, "services:\n  db: "+c.db+"\n  web: {image: web, depends_on: {db: {"+c.dependsOn+"}}}")
			dir := t.TempDir()
			programs := map[string]string{"sleep": "exit 0"}
			if c.tool != "" {
				programs["nc"] = "n=$(cat \"$0.n\" 2>/dev/null || echo 0); echo $((n+1)) > \"$0.n\"; " + c.tool
				programs["nslookup"] = programs["nc"]
			}
			for name, text := range programs {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("#!"+shell+"\n"+text+"\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range []string{"cat", "grep", "timeout", "sh"} {
				program, err := exec.LookPath(name)
				if err != nil {
					t.Skipf("this machine has no %s", name)
				}
				if err := os.Symlink(program, filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
			defer stop()
			command := waitersOf(t, r, "web")[0].Command
			run := exec.CommandContext(ctx, shell, command[1:]...)
			run.Env = []string{"PATH=" + dir}
			out, _ := run.CombinedOutput() // the code says it
			if code := run.ProcessState.ExitCode(); code != c.wantCode || !strings.HasSuffix(string(out), c.want) || strings.Count(string(out), "\n") != strings.Count(c.want, "\n") {
				t.Errorf("it ends with %d and says\n%swant %d and\n%s\n%s", code, out, c.wantCode, c.want, command[2])
			}
		})
	}
}
