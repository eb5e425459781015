package loader

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// asNobody takes the right to read everything from this test, if it has it.
func asNobody(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	if err := syscall.Seteuid(65534); err != nil { // on every thread: a load has a goroutine of its own
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Seteuid(0); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFilesThatMayNotBeRead(t *testing.T) {
	for _, tt := range []struct{ name, text, place, code string }{
		{"env_file", "services: {a: {image: x, env_file: secret}}\n", "compose.yaml:1:26-42", "missing-file"},
		{"label_file", "services: {a: {image: x, label_file: secret}}\n", "compose.yaml:1:26-44", "missing-file"},
		{"include", "include: [secret]\nservices: {a: {image: x}}\n", "compose.yaml:1:11-17", "include"},
		{"extends", "services: {a: {extends: {file: secret, service: b}}}\n", "compose.yaml:1:32-38", "extends"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := project(t, map[string]string{"compose.yaml": tt.text, "secret": "A=1\n"})
			for path, mode := range map[string]os.FileMode{filepath.Join(dir, "secret"): 0, dir: 0o755, filepath.Dir(dir): 0o755} {
				if err := os.Chmod(path, mode); err != nil {
					t.Fatal(err)
				}
			}
			asNobody(t)
			f := find(t, loadFails(t, options(dir)), tt.code)
			if got := place(f.Range); got != tt.place {
				t.Errorf("it is placed at %s, want %s: %s", got, tt.place, f.Message)
			}
		})
	}
}
