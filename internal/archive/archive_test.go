package archive

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tree makes files, and returns their directory. A name that ends in / is a directory, a content that begins with → a link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		target, isLink := strings.CutPrefix(content, "→")
		switch {
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(full, 0o755)
		case isLink:
			err = os.Symlink(target, full)
		default:
			err = os.WriteFile(full, []byte(content), 0o640)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// list returns what is below a directory, in the form that tree takes.
func list(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.Walk(dir, func(file string, info os.FileInfo, err error) error {
		if err != nil || file == dir {
			return err
		}
		name := strings.TrimPrefix(file, dir+"/")
		switch {
		case info.IsDir():
			out[name+"/"] = ""
		case info.Mode()&os.ModeSymlink != 0:
			target, err := os.Readlink(file)
			out[name] = "→" + target
			return err
		default:
			content, err := os.ReadFile(file)
			out[name] = string(content)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name, content := range want {
		if have, there := got[name]; !there || have != content {
			t.Errorf("%s: %s is %q, want %q", what, name, have, content)
		}
	}
	for name := range got {
		if _, wanted := want[name]; !wanted {
			t.Errorf("%s: %s is there and should not be", what, name)
		}
	}
}

func TestDestinationsAreThoseOfDockerCp(t *testing.T) {
	source := tree(t, map[string]string{"conf/a.txt": "a", "conf/sub/b.txt": "b", "conf/link": "→a.txt", "one.txt": "one"})
	cases := map[string]struct {
		source, base, destination string
		contents                  bool
		want                      map[string]string
		fails                     string
	}{
		"file into a directory":        {source: "one.txt", base: "one.txt", destination: "there", want: map[string]string{"there/": "", "there/old": "old", "there/one.txt": "one", "file": "f"}},
		"file under a new name":        {source: "one.txt", base: "one.txt", destination: "new.txt", want: map[string]string{"there/": "", "there/old": "old", "new.txt": "one", "file": "f"}},
		"file onto a file":             {source: "one.txt", base: "one.txt", destination: "file", want: map[string]string{"there/": "", "there/old": "old", "file": "one"}},
		"file into no directory":       {source: "one.txt", base: "one.txt", destination: "none/", fails: "there is no directory"},
		"file below no directory":      {source: "one.txt", base: "one.txt", destination: "none/new.txt", fails: "there is no directory"},
		"directory into a directory":   {source: "conf", base: "conf", destination: "there", want: map[string]string{"there/": "", "there/old": "old", "there/conf/": "", "there/conf/a.txt": "a", "there/conf/sub/": "", "there/conf/sub/b.txt": "b", "there/conf/link": "→a.txt", "file": "f"}},
		"directory under a new name":   {source: "conf", base: "conf", destination: "new", want: map[string]string{"there/": "", "there/old": "old", "new/": "", "new/a.txt": "a", "new/sub/": "", "new/sub/b.txt": "b", "new/link": "→a.txt", "file": "f"}},
		"directory onto a file":        {source: "conf", base: "conf", destination: "file", fails: "cannot be copied onto it"},
		"contents into a directory":    {source: "conf", contents: true, destination: "there", want: map[string]string{"there/": "", "there/old": "old", "there/a.txt": "a", "there/sub/": "", "there/sub/b.txt": "b", "there/link": "→a.txt", "file": "f"}},
		"contents under a new name":    {source: "conf", contents: true, destination: "new", want: map[string]string{"there/": "", "there/old": "old", "new/": "", "new/a.txt": "a", "new/sub/": "", "new/sub/b.txt": "b", "new/link": "→a.txt", "file": "f"}},
		"contents below no directory":  {source: "conf", contents: true, destination: "none/new", fails: "there is no directory"},
		"directory with an odd suffix": {source: "conf", base: "conf", destination: "new/", want: map[string]string{"there/": "", "there/old": "old", "new/": "", "new/a.txt": "a", "new/sub/": "", "new/sub/b.txt": "b", "new/link": "→a.txt", "file": "f"}},
	}
	for name, c := range cases {
		at := tree(t, map[string]string{"there/old": "old", "file": "f"})
		var stream bytes.Buffer
		if err := Pack(&stream, filepath.Join(source, c.source), c.base, PackOptions{}); err != nil {
			t.Fatal(err)
		}
		err := Unpack(&stream, at+"/"+c.destination, c.base, c.contents, false)
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s ends with %v, want %q", name, err, c.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, list(t, at), c.want)
	}
}

func TestModesAndTimesAreKeptAndOwnersAreNot(t *testing.T) {
	source := tree(t, map[string]string{"run.sh": "#!/bin/sh"})
	file := filepath.Join(source, "run.sh")
	then := time.Date(2020, 5, 6, 7, 8, 9, 0, time.UTC)
	if err := os.Chmod(file, 0o751); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, then, then); err != nil {
		t.Fatal(err)
	}
	var stream bytes.Buffer
	if err := Pack(&stream, file, "run.sh", PackOptions{}); err != nil {
		t.Fatal(err)
	}
	header, err := tar.NewReader(bytes.NewReader(stream.Bytes())).Next()
	if err != nil || header.Uid != 0 || header.Gid != 0 || header.Uname != "" {
		t.Errorf("the header is %+v, %v", header, err)
	}
	to := t.TempDir()
	if err := Unpack(&stream, to, "run.sh", false, false); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(to, "run.sh"))
	if err != nil || info.Mode().Perm() != 0o751 || !info.ModTime().Equal(then) {
		t.Errorf("the file has mode %v of %v, %v", info.Mode(), info.ModTime(), err)
	}
}

// TestNothingIsWrittenOutside: a stream comes from a container, which may be anybody's.
func TestNothingIsWrittenOutside(t *testing.T) {
	for name, headers := range map[string][]tar.Header{
		"parent":  {{Name: "conf/", Typeflag: tar.TypeDir, Mode: 0o755}, {Name: "conf/../../evil", Typeflag: tar.TypeReg, Size: 1}},
		"root":    {{Name: "conf/", Typeflag: tar.TypeDir, Mode: 0o755}, {Name: "/evil", Typeflag: tar.TypeReg, Size: 1}},
		"by link": {{Name: "conf", Typeflag: tar.TypeSymlink, Linkname: ".."}, {Name: "conf/evil", Typeflag: tar.TypeReg, Size: 1}},
	} {
		var stream bytes.Buffer
		w := tar.NewWriter(&stream)
		for i := range headers {
			if err := w.WriteHeader(&headers[i]); err != nil {
				t.Fatal(err)
			}
			if headers[i].Size > 0 {
				if _, err := w.Write([]byte("x")); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.Close()
		at := t.TempDir()
		to := filepath.Join(at, "in")
		if err := os.Mkdir(to, 0o755); err != nil {
			t.Fatal(err)
		}
		err := Unpack(&stream, to, "conf", false, false)
		if _, there := list(t, at)["evil"]; there {
			t.Errorf("%s: a file was written outside (%v)", name, err)
		}
	}
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	if err := Pack(&bytes.Buffer{}, "/dev/null", "null", PackOptions{}); err == nil || !strings.Contains(err.Error(), "cannot be copied") {
		t.Errorf("a device is packed: %v", err)
	}
	if err := Pack(&bytes.Buffer{}, filepath.Join(t.TempDir(), "none"), "none", PackOptions{}); err == nil {
		t.Error("a file that is not there is packed")
	}
}
