package cmd

import (
	"path/filepath"
	"testing"

	"github.com/transship/transship/loader"
)

// TestServeSaysWhatItShows names the files of the page, or what it waits for, in the language of the terminal.
func TestServeSaysWhatItShows(t *testing.T) {
	project, empty := t.TempDir(), t.TempDir()
	writeTestFile(t, filepath.Join(project, "compose.yaml"), "services: {web: {image: nginx}}\n")
	writeTestFile(t, filepath.Join(project, "compose.override.yaml"), "services: {}\n")
	looked := " (looked for compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml)"
	for _, tt := range []struct {
		dir, language string
		files         []string
		want          string
	}{
		{project, "C", nil, "the page follows compose.yaml, compose.override.yaml, Ctrl-C ends this"},
		{project, "ja_JP.UTF-8", nil, "compose.yaml, compose.override.yaml の変更をページに反映する。終了するには Ctrl-C を押す"},
		{empty, "C", nil, "no compose file in " + empty + " or a directory above it" + looked + "; the page waits for it, Ctrl-C ends this"},
		{empty, "C", []string{"gone.yaml"}, "the compose file gone.yaml cannot be read: no such file or directory; the page waits for it, Ctrl-C ends this"},
	} {
		t.Setenv("LC_ALL", tt.language)
		if got := served(t.Context(), loader.Options{WorkingDirectory: tt.dir, Files: tt.files}); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
