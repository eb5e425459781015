package up_test

import (
	"strings"
	"testing"

	"github.com/transship/transship/test/cluster/harness"
)

// needsDB is a project whose db takes some seconds to be healthy.
const needsDB = `
name: needs-db
services:
  db:
    image: "busybox:1.37"
    command: ["sh", "-c", "sleep 4; touch /tmp/well; exec sleep 3600"]
    init: true
    healthcheck: {test: ["CMD", "test", "-f", "/tmp/well"], interval: 1s, retries: 60}
  web: {image: "busybox:1.37", command: ["sleep", "3600"], init: true, depends_on: {db: {condition: service_healthy}}}
`

// TestStartHonoursTheOrderOfDependencies: of everything, and of one service with what it depends on.
func TestStartHonoursTheOrderOfDependencies(t *testing.T) {
	c := consoleOn(t, harness.Node, needsDB)
	c.run(0, "", "up", "-d", "--wait")
	for _, args := range [][]string{{"start"}, {"start", "web"}, {"start", "--no-wait"}} {
		c.run(0, "", "stop", "-t", "0")
		_, said := c.run(0, "", args...)
		db, web := strings.Index(said, "deployment/db ready"), strings.Index(said, "deployment/web started")
		if web < 0 || db < 0 && args[len(args)-1] != "--no-wait" || db > web {
			t.Errorf("%v: db is to be ready before web is started:\n%s", args, said)
		}
		c.run(0, "", "start", "--wait")
	}
	c.run(0, "", "pause")
	_, said := c.run(0, "", "unpause")
	if db, web := strings.Index(said, "deployment/db ready"), strings.Index(said, "deployment/web started"); db < 0 || web < db {
		t.Errorf("unpause: db is to be ready before web is started:\n%s", said)
	}
}

// TestUnhealthyContainerFails: when its retries are used up, as with docker compose, and not when time is.
func TestUnhealthyContainerFails(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: unhealthy
services:
  db:
    image: "busybox:1.37"
    command: ["sleep", "3600"]
    init: true
    healthcheck: {test: ["CMD-SHELL", "echo the disk is full; exit 1"], interval: 1s, retries: 2}
  web: {image: "busybox:1.37", command: ["sleep", "3600"], init: true, depends_on: {db: {condition: service_healthy}}}
  slow:
    image: "busybox:1.37"
    command: ["sleep", "3600"]
    init: true
    healthcheck: {test: ["CMD", "sleep", "6"], interval: 1s, retries: 2, timeout: 20s}
`)
	_, said := c.run(1, "", "up", "-d", "--wait") // a timeout ends with another code
	c.says(said, "deployment/db failed: Unhealthy: the healthcheck of container db has failed as often as it may")
	c.says(said, "the disk is full")
	c.says(said, "deployment/web failed: DependencyFailed")
	c.says(said, "deployment/slow ready") // its check takes longer than all tries of db together
	out, _ := c.run(0, "", "ps", "--format", "{{.Service}} {{.Health}}")
	c.says(out, "db unhealthy")
}

// TestFailedOneShotIsNoErrorIfNobodyWaitsForIt: as with docker compose up -d.
func TestFailedOneShotIsNoErrorIfNobodyWaitsForIt(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: one-shots
services:
  migrate: {image: "busybox:1.37", command: ["sh", "-c", "echo it cannot be done; exit 3"], restart: "no"}
  web: {image: "busybox:1.37", command: ["sleep", "3600"], init: true, depends_on: [migrate]}
`)
	c.run(0, "", "up", "-d")
	c.run(0, "", "up", "-d") // it runs again
	_, said := c.run(1, "", "up", "-d", "--wait")
	c.says(said, "job/migrate failed: ")
	c.says(said, "deployment/web ready")
}

// TestStopGoesInReverseOrder: whoever uses a database gets to end before it, also past what was stopped before or crashes.
func TestStopGoesInReverseOrder(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: stops
services:
  db: {image: "busybox:1.37", command: ["sleep", "3600"], init: true}
  chore: {image: "busybox:1.37", command: ["sh", "-c", "trap 'sleep 2; exit 0' TERM; while :; do sleep 0.1; done"], restart: "no", depends_on: [db]}
  done: {image: "busybox:1.37", command: ["true"], restart: "no", depends_on: [db]}
  crash: {image: "busybox:1.37", command: ["false"], restart: always, depends_on: [db]}
  api: {image: "busybox:1.37", command: ["sleep", "3600"], init: true, depends_on: [db]}
  web: {image: "busybox:1.37", command: ["sh", "-c", "trap 'sleep 2; exit 0' TERM; while :; do sleep 0.1; done"], depends_on: [api]}
`)
	inOrder := func(said string, names ...string) {
		t.Helper()
		last := -1
		for _, name := range names {
			at := strings.Index(said, name)
			if at <= last {
				t.Errorf("%s is not told after what is before it in %v:\n%s", name, names, said)
			}
			last = at
		}
	}
	c.run(0, "", "up", "-d", "--wait", "web", "done")
	c.run(0, "", "up", "-d")
	_, said := c.run(0, "", "stop")
	inOrder(said, "deployment/web stopped", "deployment/api stopped", "deployment/db stopped")
	inOrder(said, "job/chore suspended", "deployment/db stopped")
	c.run(0, "", "start", "web")
	c.run(0, "", "stop", "api")
	_, said = c.run(0, "", "stop", "--no-wait")
	inOrder(said, "deployment/web stopped")
	if out, _ := c.run(0, "", "ps", "-q", "web"); out != "" {
		t.Errorf("db was stopped while web ends: %s", out)
	}
}

// TestRestartTakesAlongWhoAsksForIt: with restart: true in depends_on, and after it.
func TestRestartTakesAlongWhoAsksForIt(t *testing.T) {
	c := consoleOn(t, harness.Node, strings.NewReplacer("needs-db", "restarts", "service_healthy", "service_healthy, restart: true").Replace(needsDB)+`
  other: {image: "busybox:1.37", command: ["sleep", "3600"], init: true, depends_on: [db]}
`)
	c.run(0, "", "up", "-d", "--wait")
	_, said := c.run(0, "", "restart", "db")
	db, web := strings.Index(said, "deployment/db ready"), strings.Index(said, "deployment/web restarted")
	if db < 0 || web < db || strings.Contains(said, "other") {
		t.Errorf("web is to be restarted once db is ready, and other not at all:\n%s", said)
	}
	if _, said = c.run(0, "", "restart", "--no-deps", "db"); strings.Contains(said, "web") {
		t.Errorf("restart --no-deps restarts\n%s", said)
	}
	c.run(0, "", "stop", "other")
	_, said = c.run(0, "", "restart", "other")
	c.says(said, "deployment/other ready")
	if out, _ := c.run(0, "", "ps", "--services", "--status", "running", "other"); out != "other\n" {
		t.Errorf("restart of what was stopped leaves it stopped: %q", out)
	}
}
