package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestTheArchiveOfThisSystem builds it twice: the bytes are the same, and the sums are right.
func TestTheArchiveOfThisSystem(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program twice")
	}
	t.Chdir(filepath.Join("..", ".."))
	system := runtime.GOOS + "/" + runtime.GOARCH
	var first []byte
	for range 2 {
		r := release{out: t.TempDir(), version: "v1.2.3", commit: "abc", url: "https://example.com/dl", time: time.Unix(1700000000, 0).UTC()}
		if err := r.build(t.Context(), []string{system}); err != nil {
			t.Fatal(err)
		}
		names, err := filepath.Glob(filepath.Join(r.out, "transship_1.2.3_"+runtime.GOOS+"_"+runtime.GOARCH+".*"))
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		content, err := os.ReadFile(names[0])
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = content
			checkSums(t, r.out, filepath.Base(names[0]), content)
			continue
		}
		if !bytes.Equal(content, first) {
			t.Error("a second build gives other bytes")
		}
	}
}

func checkSums(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	sum := sha256.Sum256(content)
	for file, want := range map[string][]string{
		"checksums.txt": {hex.EncodeToString(sum[:]) + "  " + name + "\n"},
		"transship.rb":  {`version "1.2.3"`, "zsh_completion.install"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s lacks %q:\n%s", file, w, text)
			}
		}
	}
}

func TestArchivesHoldTheSameWhateverTheOrder(t *testing.T) {
	at := time.Unix(1700000000, 0).UTC()
	files := []file{{"transship", 0o755, []byte("program")}, {"LICENSE", 0o644, []byte("licence")}}
	turned := []file{files[1], files[0]}
	for name, pack := range map[string]func([]file, time.Time) ([]byte, error){"tar": packTar, "zip": packZip} {
		a, err := pack(files, at)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := pack(turned, at); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: another order gives other bytes (%v)", name, err)
		}
		if later, err := pack(files, at.Add(time.Hour)); err != nil || bytes.Equal(a, later) {
			t.Errorf("%s: the time is not in it (%v)", name, err)
		}
	}
	packed, _ := packTar(files, at)
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(unzipped)
	header, err := r.Next()
	if err != nil || header.Name != "LICENSE" {
		t.Fatal(header, err)
	}
	if header, err = r.Next(); err != nil || header.Name != "transship" || header.Mode != 0o755 {
		t.Fatal(header, err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != "program" {
		t.Error(string(text), err)
	}
	packed, _ = packZip(files, at)
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil || len(z.File) != 2 || z.File[1].Mode().Perm() != 0o755 {
		t.Error(err, z)
	}
}

func TestTheFormulaNamesTheArchiveOfEachSystem(t *testing.T) {
	r := release{version: "v2.0.0", url: "https://example.com/dl"}
	text := r.formula([]archive{
		{"darwin/arm64", "a.tar.gz", "11"}, {"darwin/amd64", "b.tar.gz", "22"}, {"linux/amd64", "c.tar.gz", "33"}, {"windows/amd64", "d.zip", "44"},
	})
	mac, linux, _ := strings.Cut(text, "on_linux")
	for part, want := range map[string]string{
		mac: "on_arm do\n      url \"https://example.com/dl/v2.0.0/a.tar.gz\"\n      sha256 \"11\"", linux: "on_intel do\n      url \"https://example.com/dl/v2.0.0/c.tar.gz\"",
	} {
		if !strings.Contains(part, want) {
			t.Errorf("%q is not in\n%s", want, part)
		}
	}
	if strings.Contains(text, "d.zip") {
		t.Error("Homebrew has no use for the archive of Windows")
	}
}
