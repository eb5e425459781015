package images

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func spec() Spec {
	return Spec{
		Names: []string{"example.com/some/app:1", "nginx:2"},
		Files: map[string]File{
			"/etc/deep/file": {Mode: 0o640, UID: 1, GID: 2, Data: []byte("text")},
			"/bin/link":      {Link: "/etc/deep/file"},
			"/tmp":           {Mode: fs.ModeDir | fs.ModeSticky | 0o777},
		},
		Config: v1.Config{User: "1000", Entrypoint: []string{"/a"}},
	}
}

func TestBuildIsDeterministic(t *testing.T) {
	var digests []v1.Hash
	for range 2 {
		image, err := Build(spec())
		if err != nil {
			t.Fatal(err)
		}
		digest, err := image.Image.Digest()
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, digest)
	}
	if digests[0] != digests[1] {
		t.Errorf("two builds differ: %v", digests)
	}
}

func TestImageSurvivesItsArchive(t *testing.T) {
	built, err := Build(spec())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "images.tar")
	if err := Write(path, built); err != nil {
		t.Fatal(err)
	}
	read, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(read) != 1 {
		t.Fatalf("want one image under two names, got %d", len(read))
	}
	slices.Sort(read[0].Names)
	if !slices.Equal(read[0].Names, []string{"example.com/some/app:1", "nginx:2"}) {
		t.Errorf("names: %q", read[0].Names)
	}
	config, err := read[0].Image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if config.Config.User != "1000" || config.OS != "linux" {
		t.Errorf("configuration: %+v", config)
	}
	want := []string{
		"bin/ drwxr-xr-x 0:0", "bin/link Lrwxrwxrwx 0:0", "etc/ drwxr-xr-x 0:0", "etc/deep/ drwxr-xr-x 0:0",
		"etc/deep/file -rw-r----- 1:2 text", "tmp/ dtrwxrwxrwx 0:0",
	}
	if got := entries(t, read[0].Image); !slices.Equal(got, want) {
		t.Errorf("files: want %q, got %q", want, got)
	}
}

func entries(t *testing.T, image v1.Image) []string {
	t.Helper()
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	var out []string
	for files := tar.NewReader(content); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry(header, data))
	}
}

func entry(header *tar.Header, data []byte) string {
	text := fmt.Sprintf("%s %s %d:%d", header.Name, header.FileInfo().Mode(), header.Uid, header.Gid)
	if len(data) > 0 {
		text += " " + string(data)
	}
	return text
}
