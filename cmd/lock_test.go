package cmd

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// pushed puts an image of one layer into a registry. Entries are "dir/" or "file=content".
func pushed(t *testing.T, reference string, config v1.Config, uid int, entries ...string) {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, e := range entries {
		file, content, _ := strings.Cut(e, "=")
		h := &tar.Header{Name: file, Uid: uid, Gid: uid, Mode: 0o755, Size: int64(len(content)), Typeflag: tar.TypeReg}
		if strings.HasSuffix(file, "/") {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, content)
	}
	w.Close()
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: "amd64", Config: config})
	if err == nil {
		image, err = mutate.AppendLayers(image, layer)
	}
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(reference)
	if err == nil {
		err = remote.Write(ref, image)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// ran runs the program and returns its exit code, what it printed and what it said.
func ran(args ...string) (int, string, string) {
	var out, said bytes.Buffer
	code := Main(context.Background(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &said})
	return code, out.String(), said.String()
}

// The whole way: read images into the lock, convert with it when no registry is there any more, see that one has changed.
func TestLockEndToEnd(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	server := httptest.NewServer(ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0))))
	host := strings.TrimPrefix(server.URL, "http://")
	shop := v1.Config{User: "app", ExposedPorts: map[string]struct{}{"8080/tcp": {}}, Cmd: []string{"serve"}, Env: []string{"DB_PASSWORD=hunter2hunter2", "LANG=C"}}
	const users = "etc/passwd=root:x:0:0::/:\napp:x:4711:4712::/:\nwww:x:33:34::/:\n"
	pushed(t, host+"/shop:1", shop, 4711, users, "bin/sh=x", "data/", "data/x=1", "empty/")
	pushed(t, host+"/base:1", v1.Config{ExposedPorts: map[string]struct{}{"9000/tcp": {}}, User: "www"}, 0, users)
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	compose := filepath.Join(dir, "compose.yaml")
	lock := filepath.Join(dir, "transship.lock")
	write("compose.yaml", "services:\n  shop:\n    image: "+host+"/shop:1\n    restart: always\n    volumes: [data:/data, blank:/empty]\n"+
		"  named: {image: \""+host+"/shop:1\", restart: always, user: www}\n  built: {build: ., restart: always}\nvolumes: {data: {}, blank: {}}\n")
	write("Dockerfile", "FROM "+host+"/base:1\nCMD [\"x\"]\n")

	code, out, said := ran("-f", compose, "lock", "--from=registry", "-v")
	if code != 0 || out != "" || !strings.Contains(said, "transship.lock written: 2 images read") || !strings.Contains(said, "image-not-built") {
		t.Fatalf("exit %d, %s%s", code, out, said)
	}
	first, err := os.ReadFile(lock)
	if err != nil || strings.Contains(string(first), "hunter2") || !strings.Contains(string(first), `"secretEnv": [`) {
		t.Fatalf("%v\n%s", err, first)
	}
	if code, _, said := ran("-f", compose, "lock", "--from=registry", "--no-cache"); code != 0 || !strings.Contains(said, "unchanged") {
		t.Errorf("again: exit %d, %s", code, said)
	}
	if second, _ := os.ReadFile(lock); !bytes.Equal(first, second) {
		t.Errorf("two runs differ:\n%s\n%s", first, second)
	}
	if code, _, said := ran("-f", compose, "lock", "--check"); code != 0 {
		t.Errorf("check: exit %d, %s", code, said)
	}

	// The tag moves on.
	pushed(t, host+"/shop:1", shop, 0, users)
	code, _, said = ran("-f", compose, "lock", "--check")
	if code != exitFailed || !strings.Contains(said, "error[image-changed]") {
		t.Errorf("check: exit %d, %s", code, said)
	}
	if again, _ := os.ReadFile(lock); !bytes.Equal(first, again) {
		t.Error("--check has changed the lock")
	}

	// From here on, nobody answers.
	server.Close()
	code, first1, said := ran("-f", compose, "convert", "--locked", "-v")
	for _, want := range []string{"containerPort: 8080", "fsGroup: 4712", "seed-data", "runAsUser: 33", "containerPort: 9000"} {
		if !strings.Contains(first1, want) {
			t.Errorf("no %q in\n%s", want, first1)
		}
	}
	if code != 0 || strings.Contains(first1, "seed-blank") || strings.Contains(said, "copy-up-unknown") || !strings.Contains(said, "transship.lock, sha256:") {
		t.Errorf("exit %d\n%s\n%s", code, said, first1)
	}
	if _, second1, _ := ran("-f", compose, "convert", "--locked"); second1 != first1 {
		t.Error("two conversions differ")
	}
	if _, pinned, _ := ran("-f", compose, "convert", "--pin-digests"); !strings.Contains(pinned, "image: "+host+"/shop:1@sha256:") {
		t.Errorf("not pinned:\n%s", pinned)
	}
	code, _, said = ran("-f", compose, "lock", "--from=registry", "--no-cache")
	if code != exitFailed || strings.Count(said, "error[registry-unreachable]") != 1 {
		t.Errorf("without the registry: exit %d, %s", code, said)
	}
	if again, _ := os.ReadFile(lock); !bytes.Equal(first, again) {
		t.Error("what could not be read anew is lost")
	}
	write("compose.yaml", "services: {new: {image: \"other:1\"}}\n")
	if code, _, said := ran("-f", compose, "convert", "--locked"); code != exitFailed || !strings.Contains(said, "error[lock-incomplete]") {
		t.Errorf("another project: exit %d, %s", code, said)
	}
}

func TestLockKeepsForeignFiles(t *testing.T) {
	dir := t.TempDir()
	compose := filepath.Join(dir, "compose.yaml")
	for file, text := range map[string]string{"compose.yaml": "services: {a: {image: \"127.0.0.1:1/a\"}}\n", "transship.lock": "mine\n"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	code, _, said := ran("-f", compose, "lock", "--from=registry")
	if text, _ := os.ReadFile(filepath.Join(dir, "transship.lock")); code != exitFailed || string(text) != "mine\n" {
		t.Errorf("exit %d, %q\n%s", code, text, said)
	}
	if !strings.Contains(said, "was not written by transship lock") { // said before a registry is asked
		t.Errorf("it says %s", said)
	}
	newer := "{\n  \"lockfileVersion\": 2,\n  \"generatedBy\": \"transship lock\",\n  \"images\": []\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "transship.lock"), []byte(newer), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, said = ran("-f", compose, "lock", "--from=registry")
	if text, _ := os.ReadFile(filepath.Join(dir, "transship.lock")); code != exitFailed || string(text) != newer || !strings.Contains(said, "update transship") {
		t.Errorf("exit %d, %q\n%s", code, text, said)
	}
	if code, _, said := ran("-f", compose, "convert"); code != exitFailed || !strings.Contains(said, "transship.lock:2:") || !strings.Contains(said, "update transship") {
		t.Errorf("exit %d, %s", code, said)
	}
	if code, _, said := ran("-f", compose, "lock", "--check"); code != exitFailed || !strings.Contains(said, "transship.lock:2:") || !strings.Contains(said, "error[lock-file]") {
		t.Errorf("exit %d, %s", code, said)
	}
	if code, _, said := ran("-f", compose, "convert"); code != exitFailed || !strings.Contains(said, "error[lock-file]") {
		t.Errorf("exit %d, %s", code, said)
	}
	if code, _, said := ran("-f", compose, "lock", "nobody"); code != exitUsage || !strings.Contains(said, `no enabled service "nobody"`) {
		t.Errorf("exit %d, %s", code, said)
	}
}
