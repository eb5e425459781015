package cmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// typing returns a terminal at which somebody has typed something.
func typing(t *testing.T, text string) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("this machine has no pseudo terminals: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	if _, err := master.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return terminal
}

func TestProductionIsAskedAboutOnceOnATerminal(t *testing.T) {
	for answer, wantCode := range map[string]int{"y\n": 0, "n\n": exitFailed, "\n": exitFailed} {
		for _, line := range []string{"up -d", "down"} {
			g := prepare(t, "", "shop-prod")
			var errs bytes.Buffer
			code := Main(context.Background(), strings.Fields(line), Streams{In: typing(t, answer), Out: &bytes.Buffer{}, Err: &errs})
			if code != wantCode || strings.Count(errs.String(), "? [yN]") != 1 {
				t.Errorf("%s, answered %q: exit code %d, says %s", line, answer, code, errs.String())
			}
			if did := g.changes(); wantCode != 0 && (len(did) > 0 || !strings.Contains(errs.String(), "nothing was changed")) {
				t.Errorf("%s, answered %q: changed %q, says %s", line, answer, did, errs.String())
			}
		}
	}
}

// TestServerThatIsNewToAProjectIsAskedAboutOnce: on a terminal. A script is kept back only where the project is known from
// another server: a runner of CI remembers nothing.
func TestServerThatIsNewToAProjectIsAskedAboutOnce(t *testing.T) {
	g := prepare(t, "", "staging")
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	if code, said := g.run("up -d"); code != 0 {
		t.Fatalf("a server of this machine: exit code %d, says %s", code, said)
	}
	if entries, err := os.ReadDir(state); err != nil || len(entries) > 0 {
		t.Errorf("a server of this machine is noted: %v, %v", entries, err)
	}

	g.moveServer("http://one.example.com:6443")
	asked := func(answer, line string) (int, string) {
		var errs bytes.Buffer
		code := Main(context.Background(), strings.Fields(line), Streams{In: typing(t, answer), Out: &bytes.Buffer{}, Err: &errs})
		return code, errs.String()
	}
	const question = "change project shop in context staging, on a server where it was not changed before from this machine (http://one.example.com:6443)? [yN] "
	before := len(g.changes())
	if code, said := asked("n\n", "up -d"); code != exitFailed || !strings.Contains(said, question) || len(g.changes()) != before {
		t.Errorf("a new server that nobody wants: exit code %d, says %s", code, said)
	}
	if code, said := asked("", "up --dry-run"); code != 0 || strings.Contains(said, "[yN]") {
		t.Errorf("a look at a new server: exit code %d, says %s", code, said)
	}
	if code, said := asked("y\n", "up -d"); code != 0 || !strings.Contains(said, question) {
		t.Errorf("a new server: exit code %d, says %s", code, said)
	}
	for _, line := range []string{"up -d", "restart --no-wait", "stop --no-wait"} {
		if code, said := asked("", line); code != 0 || strings.Contains(said, "[yN]") {
			t.Errorf("%s on a server that is known: exit code %d, says %s", line, code, said)
		}
	}

	g.moveServer("http://two.example.com:6443")
	if code, said := g.run("up -d"); code != exitUsage || !strings.Contains(said, "(http://two.example.com:6443): --yes does it without asking") {
		t.Errorf("a script on another server: exit code %d, says %s", code, said)
	}
	for _, line := range []string{"up -d --yes", "up -d"} {
		if code, said := g.run(line); code != 0 {
			t.Errorf("%s: exit code %d, says %s", line, code, said)
		}
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	if code, said := g.run("up -d"); code != 0 {
		t.Errorf("a script where nothing is known: exit code %d, says %s", code, said)
	}

	// What was made for a place is not asked about, and a file of somebody else is left alone.
	g = prepare(t, "x-kubernetes: {allowedContexts: [staging, other]}\n", "staging")
	g.moveServer("http://three.example.com:6443")
	state = t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	if err := os.MkdirAll(filepath.Join(state, "transship"), 0o700); err != nil {
		t.Fatal(err)
	}
	theirs := filepath.Join(state, "transship", "servers.json")
	if err := os.WriteFile(theirs, []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := asked("", "up -d"); code != 0 || strings.Contains(said, "[yN]") || !strings.Contains(said, "so the next run asks again") {
		t.Errorf("an allowed context: exit code %d, says %s", code, said)
	}
	if text, err := os.ReadFile(theirs); err != nil || string(text) != "mine\n" {
		t.Errorf("the file of somebody else is %q, %v", text, err)
	}
}

// moveServer gives the server of the project another address, under which it is reached through a proxy.
func (g *guarded) moveServer(address string) {
	g.Helper()
	file := os.Getenv("KUBECONFIG")
	text, err := os.ReadFile(file)
	if err != nil {
		g.Fatal(err)
	}
	moved := regexp.MustCompile(`cluster: \{server: .*\}\}\]`).ReplaceAllString(string(text),
		fmt.Sprintf("cluster: {server: %q, proxy-url: %q}}]", address, g.server.Config().Host))
	if err := os.WriteFile(file, []byte(moved), 0o600); err != nil {
		g.Fatal(err)
	}
}
