package transform

import (
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/transship/transship/source"
)

// Trap 34: an empty entrypoint is not an absent one. Each row is what Docker Engine runs.
func TestCommandAndArgs(t *testing.T) {
	for _, c := range []struct {
		compose       string
		command, args []string
		code          string
	}{
		{"", nil, nil, ""},
		{"command: [a, b]", nil, []string{"a", "b"}, ""},
		{"command: []", nil, nil, "command-empty"},
		{"entrypoint: [e]", []string{"e"}, nil, ""},
		{"entrypoint: [e]\n    command: [a]", []string{"e"}, []string{"a"}, ""},
		{"entrypoint: []\n    command: [a, b]", []string{"a", "b"}, nil, ""},
		{"entrypoint: ''\n    command: a b", []string{"a", "b"}, nil, ""},
		{"entrypoint: []", nil, nil, "entrypoint-reset"},
		{"command: say $$$$ $$(date) $$HOME", nil, []string{"say", "$$$$", "$$(date)", "$HOME"}, ""},
		{"command: run --all && stop", nil, []string{"run", "--all"}, "command-shell"}, // so does Docker
		{"command: [run, '&&', stop]", nil, []string{"run", "&&", "stop"}, "command-shell"},
		{"command: run 'a && b' c\\;d", nil, []string{"run", "a && b", "c;d"}, ""},
		{"entrypoint: ['']\n    command: [a, b]", []string{"a", "b"}, nil, ""},
		{"entrypoint: ['']", nil, nil, "entrypoint-reset"},
		{"command: [sh, -c, 'run && stop']", nil, []string{"sh", "-c", "run && stop"}, ""},
	} {
		r := convertYAML(t, "services:\n  web:\n    image: own/image:1\n    "+c.compose+"\n")
		got := find[*appsv1.Deployment](t, r, "web").Spec.Template.Spec.Containers[0]
		if !slices.Equal(got.Command, c.command) || !slices.Equal(got.Args, c.args) {
			t.Errorf("%s: command %q args %q, want %q %q", c.compose, got.Command, got.Args, c.command, c.args)
		}
		if c.code != "" {
			finding(t, r, c.code)
		}
	}
}

// A Dockerfile that says CMD and leaves ENTRYPOINT to its base is enough: the entrypoint is cleared anyway.
func TestClearedEntrypointNeedsTheCommandOnly(t *testing.T) {
	r := convertYAML(t, "services: {web: {build: ., entrypoint: []}}", func(in *Input) {
		in.Images["web"] = source.ImageFacts{BaseImage: "unknown/base", Cmd: []string{"npm", "start"}}
	})
	if got := find[*appsv1.Deployment](t, r, "web").Spec.Template.Spec.Containers[0].Command; !slices.Equal(got, []string{"npm", "start"}) || hasCode(r, "entrypoint-reset") {
		t.Errorf("command %q; %v", got, codes(r))
	}
}

func TestClearedEntrypointTakesTheKnownCommandOfTheImage(t *testing.T) {
	r := convertYAML(t, "services: {web: {image: 'own/image:1', entrypoint: []}}", func(in *Input) {
		in.Images["web"] = source.ImageFacts{EntryKnown: true, Cmd: []string{"serve", "$(X)"}}
	})
	got := find[*appsv1.Deployment](t, r, "web").Spec.Template.Spec.Containers[0]
	if !slices.Equal(got.Command, []string{"serve", "$$(X)"}) || got.Args != nil {
		t.Errorf("command %q args %q", got.Command, got.Args)
	}
}
