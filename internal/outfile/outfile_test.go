//go:build unix

package outfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func ours(head []byte) bool { return bytes.HasPrefix(head, []byte("ours")) }

func TestReplaceTouchesNothingOfOthers(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		create func(path string) error
		reason string
	}{
		"a file":         {func(p string) error { return os.WriteFile(p, []byte("mine"), 0o644) }, "was not written by transship"},
		"an empty file":  {func(p string) error { return os.WriteFile(p, nil, 0o644) }, "was not written by transship"},
		"a directory":    {func(p string) error { return os.Mkdir(p, 0o755) }, "is a directory"},
		"a link to ours": {func(p string) error { return linkTo(p, "ours, elsewhere") }, "is a symbolic link"},
		"a link to none": {func(p string) error { return os.Symlink("nowhere", p) }, "is a symbolic link"},
		"a FIFO":         {func(p string) error { return syscall.Mkfifo(p, 0o644) }, "is no regular file"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "report.md")
			if err := c.create(path); err != nil {
				t.Fatal(err)
			}
			before := list(t, filepath.Dir(path))
			err := Replace(path, []byte("ours, new"), 0o644, ours)
			var foreign *foreignError
			if !errors.As(err, &foreign) || foreign.Path != path || !strings.Contains(foreign.Reason, c.reason) {
				t.Fatalf("err = %v", err)
			}
			if err := Check(path, ours); !errors.As(err, &foreign) {
				t.Errorf("Check: %v", err)
			}
			if after := list(t, filepath.Dir(path)); after != before {
				t.Errorf("there is %s, was %s", after, before)
			}
		})
	}
}

func linkTo(path, text string) error {
	return errors.Join(os.WriteFile(path+".real", []byte(text), 0o644), os.Symlink(path+".real", path))
}

// list returns the names and contents of a directory.
func list(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		text := e.Type().String()
		if e.Type().IsRegular() {
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			text = string(data)
		}
		all = append(all, e.Name()+"="+text)
	}
	return strings.Join(all, " ")
}

func TestReplaceWritesAndKeepsTightModes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	mode := func() fs.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	for _, step := range []struct {
		text       string
		have, mode fs.FileMode
		want       fs.FileMode
	}{{"ours 1", 0, 0o600, 0o600}, {"ours 2", 0o644, 0o600, 0o600}, {"ours 3", 0o600, 0o644, 0o600}} {
		if step.have != 0 {
			if err := os.Chmod(path, step.have); err != nil {
				t.Fatal(err)
			}
		}
		if err := Replace(path, []byte(step.text), step.mode, ours); err != nil {
			t.Fatal(err)
		}
		if got := list(t, dir); got != "f="+step.text || mode() != step.want {
			t.Errorf("%s, mode %o, want %s with %o", got, mode(), step.text, step.want)
		}
	}
	if err := Replace(filepath.Join(dir, "none", "f"), []byte("x"), 0o644, ours); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a directory that is not there: %v", err)
	}
}

// TestStagesOfKilledRunsAreRemoved: whoever is killed takes nothing away; what somebody still writes stays.
func TestStagesOfKilledRunsAreRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	alive, err := NewStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := alive.Write("a.yaml", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Mkdir(filepath.Join(dir, ".transship-4711"), 0o700))
	must(os.WriteFile(filepath.Join(dir, ".transship-4711", "secret-db.yaml"), []byte("password"), 0o600))
	must(os.MkdirAll(filepath.Join(dir, ".transship-mine"), 0o700))
	must(os.MkdirAll(filepath.Join(dir, ".transship-12", "folder"), 0o700))
	must(os.WriteFile(filepath.Join(dir, ".transship-13"), []byte("a file of the user's"), 0o600))
	must(os.WriteFile(filepath.Join(dir, ".transship-14.tmp"), nil, 0o600))
	must(os.WriteFile(filepath.Join(dir, ".transship-15.tmp"), nil, 0o600))
	release, held := hold(filepath.Join(dir, ".transship-14.tmp"))
	if !held {
		t.Fatal("a new file cannot be held")
	}
	defer release()
	must(os.Symlink(filepath.Join(dir, ".transship-13"), filepath.Join(dir, ".transship-16.tmp")))
	must(syscall.Mkfifo(filepath.Join(dir, ".transship-17.tmp"), 0o600))
	next, err := NewStage(dir)
	must(err)
	must(next.Close())
	got := list(t, dir)
	for name, want := range map[string]bool{
		filepath.Base(alive.path): true, ".transship-4711=": false, ".transship-mine": true, ".transship-12=": true,
		".transship-13=": true, ".transship-14.tmp": true, ".transship-15.tmp": false, ".transship-16.tmp": true, ".transship-17.tmp": true, filepath.Base(next.path): false,
	} {
		if strings.Contains(got, name) != want {
			t.Errorf("%s is there: %v; all: %s", name, !want, got)
		}
	}
	must(alive.Move("a.yaml", "a.yaml"))
	must(alive.Close())
	if got := list(t, dir); !strings.Contains(got, "a.yaml=x") {
		t.Errorf("all: %s", got)
	}
}

// Many that write one file at once, and look for what is left of others meanwhile: each succeeds, and the file is whole.
func TestReplaceOfMany(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "report.md")
	results := make(chan error)
	for i := range 32 {
		go func() {
			var err error
			for range 10 {
				err = errors.Join(err, Replace(path, []byte("ours "+strings.Repeat(string(rune('a'+i%26)), 5000)), 0o644, ours))
			}
			results <- err
		}()
	}
	for range 32 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || len(text) != 5005 || strings.Trim(string(text[5:]), string(text[5])) != "" {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if left := list(t, filepath.Dir(path)); strings.Contains(left, ".tmp") {
		t.Errorf("left: %.200s", left)
	}
}

// Where nothing can be written, the error names the directory, and is the same each time.
func TestErrorsNameTheDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "x")
	first, second := Replace(path, []byte("x"), 0o644, nil), Replace(path, []byte("x"), 0o644, nil)
	if want := "write to " + filepath.Dir(path) + ": no such file or directory"; first == nil || first.Error() != want || second == nil || second.Error() != want {
		t.Errorf("%v, and then %v", first, second)
	}
}
