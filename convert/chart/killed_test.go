package chart

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run can be killed after any of its moves and removals. The next one brings the chart to where it would be, keeps what the user changed,
// and takes no file of the killed run for one that somebody edited.
func TestRunsAfterOneThatWasKilled(t *testing.T) {
	t.Parallel()
	const (
		before  = "services: {web: {image: 'web:1', ports: ['80']}, old: {image: 'old:1', restart: always}}\n"
		between = "services: {web: {image: 'web:1.1', ports: ['80', '82']}, old: {image: 'old:2', restart: always}, third: {image: third}}\n"
		after   = "services: {web: {image: 'web:2', ports: ['81'], environment: {A: b}}, new: {image: 'new:1', restart: always}}\n"
	)
	for what, first := range map[string]string{"the first run": "", "a later run": before, "a run after a killed one": before} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			start := func() *project {
				p := newProject(t, map[string]string{"compose.yaml": after})
				if first != "" {
					p.write("compose.yaml", first)
					p.chart()
					p.edit("chart/values.yaml", "replicaCount: 1", "replicaCount: 3")
					p.write("compose.yaml", after)
				}
				if what == "a run after a killed one" {
					p.write("compose.yaml", between)
					p.runsUntil(12)
					p.write("compose.yaml", after)
				}
				return p
			}
			whole := start()
			whole.chart()
			want := whole.everything()
			for done := 0; ; done++ {
				p := start()
				if p.runsUntil(done) {
					if done < 10 {
						t.Errorf("only %d steps", done)
					}
					return
				}
				if _, _, err := p.tryWrite(); err != nil {
					t.Errorf("killed after %d steps: %v", done, err)
				}
				if have := p.everything(); have != want {
					t.Errorf("killed after %d steps, there is\n%s\nwant\n%s", done, have, want)
				}
			}
		})
	}
}

// everything returns all files of the chart with their contents, wherever it lies.
func (p *project) everything() string {
	p.t.Helper()
	return strings.ReplaceAll(p.snapshot(), p.dir, "")
}

// runsUntil does as many steps of a run as a killed one did, and reports whether these are all.
func (p *project) runsUntil(steps int) bool {
	p.t.Helper()
	u, err := decide(filepath.Join(p.dir, "chart"), p.result(), Options{KubeVersion: "1.35", AllProfiles: p.result("*")})
	if err != nil {
		p.t.Fatal(err)
	}
	write, remove, err := u.steps()
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range write {
		if steps--; steps < 0 {
			return false
		}
		p.write("chart/"+f.Name, string(f.Data))
		if err := os.Chmod(filepath.Join(p.dir, "chart", filepath.FromSlash(f.Name)), f.Mode); err != nil {
			p.t.Fatal(err)
		}
	}
	for _, name := range remove {
		if steps--; steps < 0 {
			return false
		}
		p.remove("chart/" + name)
	}
	return true
}
