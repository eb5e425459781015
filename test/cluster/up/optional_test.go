package up_test

import (
	"context"
	"strings"
	"testing"

	"github.com/transship/transship/test/cluster/harness"
)

// TestToolOfAProfileLeavesOthersAlone: the database whose volume a tool reads, and the server that it asks, run on, whichever
// way the tool is started, and the next up has nothing to change.
func TestToolOfAProfileLeavesOthersAlone(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: hosts
services:
  web:
    image: "busybox:1.37"
    init: true
    command: ["sh", "-c", "mkdir -p /www; echo served > /www/index.html; exec httpd -f -p 8080 -h /www"]
    ports: ["127.0.0.1:18093:8080"]
    healthcheck: {test: ["CMD", "wget", "-qO-", "http://127.0.0.1:8080/"], interval: 1s, retries: 100}
  db: {image: "busybox:1.37", init: true, restart: always, command: ["sh", "-c", "echo kept > /data/log; exec sleep 3600"], volumes: ["data:/data"], healthcheck: {test: ["CMD", "test", "-s", "/data/log"], interval: 1s, retries: 100}}
  backup:
    image: "busybox:1.37"
    profiles: [tools]
    restart: "no"
    command: ["sh", "-c", "cat /data/log; wget -qO- http://web:8080/"]
    volumes: ["data:/data:ro"]
    depends_on: [db, web]
volumes: {data: {}}
`)
	c.run(0, "", "up", "-d", "--wait")
	pods := func() string {
		out, _ := c.run(0, "", "ps", "--format", "{{.Service}} {{.Name}} {{.ID}}", "db", "web")
		return out
	}
	before := pods()
	for _, args := range [][]string{
		{"run", "--rm", "-T", "backup"}, {"run", "--rm", "--no-deps", "-T", "backup"}, {"up", "-d", "--wait", "backup"}, {"up", "-d", "--wait"},
	} {
		out, said := c.run(0, "", args...)
		if args[0] == "run" && out != "kept\nserved\n" {
			t.Errorf("%v: the tool wrote %q", args, out)
		}
		if strings.Contains(said, "updated") || pods() != before {
			t.Errorf("%v replaced others:\n%s\nbefore:\n%safter:\n%s", args, said, before, pods())
		}
	}
	c.run(0, "", "diff")
	c.run(0, "", "stop", "db", "-t", "0")
	if out, _ := c.run(0, "", "run", "--rm", "--no-deps", "-T", "backup"); out != "kept\nserved\n" { // there is nobody to be beside
		t.Errorf("beside a database that is stopped, the tool wrote %q", out)
	}
}

// TestExecWaitsForAContainerThatStarts: up -d and exec stand in one line of many scripts.
func TestExecWaitsForAContainerThatStarts(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: begins
services:
  web: {image: "busybox:1.37", init: true, command: ["sleep", "3600"], working_dir: /srv}
  crash: {image: "busybox:1.37", command: ["sh", "-c", "exit 3"], restart: always}
  unpullable: {image: "transship.test/nowhere:1"}
`)
	c.run(0, "", "up", "-d")
	if out, _ := c.run(0, "", "exec", "-T", "-w", "/tmp", "web", "pwd"); out != "/tmp\n" {
		t.Errorf("it printed %q", out)
	}
	_, said := c.run(1, "", "exec", "-T", "unpullable", "true")
	c.says(said, "container unpullable does not run")
	harness.Eventually(t, "crash waits for its next restart", func(context.Context) (bool, error) {
		out, _ := c.run(0, "", "ps", "--status", "restarting", "--format", "{{.Service}}")
		return out == "crash\n", nil
	})
	_, said = c.run(1, "", "exec", "-T", "crash", "true")
	c.says(said, "container crash does not run")
}

// TestStartReturnsWhenContainersRun: as with docker compose, also where one of them never becomes healthy.
func TestStartReturnsWhenContainersRun(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: starts
services:
  web: {image: "busybox:1.37", init: true, command: ["sleep", "3600"]}
  sick: {image: "busybox:1.37", init: true, command: ["sleep", "3600"], healthcheck: {test: ["CMD", "false"], interval: 1s, retries: 2}}
`)
	c.run(0, "", "up", "-d")
	c.run(0, "", "stop", "-t", "0")
	_, said := c.run(0, "", "start")
	c.says(said, "deployment/sick running")
	out, _ := c.run(0, "", "ps", "--status", "running", "--format", "{{.Service}}")
	if out != "sick\nweb\n" {
		t.Errorf("after start, these run: %q", out)
	}
	_, said = c.run(1, "", "start", "--wait") // also for what was not stopped
	c.says(said, "deployment/sick failed: Unhealthy")
	c.run(2, "", "start", "--wait", "--no-wait")
}
