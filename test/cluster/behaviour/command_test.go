package behaviour

import (
	"slices"
	"testing"

	"github.com/transship/transship/test/cluster/harness"
	"github.com/transship/transship/test/cluster/images"
)

// loadWords offers the image of the project "command".
func loadWords(t *testing.T, c *harness.Cluster) {
	t.Helper()
	spec, err := images.ProbeSpec(harness.BinDir(t), "example.test/words:1")
	if err != nil {
		t.Fatal(err)
	}
	spec.Config.Entrypoint = []string{"/probe", "image-entrypoint"}
	spec.Config.Cmd = []string{"image-command"}
	spec.Config.WorkingDir = "/home/app"
	c.LoadImages(t, spec)
}

func TestCommand(t *testing.T) {
	t.Parallel()
	p := run(t, "command", func(p *project) {
		loadWords(t, p.Cluster)
		p.options.Load.Environ = []string{"FROM_SHELL=$(PATH) of the shell"}
	})
	for _, row := range []struct {
		service, promise string
		args             []string
	}{
		{"both-unset", "entrypoint and command of the image run when none is given", []string{"/probe", "image-entrypoint", "image-command"}},
		{"command-list", "a command replaces that of the image and goes to its entrypoint", []string{"/probe", "image-entrypoint", "a", "b c"}},
		{"command-empty-list", "an empty command list leaves the one of the image", []string{"/probe", "image-entrypoint", "image-command"}},
		{"command-empty-string", "an empty command string leaves the one of the image", []string{"/probe", "image-entrypoint", "image-command"}},
		{"command-string", "a command string is split as a shell does", []string{"/probe", "image-entrypoint", "one", "two three", `four "five"`, "six seven"}},
		{"command-operators", "no shell reads a command string, of which Compose keeps what is before an operator", []string{"/probe", "image-entrypoint", "a", "b"}},
		{"command-pattern", "no shell expands a pattern", []string{"/probe", "image-entrypoint", "/*", "~", "{a,b}"}},
		{"entrypoint-list", "an entrypoint drops the command of the image", []string{"/probe", "e"}},
		{"entrypoint-string", "an entrypoint string is split as a shell does", []string{"/probe", "e f"}},
		{"entrypoint-and-command", "a command follows an entrypoint", []string{"/probe", "e", "a"}},
		{"entrypoint-reset-list", "an empty entrypoint list leaves the command alone", []string{"/probe", "a"}},
		{"entrypoint-reset-string", "an empty entrypoint string leaves the command alone", []string{"/probe", "a"}},
		{"dollars", "dollars arrive as they are", []string{
			"/probe", "$(PATH)", "$(PATH)", "$$(PATH)", "pid $$ at $(date)", "$HOME", "${PATH}", "$", "$(PATH) of the shell",
		}},
		{"odd", "odd arguments arrive as they are", []string{
			"/probe", "image-entrypoint", "", "two\nlines", "grüße 🚀", " ", `"`, "'", `\`, "- a: b", "null", "1e3",
		}},
	} {
		t.Run(row.promise, func(t *testing.T) { sameList(t, row.args, p.report(t, row.service).Args) })
	}
	for _, row := range []struct{ service, promise, dir string }{
		{"both-unset", "the working directory is that of the image", "/home/app"},
		{"directory", "working_dir replaces that of the image", "/tmp"},
		{"directory-made", "working_dir is made when it does not exist", "/made/on/demand"},
	} {
		t.Run(row.promise, func(t *testing.T) { same(t, row.dir, p.report(t, row.service).Dir) })
	}
	t.Run("tty gives a terminal", func(t *testing.T) { same(t, true, p.report(t, "terminal").Terminal) })
	t.Run("without tty there is no terminal", func(t *testing.T) { same(t, false, p.report(t, "both-unset").Terminal) })
	t.Run("the program is process 1", func(t *testing.T) { same(t, 1, p.report(t, "both-unset").PID) })
	t.Run("an entrypoint reset without a command is refused when the image is unknown", func(t *testing.T) {
		if codes := refused(t, "services: {a: {image: example.test/words:1, entrypoint: []}}"); !slices.Contains(codes, "entrypoint-reset") {
			t.Errorf("got %v", codes)
		}
	})
}
