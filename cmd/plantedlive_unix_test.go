//go:build unix

package cmd

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/transship/transship/cluster/clustertest"
)

// heard is a secret of a project whose programs and servers repeat what they are given.
const heard = `Zq7-planted'Xw"93kd`

// talkative is an engine that prints its arguments and its environment, and fails where a file says so.
const talkative = `#!/bin/sh
case "$*" in
--version) echo "Docker version 29.1.0"; exit 0;;
"version --format"*) echo "linux/amd64 29.1.0"; exit 0;;
"compose version"*|"buildx version"*) exit 1;;
esac
echo "out: $*"
echo "err: $* DB_PASSWORD=$DB_PASSWORD" >&2
env >&2
[ ! -e "$(dirname "$0")/fails" ]
`

// shows fails where a text has the secret: as it is, in JSON or in base64.
func shows(t *testing.T, what, text string) {
	t.Helper()
	for _, form := range []string{heard, strings.ReplaceAll(heard, `"`, `\"`), strings.ReplaceAll(heard, "'", `'"'"'`), base64.StdEncoding.EncodeToString([]byte(heard))} {
		if at := strings.Index(text, form); at >= 0 {
			t.Errorf("%s shows the secret: …%s…", what, text[max(0, at-150):min(len(text), at+60)])
		}
	}
}

func prepareTalkative(t *testing.T) (g *guarded, programs string) {
	t.Helper()
	g = prepare(t, "", "staging")
	programs = t.TempDir()
	for _, name := range []string{"docker", "podman"} {
		if err := os.WriteFile(filepath.Join(programs, name), []byte(talkative), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", programs+":/usr/bin:/bin")
	t.Setenv("DB_PASSWORD", heard)
	t.Setenv("HOME", t.TempDir())
	g.write("Dockerfile", "FROM scratch\nARG DB_PASSWORD\n")
	g.write("compose.yaml", `name: shop
services:
  web:
    image: registry.example.com/web:1
    environment: {DB_PASSWORD: "${DB_PASSWORD}"}
    labels: {note: "is ${DB_PASSWORD}"}
  built: {build: {context: ., args: {DB_PASSWORD: "${DB_PASSWORD}"}}, image: registry.example.com/built:1}
`)
	return g, programs
}

// briefly runs a command, and interrupts it when it waits for something that does not come.
func (g *guarded) briefly(line string) string {
	g.Helper()
	ctx, stop := context.WithTimeout(g.Context(), 1500*time.Millisecond)
	defer stop()
	var out lockedBuffer
	Main(ctx, strings.Fields(line), Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	return out.String()
}

// TestWhatABuilderPrintsIsMasked: its lines, its last words in a finding, and what it says of an image that it lacks.
func TestWhatABuilderPrintsIsMasked(t *testing.T) {
	g, programs := prepareTalkative(t)
	said := 0
	for _, fails := range []bool{false, true} {
		if fails {
			if err := os.WriteFile(filepath.Join(programs, "fails"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, line := range []string{
			"build", "build --progress=plain", "build --progress=json", "build --progress=quiet --findings=json", "build --findings=sarif", "build --builder=podman", "push --registry registry.example.com",
			"pull", "pull --progress=json", "pull --progress=json --findings=github", "lock --from=engine", "lock --from=engine --findings=json", "up -d --build", "up -d --build --progress=json", "up -d --build --progress=plain",
			"diff --build", "run --build web true",
		} {
			text := g.briefly(line)
			shows(t, fmt.Sprintf("%s, failing: %v", line, fails), text)
			if strings.Contains(text, "***") {
				said++
			}
		}
	}
	if said < 10 {
		t.Errorf("only %d outputs had anything to mask", said)
	}
}

// TestWhatAServerRepeatsIsMasked: an API server, or a webhook, that says the object again that it refuses; and messages of events and Pods.
func TestWhatAServerRepeatsIsMasked(t *testing.T) {
	if testing.Short() {
		t.Skip("many commands wait until they are interrupted")
	}
	g, _ := prepareTalkative(t)
	state := clustertest.Crashing()
	state["message"], state["reason"] = "the node says "+heard, heard
	g.server.React(clustertest.Deployments(func(string) map[string]any { return state }))
	g.server.Put(clustertest.Object(t, fmt.Sprintf("apiVersion: v1\nkind: Event\nmetadata: {name: e, namespace: shop}\ninvolvedObject: {kind: Deployment, name: web, namespace: shop}\nreason: Odd\ntype: Warning\nmessage: %q\n", "it has "+heard)))
	lines := []string{
		"up -d --no-build", "up -d --no-build --progress=json", "up -d --no-build --progress=plain", "up --dry-run --no-build", "diff", "create --no-build", "ps", "ps --format json", "ps -a --format json",
		"stop --no-wait", "start --no-wait", "restart --no-wait", "scale web=2", "kill", "rm -f", "run web true", "exec web true", "images", "volumes", "top", "stats --no-stream", "port web 80", "wait web", "pause", "unpause", "cp web:/a .",
		"down",
	}
	said := 0
	for _, refused := range []string{"", "PATCH", "POST", "PUT", "GET", "DELETE", "LIST"} {
		var bodies bytes.Buffer
		g.server.Refuse(func(r clustertest.Request) error {
			bodies.WriteString(r.Body())
			if r.Method == refused || refused == "LIST" && r.Method == http.MethodGet && r.Name == "" {
				return apierrors.NewBadRequest("admission webhook \"policy\" denied the request: " + heard + " in " + r.Body())
			}
			return nil
		})
		for _, line := range lines {
			text := g.briefly(line)
			shows(t, line+", "+refused+" refused", text)
			if strings.Contains(text, "***") {
				said++
			}
		}
	}
	if said < 20 {
		t.Errorf("only %d outputs had anything to mask", said)
	}
}
