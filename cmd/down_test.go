package cmd

import (
	"strings"
	"testing"
)

// TestDownRefusesAServiceThatNobodyKnows: as docker compose does. One of the project of which nothing is left is no mistake.
func TestDownRefusesAServiceThatNobodyKnows(t *testing.T) {
	g := prepare(t, "", "test")
	for _, line := range []string{"down wep", "up -d", "down wep"} {
		code, said := g.run(line)
		if strings.HasPrefix(line, "down") && (code != exitFailed || !strings.Contains(said, `there is no service "wep": did you mean web?`)) {
			t.Errorf("%s: exit code %d, says %s", line, code, said)
		}
	}
	for range 2 {
		if code, said := g.run("down web"); code != 0 {
			t.Errorf("down web: exit code %d, says %s", code, said)
		}
	}
	// What only the cluster knows is no mistake either: a service that the files have no more.
	if code, said := g.run("up -d"); code != 0 {
		t.Fatal(said)
	}
	t.Setenv("COMPOSE_FILE", "other.yaml")
	g.write("other.yaml", "name: shop\nservices: {api: {image: \"registry.example.com/api:1\"}}\n")
	if code, said := g.run("down web"); code != 0 || !strings.Contains(said, "deployment/web removed") {
		t.Errorf("down of what the files have no more: exit code %d, says %s", code, said)
	}
}
