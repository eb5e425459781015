package filetree_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/convert/filetree"
)

var mark = filetree.Mark("shop")

// file returns a file with the mark.
func file(name, text string) filetree.File {
	return filetree.File{Name: name, Data: []byte(mark + "\n" + text), Mode: 0o644}
}

func put(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tree returns what is below a folder: the text of files, the type of all else.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		name, _ := filepath.Rel(root, path)
		all[filepath.ToSlash(name)] = entry.Type().String()
		if entry.Type().IsRegular() {
			text, err := os.ReadFile(path)
			all[filepath.ToSlash(name)] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func names(all map[string]string) string {
	var list []string
	for name, text := range all {
		if !strings.HasPrefix(text, "d") || strings.HasPrefix(text, mark) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestWriteReplacesAndRemovesItsOwnFilesOnly(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "new")
	first := []filetree.File{file("base/a.yaml", "1"), file("base/b.yaml", "1"), file("overlays/prod/c.yaml", "1"), file("base/.gitignore", "x")}
	if c, err := filetree.Write(t.Context(), root, mark, first); err != nil || len(c.Written) != 4 {
		t.Fatalf("%+v, %v", c, err)
	}
	put(t, root, "base/own.yaml", "kind: X\n")
	put(t, root, "base/other.yaml", filetree.Mark("other")+"\n")
	put(t, root, "base/marked.txt", mark+"\nno manifest\n")
	put(t, root, "elsewhere/marked.yaml", mark+"\nin a folder that is not ours\n")
	changes, err := filetree.Write(t.Context(), root, mark, []filetree.File{file("base/a.yaml", "1"), file("base/b.yaml", "2")}, "base", "overlays/prod")
	if err != nil {
		t.Fatal(err)
	}
	want := filetree.Changes{Written: []string{"base/b.yaml"}, Unchanged: []string{"base/a.yaml"}, Removed: []string{"base/.gitignore", "overlays/prod/c.yaml"}}
	if !slices.Equal(changes.Written, want.Written) || !slices.Equal(changes.Unchanged, want.Unchanged) || !slices.Equal(changes.Removed, want.Removed) {
		t.Errorf("changes %+v,\nwant %+v", changes, want)
	}
	if got := names(tree(t, root)); got != "base/a.yaml base/b.yaml base/marked.txt base/other.yaml base/own.yaml elsewhere/marked.yaml" {
		t.Errorf("files %s", got)
	}
	if _, err := os.Stat(filepath.Join(root, "overlays")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder stays: %v", err)
	}
}

// TestForeignFilesStopEverything: nothing is changed, not even what could be.
func TestForeignFilesStopEverything(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what    string
		prepare func(t *testing.T, root string)
		reason  string
	}{
		{"no mark", func(t *testing.T, root string) { put(t, root, "base/b.yaml", "kind: X\n") }, "was not written by transship"},
		{"empty", func(t *testing.T, root string) { put(t, root, "base/b.yaml", "") }, "was not written by transship"},
		{"the mark further down", func(t *testing.T, root string) { put(t, root, "base/b.yaml", "\n"+mark+"\n") }, "was not written by transship"},
		{"another project", func(t *testing.T, root string) { put(t, root, "base/b.yaml", filetree.Mark("other")+"\n") }, "belongs to the Compose project \"other\""},
		{"another case", func(t *testing.T, root string) { put(t, root, "base/B.yaml", mark+"\n") }, "differs from b.yaml in case only"},
		{"a folder", func(t *testing.T, root string) { put(t, root, "base/b.yaml/x", "") }, "was not written by transship"},
		{"a file for a folder", func(t *testing.T, root string) { put(t, root, "base", "") }, "is not a directory"},
		{"a link", func(t *testing.T, root string) {
			put(t, root, "elsewhere", mark+"\n")
			put(t, root, "base/x", "")
			link(t, "../elsewhere", filepath.Join(root, "base/b.yaml"))
		}, "was not written by transship"},
		{"a link for a folder", func(t *testing.T, root string) {
			put(t, root, "elsewhere/b.yaml", mark+"\n")
			link(t, "elsewhere", filepath.Join(root, "base"))
		}, "is not a directory"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			put(t, root, "free/c.yaml", mark+"\nold\n")
			c.prepare(t, root)
			before := tree(t, root)
			_, err := filetree.Write(t.Context(), root, mark, []filetree.File{file("base/b.yaml", "1"), file("free/c.yaml", "2")})
			var foreign *filetree.ForeignFileError
			if !errors.As(err, &foreign) || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("error %v", err)
			}
			after := tree(t, root)
			if len(before) != len(after) {
				t.Errorf("files %v, before %v", after, before)
			}
			for name, text := range before {
				if after[name] != text {
					t.Errorf("%s is %q, was %q", name, after[name], text)
				}
			}
		})
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Skip(err)
	}
}

// TestAMarkSurvivesACheckout: some have line breaks of Windows.
func TestAMarkSurvivesACheckout(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, root, "base/b.yaml", mark+"\r\nold\r\n")
	if c, err := filetree.Write(t.Context(), root, mark, []filetree.File{file("base/b.yaml", "1")}); err != nil || len(c.Written) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	root := t.TempDir()
	secret := file("base/secret.yaml", "1")
	secret.Mode = 0o600
	write := func(files ...filetree.File) filetree.Changes {
		t.Helper()
		c, err := filetree.Write(t.Context(), root, mark, files)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	mode := func(name string) fs.FileMode {
		t.Helper()
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	write(secret, file("base/open.yaml", "1"))
	if mode("base/secret.yaml") != 0o600 || mode("base/open.yaml") != 0o644 {
		t.Errorf("modes %v and %v", mode("base/secret.yaml"), mode("base/open.yaml"))
	}
	for name, perm := range map[string]fs.FileMode{"base/secret.yaml": 0o644, "base/open.yaml": 0o640} {
		if err := os.Chmod(filepath.Join(root, name), perm); err != nil {
			t.Fatal(err)
		}
	}
	if c := write(secret, file("base/open.yaml", "2")); len(c.Written) != 2 { // one for its text, one because others may read it
		t.Errorf("changes %+v", c)
	}
	if mode("base/secret.yaml") != 0o600 || mode("base/open.yaml") != 0o640 {
		t.Errorf("modes %v and %v: a secret is open, or a file is as open again as before the user closed it", mode("base/secret.yaml"), mode("base/open.yaml"))
	}
}

func TestWritePartLeavesTheRest(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if _, err := filetree.Write(t.Context(), root, mark, []filetree.File{file("a.yaml", "of web"), file("b.yaml", "of db")}); err != nil {
		t.Fatal(err)
	}
	changes, err := filetree.WritePart(t.Context(), root, mark, []filetree.File{file("c.yaml", "of web")}, func(_ string, text []byte) bool { return strings.Contains(string(text), "of web") })
	if err != nil || !slices.Equal(changes.Removed, []string{"a.yaml"}) {
		t.Errorf("%+v, %v", changes, err)
	}
	if got := names(tree(t, root)); got != "b.yaml c.yaml" {
		t.Errorf("files %s", got)
	}
}

// TestWriteThatIsInterrupted: as long as nothing has moved, an interruption leaves everything as it was, and nothing beside it.
func TestWriteThatIsInterrupted(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if _, err := filetree.Write(t.Context(), root, mark, []filetree.File{file("a.yaml", "1"), file("b.yaml", "1")}, "."); err != nil {
		t.Fatal(err)
	}
	before := tree(t, root)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := filetree.Write(ctx, root, mark, []filetree.File{file("a.yaml", "2"), file("c/d.yaml", "2")}, "."); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if after := tree(t, root); !maps.Equal(before, after) {
		t.Errorf("files %v, before %v", after, before)
	}
}

func TestRootThatIsAFile(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	if err := os.WriteFile(root, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := filetree.Write(t.Context(), root, mark, []filetree.File{file("a.yaml", "")}); err == nil || !strings.Contains(err.Error(), "is not a directory") {
		t.Errorf("error %v", err)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if list, err := filetree.Folders(root, "overlays"); err != nil || list != nil {
		t.Errorf("%v, %v", list, err)
	}
	put(t, root, "overlays/prod/x", "")
	put(t, root, "overlays/file", "")
	if list, err := filetree.Folders(root, "overlays"); err != nil || !slices.Equal(list, []string{"overlays/prod"}) {
		t.Errorf("%v, %v", list, err)
	}
}
