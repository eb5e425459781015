package up_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/transship/transship/cmd"
	"github.com/transship/transship/test/cluster/harness"
	"github.com/transship/transship/test/cluster/images"
)

// transship is this test binary under the name of the program.
func transship() int {
	return cmd.Main(cmd.UntilSignal(context.Background()), os.Args[1:], cmd.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
}

var (
	clusterBlock = regexp.MustCompile("(?ms)^```sh cluster\n(.*?)^```$")
	example      = regexp.MustCompile(`<!-- commands run in (\S+) -->`)
	// othersMake are commands that make or remove a cluster, or open a browser: the test has done the one, and does not do
	// the other.
	othersMake = regexp.MustCompile(`^(kind|minikube|k3d|xdg-open) `)
	// stays are commands that end with Ctrl-C, by what is waited for before that is sent.
	stays = map[*regexp.Regexp]string{
		regexp.MustCompile(`^transship up( --build)?$`):         " answers at ",
		regexp.MustCompile(`^transship logs -f`):                "is up",
		regexp.MustCompile(`^transship forward`):                " answers at ",
		regexp.MustCompile(`^transship (attach|stats|events)$`): "",
	}
)

// before are what the pages presume, by page: what is there when their first block begins.
var before = map[string]string{
	"docs/guides/ci.md": `transship build --image-file images.json`,
	"docs/guides/coming-from-kompose.md": `kubectl apply -f - <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: db-data, namespace: default, labels: {io.kompose.service: db-data}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 100Mi}}}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: default, labels: {io.kompose.service: db}}
spec: {selector: {io.kompose.service: db}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: default, labels: {io.kompose.service: db}}
spec:
  selector: {matchLabels: {io.kompose.service: db}}
  template:
    metadata: {labels: {io.kompose.service: db}}
    spec: {containers: [{name: db, image: "postgres:17"}]}
EOF`,
	"docs/guides/troubleshooting.md": "transship up -d --wait",
}

// after are what has to go after a page that leaves more than a project.
var after = map[string]string{
	"README.md":                          `transship convert 2>/dev/null | kubectl delete --ignore-not-found -f -`,
	"docs/guides/coming-from-kompose.md": `transship down -v -n default`,
}

// TestGuidesOnACluster runs the blocks for clusters of every page, line by line, in a copy of its example. The images of the
// examples are stand-ins: programs of the same names that serve, or wait, or end.
func TestGuidesOnACluster(t *testing.T) {
	t.Parallel() // beside the others; its pages come one after the other, because some share a namespace
	c := harness.Start(t, harness.Node)
	c.LoadImages(t, standIns(t)...)
	root := filepath.Join("..", "..", "..")
	guides, err := filepath.Glob(filepath.Join(root, "docs", "guides", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, path := range append(guides, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(root, path)
		blocks := clusterBlock.FindAllSubmatch(text, -1)
		if len(blocks) == 0 {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			g := newGuide(t, c, root, string(text))
			t.Cleanup(func() {
				g.line(after[name])
				g.line("transship down -v -t 0")
			})
			g.line(before[name])
			for _, b := range blocks {
				for line := range strings.Lines(string(b[1])) {
					line, _, _ = strings.Cut(line, " #")
					if line = strings.TrimSpace(line); line != "" && !othersMake.MatchString(line) {
						total++
						g.line(line)
					}
				}
			}
		})
	}
	if total < 15 {
		t.Errorf("only %d commands were found", total)
	}
}

// guide is the reader of a page, in a directory with a copy of its example.
type guide struct {
	*testing.T
	dir string
	env []string
}

func newGuide(t *testing.T, c *harness.Cluster, root, page string) *guide {
	t.Helper()
	from := "examples/shop"
	if m := example.FindStringSubmatch(page); m != nil {
		from = m[1]
	}
	g := &guide{T: t, dir: filepath.Join(t.TempDir(), filepath.Base(from))}
	if err := os.CopyFS(g.dir, os.DirFS(filepath.Join(root, from))); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"transship": self, "kubectl": filepath.Join(harness.BinDir(t), "kubectl")} {
		if err := os.Symlink(target, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	g.env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "KUBECONFIG="+c.Kubeconfig, "HOME="+g.dir)
	return g
}

// line does one line of a page, as somebody would at a terminal.
func (g *guide) line(line string) {
	g.Helper()
	if line == "" {
		return
	}
	cue, ended := "", false
	line = strings.TrimSuffix(line, " &")
	for pattern, c := range stays {
		if pattern.MatchString(line) {
			cue, ended = c, true
		}
	}
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	command := exec.CommandContext(ctx, "sh", "-c", line)
	if ended {
		command = exec.CommandContext(ctx, "sh", "-c", "exec "+line) // Ctrl-C is for it, not for a shell
	}
	command.Dir, command.Env = g.dir, g.env
	said := &heard{}
	command.Stdout, command.Stderr = said, said
	command.Stdin = strings.NewReader("exit\n") // what somebody types into a shell
	began := time.Now()
	if err := command.Start(); err != nil {
		g.Fatal(err)
	}
	if ended {
		harness.Eventually(g, "`"+line+"` says "+cue, func(context.Context) (bool, error) {
			return strings.Contains(said.String(), cue), errors.New(said.String())
		})
		_ = command.Process.Signal(os.Interrupt)
	}
	_ = command.Wait()
	codes := []int{0}
	switch {
	case ended:
		codes = []int{0, 130}
		if cue == "" {
			codes = append(codes, -1) // the signal came before it could heed one
		}
	case strings.HasPrefix(line, "transship diff"):
		codes = []int{0, 1}
	}
	g.Logf("%s: %s", line, time.Since(began).Round(time.Second/10))
	if code := command.ProcessState.ExitCode(); !slices.Contains(codes, code) {
		g.Errorf("`%s` ended with %d\n%s", line, code, said.String())
	}
}

// standIns are images under the names of those of the examples.
func standIns(t *testing.T) []images.Spec {
	t.Helper()
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		t.Fatal(err)
	}
	applets, err := exec.Command("/bin/busybox", "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	script := func(name, program string, command ...string) images.Spec {
		files := map[string]images.File{"/bin/busybox": {Mode: 0o755, Data: busybox}, "/tmp": {Mode: fs.ModeDir | 0o777}}
		for applet := range bytes.Lines(applets) {
			if applet := strings.TrimSpace(string(applet)); applet != "busybox" {
				files["/bin/"+applet] = images.File{Link: "/bin/busybox"}
			}
		}
		files["/bin/"+command[0]] = images.File{Mode: 0o755, Data: []byte("#!/bin/sh\n" + program)}
		return images.Spec{Names: []string{name}, Files: files, Config: v1.Config{Cmd: command, Env: []string{"PATH=/bin"}}}
	}
	const serve = "mkdir -p /tmp/www; echo ok > /tmp/www/healthz; echo hello > /tmp/www/index.html; httpd -h /tmp/www -p "
	const wait = "\necho is up\ntrap 'exit 0' TERM\nwhile :; do sleep 0.2; done\n" // as process 1, which ends only by a signal that it knows
	postgres := script("postgres:17", wait, "postgres")
	postgres.Files["/bin/pg_isready"] = images.File{Mode: 0o755, Data: []byte("#!/bin/sh\nexit 0\n")}
	shop := script("ghcr.io/example/shop:2.4.1", "", "serve")
	for name, program := range map[string]string{"serve": serve + "8000" + wait, "work": wait, "migrate": "echo migrated"} {
		shop.Files["/bin/"+name] = images.File{Mode: 0o755, Data: fmt.Appendf(nil, "#!/bin/sh\n%s\n", program)}
	}
	return []images.Spec{
		script("nginx:1.29-alpine", serve+"80"+wait, "nginx"), script("redis:8-alpine", wait, "redis-server"), postgres, shop,
	}
}
