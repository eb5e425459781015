package up_test

import (
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
)

// neverReady is a project that never becomes ready; web waits for db.
const neverReady = `
name: never-ready
services:
  db:
    image: "busybox:1.37"
    command: ["sleep", "3600"]
    init: true
    healthcheck: {test: ["CMD", "false"], interval: 1s, retries: 1000}
`

const andWeb = `
  web: {image: "busybox:1.37", command: ["sleep", "3600"], init: true, depends_on: {db: {condition: service_healthy}}}
`

// atOnce is longer than containers take to end on a busy machine, and far below the ten minutes that up waits.
const atOnce = 3 * time.Minute

// TestDownEndsAnUpThatWaits: whatever up waits for, it ends and says who removed the project.
func TestDownEndsAnUpThatWaits(t *testing.T) {
	for name, compose := range map[string]string{"applied": neverReady, "still-to-apply": neverReady + andWeb} {
		for end, args := range map[string][]string{"detached": {"up", "-d", "--wait"}, "attached": {"up"}} {
			t.Run(name+" "+end, func(t *testing.T) {
				namespace := name + "-" + end
				c := consoleOn(t, harness.Node, strings.ReplaceAll(compose, "never-ready", namespace))
				up := c.begin(args...)
				up.hears(&up.complaints, "deployment/db starting")
				c.run(0, "", "down", "-t", "1")
				up.ends(1, atOnce)
				c.says(up.complaints.String(), "was removed from namespace "+namespace+" meanwhile, by `down` of ")
			})
		}
	}
}

// TestObjectsThatOthersRemovedAreNotWaitedFor: also not by an up that only follows logs.
func TestObjectsThatOthersRemovedAreNotWaitedFor(t *testing.T) {
	c := consoleOn(t, harness.Node, neverReady+andWeb)
	remove := func() {
		client := harness.Start(t, harness.Node).Client
		err := client.AppsV1().Deployments("never-ready").DeleteCollection(context.Background(), metav1.DeleteOptions{}, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	up := c.begin("up", "-d", "--wait")
	up.hears(&up.complaints, "deployment/db starting")
	remove()
	up.ends(1, atOnce)
	c.says(up.complaints.String(), "deployment/db failed: Removed: it was removed meanwhile, and not by a run of this tool")
	c.says(up.complaints.String(), "deployment/web failed: DependencyFailed")

	c.rewrite(`["CMD", "false"]`, `["CMD", "true"]`)
	up = c.begin("up")
	up.hears(&up.complaints, "deployment/web ready")
	remove()
	up.ends(1, atOnce)
	c.says(up.complaints.String(), "was removed from namespace never-ready meanwhile")
	if strings.Contains(up.complaints.String(), "still runs") {
		t.Errorf("up claims that the project runs: %s", up.complaints.String())
	}
	c.run(0, "", "up", "-d")
	up = c.begin("up")
	up.hears(&up.complaints, "deployment/web ready")
	c.run(0, "", "stop", "-t", "0")
	up.ends(0, atOnce)
	c.says(up.complaints.String(), "was stopped")
}
