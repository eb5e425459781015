package cmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/cluster/clustertest"
)

// guarded is a project in a directory of its own and a kubeconfig whose contexts all lead to one server.
type guarded struct {
	*testing.T
	server *clustertest.Server
}

// prepare makes a project with a head, which the service web follows.
func prepare(t *testing.T, head, current string, contexts ...string) *guarded {
	t.Helper()
	server := clustertest.NewServer(t)
	server.React(clustertest.Deployments(func(string) map[string]any { return nil }))
	var kubeconfig strings.Builder
	fmt.Fprintf(&kubeconfig, "apiVersion: v1\nkind: Config\ncurrent-context: %q\nclusters: [{name: c, cluster: {server: %q}}]\nusers: [{name: u, user: {}}]\ncontexts:\n", current, server.Config().Host)
	for _, name := range append(contexts, current) {
		fmt.Fprintf(&kubeconfig, "- {name: %q, context: {cluster: c, user: u, namespace: shop}}\n", name)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"compose.yaml": "name: shop\n" + head + "services: {web: {image: \"registry.example.com/web:1\"}}\n", "kubeconfig": kubeconfig.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("KUBECONFIG", filepath.Join(dir, "kubeconfig"))
	return &guarded{t, server}
}

// write writes a file of the project.
func (g *guarded) write(name, text string) {
	g.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		g.Fatal(err)
	}
}

// run runs a command line without a terminal, and returns its exit code and what it says.
func (g *guarded) run(line string) (int, string) { return g.main(strings.Fields(line)...) }

func (g *guarded) main(args ...string) (int, string) {
	var out, errs bytes.Buffer
	code := Main(context.Background(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	return code, out.String() + errs.String()
}

// changes returns what was asked of the server but reading.
func (g *guarded) changes() []string {
	return slices.DeleteFunc(g.server.Requests(), func(r string) bool { return strings.HasPrefix(r, "GET ") || strings.HasSuffix(r, "dry run") })
}

// changing are the commands that change objects, and entering those that change none and send the project or get into containers.
var (
	changing = []string{
		"up -d", "create", "down", "stop", "start", "restart", "pause", "unpause", "kill", "rm", "scale web=2", "run web true", "wait web --down-project",
	}
	entering = []string{"diff", "up --dry-run", "exec web true", "cp web:/a .", "attach web"}
)

func TestProjectIsKeptAwayFromOtherContexts(t *testing.T) {
	cases := map[string]struct{ head, place, only string }{
		"one context": {"x-kubernetes:\n  context: kind-shop\n", "compose.yaml:3:3: x-kubernetes.context: ", "kind-shop"},
		"several":     {"x-kubernetes:\n  allowedContexts: [kind-*, staging]\n", "compose.yaml:3:3: x-kubernetes.allowedContexts: ", "kind-*, staging"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := prepare(t, c.head, "elsewhere", "kind-shop")
			want := c.place + "context elsewhere is not allowed, only " + c.only
			for _, line := range slices.Concat(changing, entering, []string{"-p shop stop", "-p shop down"}) {
				code, said := g.run(line)
				if !strings.Contains(said, want) || code == 0 || code == exitUsage && line != "diff" {
					t.Errorf("%s: exit code %d, says %s", line, code, said)
				}
			}
			if did := g.changes(); len(did) > 0 {
				t.Errorf("changed all the same: %q", did)
			}
			for _, line := range []string{"up -d --context kind-shop --no-forward", "stop --no-wait --context kind-shop"} {
				if code, said := g.run(line); code != 0 {
					t.Errorf("%s: exit code %d, says %s", line, code, said)
				}
			}
			if code, said := g.run("ps"); code != 0 {
				t.Errorf("looking is refused: %s", said)
			}
			code, said := g.run("stop --context kind-shop -s " + g.server.Config().Host)
			if code != exitFailed || !strings.Contains(said, "no context was chosen for it") {
				t.Errorf("another server under an allowed context: exit code %d, says %s", code, said)
			}
		})
	}
}

func TestLimitThatSaysNothingIsNoLeave(t *testing.T) {
	for head, want := range map[string]string{
		"x-kubernetes:\n  context: ${NOBODY_SETS_THIS}\n":                   "x-kubernetes.context: no context is named",
		"x-kubernetes:\n  allowedContexts: []\n":                            "x-kubernetes.allowedContexts: no context is named",
		"x-kubernetes:\n  allowedContexts: [kind-shop, \"\"]\n":             "x-kubernetes.allowedContexts[1]: no context is named",
		"x-kubernetes:\n  allowedContext: [kind-shop]\n":                    "did you mean",
		"x-kubernetes:\n  allowedContexts: [kind-shop]\n  context: other\n": "contradict each other",
	} {
		g := prepare(t, head, "kind-shop")
		for _, line := range []string{"up -d", "stop"} {
			if code, said := g.run(line); code != exitFailed || !strings.Contains(said, want) {
				t.Errorf("%s%s: exit code %d, says %s, want %s", head, line, code, said, want)
			}
		}
		if did := g.changes(); len(did) > 0 {
			t.Errorf("changed all the same: %q", did)
		}
	}
}

func TestProductionNeedsYesWhereNobodyCanBeAsked(t *testing.T) {
	g := prepare(t, "", "shop-prod")
	for _, line := range changing {
		code, said := g.run(line)
		if code != exitUsage || !strings.Contains(said, "change project shop in context shop-prod, which looks like production by the name shop-prod: --yes does it") {
			t.Errorf("%s: exit code %d, says %s", line, code, said)
		}
		if first, _, _ := strings.Cut(said, "\n"); first != "project shop in namespace shop (context shop-prod)" {
			t.Errorf("%s does not say first where: %s", line, first)
		}
	}
	if did := g.changes(); len(did) > 0 {
		t.Errorf("changed all the same: %q", did)
	}
	for _, line := range []string{"up --dry-run", "up -d --yes", "stop --no-wait -y", "start --no-wait --yes", "down --dry-run", "-p shop down --yes"} {
		if code, said := g.run(line); code != 0 {
			t.Errorf("%s: exit code %d, says %s", line, code, said)
		}
	}
}

func TestContextThatTheProjectIsMadeForIsNotAskedAbout(t *testing.T) {
	g := prepare(t, "x-kubernetes: {context: shop-prod}\n", "shop-prod")
	if code, said := g.run("up -d"); code != 0 {
		t.Errorf("exit code %d, says %s", code, said)
	}
	g = prepare(t, "x-kubernetes: {allowedContexts: [shop-prod, kind-shop]}\n", "shop-prod")
	if code, _ := g.run("up -d"); code != exitUsage {
		t.Errorf("one of several contexts: exit code %d", code)
	}
}

func TestContextsOfTestClustersAreNotAskedAbout(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs whole days of up and down")
	}
	for _, name := range []string{"kind-prod", "minikube", "k3d-shop", "test", "testcluster", "docker-desktop"} {
		g := prepare(t, "", name)
		for _, line := range []string{"up -d", "restart --no-wait", "down"} {
			if code, said := g.run(line); code != 0 {
				t.Errorf("%s in %s: exit code %d, says %s", line, name, code, said)
			}
		}
	}
}

func TestOnlyAllowedContextsAreOffered(t *testing.T) {
	g := prepare(t, "x-kubernetes: {allowedContexts: [kind-*]}\n", "elsewhere", "kind-shop", "kind-two")
	_, said := g.main("__complete", "up", "--context", "")
	if !strings.Contains(said, "kind-shop\nkind-two\n") || strings.Contains(said, "elsewhere") {
		t.Errorf("offered: %s", said)
	}
}

// TestProjectThatIsOnlyKnownByItsNameKeepsItsLimit: as the last up noted it on the cluster, for who has no file at hand.
func TestProjectThatIsOnlyKnownByItsNameKeepsItsLimit(t *testing.T) {
	for name, head := range map[string]string{
		"context":         "x-kubernetes:\n  context: kind-shop\n",
		"allowedContexts": "x-kubernetes:\n  allowedContexts: [kind-*]\n",
	} {
		t.Run(name, func(t *testing.T) {
			g := prepare(t, head, "elsewhere", "kind-shop")
			if code, said := g.run("up -d --context kind-shop"); code != 0 {
				t.Fatalf("up ended with %d: %s", code, said)
			}
			t.Chdir(t.TempDir())
			before := len(g.changes())
			for _, line := range []string{"-p shop stop", "-p shop down", "-p shop -f - stop", "-p shop exec web true"} {
				code, said := g.run(line)
				if code != exitFailed || !strings.Contains(said, "context elsewhere is not allowed, only kind-") || !strings.Contains(said, "x-kubernetes."+name) {
					t.Errorf("%s: exit code %d, says %s", line, code, said)
				}
			}
			if did := g.changes()[before:]; len(did) > 0 {
				t.Errorf("changed all the same: %q", did)
			}
			if code, said := g.run("-p shop down --context kind-shop"); code != 0 {
				t.Errorf("down ended with %d: %s", code, said)
			}
		})
	}
}
