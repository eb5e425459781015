//go:build unix

package loader

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/disk"
)

// A Dockerfile that is there and cannot be read is said; nothing waits for it, nor for a .dockerignore.
func TestDockerfileThatCannotBeRead(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"a named pipe": func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"a directory":  func(path string) error { return os.Mkdir(path, 0o755) },
		"a device":     func(path string) error { return os.Symlink("/dev/zero", path) },
		"has":          func(path string) error { return os.WriteFile(path, make([]byte, disk.MaxFileSize+1), 0o644) },
	} {
		dir := project(t, map[string]string{"compose.yaml": "services:\n  web:\n    build: {context: ., dockerfile: D}\n"})
		if err := put(filepath.Join(dir, "D")); err != nil {
			t.Fatal(err)
		}
		f := find(t, mustLoad(t, options(dir)).Findings, "dockerfile-unread")
		if f.Severity != diag.Warning || place(f.Range) != "compose.yaml:3:5-10" || !strings.Contains(f.Message, "Dockerfile D cannot be read") || !strings.Contains(f.Message, name) {
			t.Errorf("%s: %v at %s", name, f, place(f.Range))
		}
	}
	dir := project(t, map[string]string{"compose.yaml": "services: {web: {build: .}}\n", "Dockerfile": "FROM nginx\nCOPY . /\n"})
	if err := syscall.Mkfifo(filepath.Join(dir, ".dockerignore"), 0o644); err != nil {
		t.Fatal(err)
	}
	if l := mustLoad(t, options(dir)); l.Images["web"].BaseImage != "nginx" {
		t.Errorf("facts %+v", l.Images["web"])
	}
}
