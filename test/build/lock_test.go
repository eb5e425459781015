package build_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// mostMemory is what a lock may need at its peak, in bytes, whatever the images are like.
const mostMemory = 256 << 20

// onlyFiles makes a project of files in an empty directory, and gives its user a cache of her own.
func onlyFiles(t *testing.T, files map[string]string) *project {
	t.Helper()
	p := &project{T: t, dir: t.TempDir()}
	p.env = []string{"HOME=" + t.TempDir(), "XDG_CACHE_HOME=" + t.TempDir(), "DOCKER_CONFIG=" + t.TempDir(), "PATH=/nowhere"}
	for name, content := range files {
		p.write(name, content)
	}
	return p
}

// TestLockOfTenImages measures a lock of ten images of 20 MB on one base of 30 MB, 5000 files in each layer, in a registry
// that stores them on disk.
func TestLockOfTenImages(t *testing.T) {
	p := onlyFiles(t, nil)
	registry := p.registry(false)
	var compose strings.Builder
	compose.WriteString("name: ten\nservices:\n")
	random := rand.NewChaCha8([32]byte{})
	base := filled(t, random, "usr/lib", 5000, 6000, "root:x:0:0::/:\napp:x:5000:5000::/:\n")
	for i := range 10 {
		image, err := mutate.AppendLayers(empty.Image, base, filled(t, random, "srv", 5000, 4000, ""))
		if err != nil {
			t.Fatal(err)
		}
		config := &v1.ConfigFile{OS: "linux", Architecture: "amd64", Config: v1.Config{User: "app"}}
		file, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		config.RootFS = file.RootFS
		if image, err = mutate.ConfigFile(image, config); err != nil {
			t.Fatal(err)
		}
		reference := fmt.Sprintf("%s/ten/image%d:1", registry, i)
		ref, err := name.ParseReference(reference)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, image); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&compose, "  s%d: {image: %q, volumes: ['/srv', '/data%d']}\n", i, reference, i)
	}
	p.write("compose.yaml", compose.String())
	lock := func(what string) []byte {
		began := time.Now()
		r := p.run(0, "lock")
		t.Logf("%s: %s, %d MiB at the peak: %s", what, time.Since(began).Round(time.Millisecond), r.peak>>20, r.err[strings.LastIndex(strings.TrimSpace(r.err), "\n")+1:])
		if r.peak > mostMemory {
			t.Errorf("a lock takes %d MiB", r.peak>>20)
		}
		text, err := os.ReadFile(filepath.Join(p.dir, "transship.lock"))
		if err != nil || strings.Count(string(text), `"uid": 5000`) < 10 {
			t.Fatalf("%v\n%s", err, text)
		}
		return text
	}
	first := lock("cold")
	if second := lock("warm"); !bytes.Equal(first, second) {
		t.Error("two runs give other bytes")
	}
	p.says(p.run(0, "lock", "--check"), "10 images compared")

	// The same with a registry that takes 30 ms to answer, such as one on another continent.
	to := &url.URL{Scheme: "http", Host: registry}
	proxy := httputil.NewSingleHostReverseProxy(to)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(30 * time.Millisecond)
		proxy.ServeHTTP(w, r)
	}))
	defer slow.Close()
	p.write("compose.yaml", strings.ReplaceAll(compose.String(), registry, strings.TrimPrefix(slow.URL, "http://")))
	p.env = append(p.env, "XDG_CACHE_HOME="+t.TempDir())
	lock("cold, 30 ms for each answer")
	lock("warm, 30 ms for each answer")
}

// filled is a layer of files that compress badly.
func filled(t *testing.T, random *rand.ChaCha8, prefix string, files, size int, passwd string) v1.Layer {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	add := func(h tar.Header, content []byte) {
		h.Size = int64(len(content))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	add(tar.Header{Name: prefix + "/", Typeflag: tar.TypeDir, Mode: 0o755, Uid: 5000, Gid: 5000}, nil)
	content := make([]byte, size)
	for i := range files {
		_, _ = random.Read(content)
		add(tar.Header{Name: fmt.Sprintf("%s/%d/f%d", prefix, i%50, i), Typeflag: tar.TypeReg, Mode: 0o644}, content)
	}
	if passwd != "" {
		add(tar.Header{Name: "etc/passwd", Typeflag: tar.TypeReg, Mode: 0o644}, []byte(passwd))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A layer of 50 GiB with holes stops at the limit, in bounded memory; a layer that never comes is left at Ctrl-C, at
// once. What was locked before stays.
func TestLockOfHugeLayers(t *testing.T) {
	var zeros, head bytes.Buffer
	unzeros := gzip.NewWriter(&zeros)
	if _, err := io.CopyN(unzeros, nothing{}, 64<<20); err != nil {
		t.Fatal(err)
	}
	_ = unzeros.Close()
	unhead := gzip.NewWriter(&head)
	if err := tar.NewWriter(unhead).WriteHeader(&tar.Header{Name: "var/log/lastlog", Typeflag: tar.TypeReg, Mode: 0o644, Size: 50 << 30}); err != nil {
		t.Fatal(err)
	}
	_ = unhead.Close()
	const times = 50 << 30 / (64 << 20)
	sum := sha256.New()
	write := func(w io.Writer) {
		_, err := w.Write(head.Bytes())
		for range times {
			if err == nil {
				_, err = w.Write(zeros.Bytes())
			}
		}
	}
	write(sum)
	layer, size := "sha256:"+hex.EncodeToString(sum.Sum(nil)), head.Len()+times*zeros.Len()
	config := []byte(`{"architecture":"amd64","os":"linux","config":{"User":"7","ExposedPorts":{"80/tcp":{}}}}`)
	configSum := sha256.Sum256(config)
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%x","size":%d},`+
		`"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":%q,"size":%d}]}`, configSum, len(config), layer, size)
	asked := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/manifests/stuck"):
			asked <- struct{}{}
			<-r.Context().Done()
		case strings.Contains(r.URL.Path, "/manifests/"):
			w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
			_, _ = io.WriteString(w, manifest)
		case strings.HasSuffix(r.URL.Path, layer):
			write(w)
		case strings.Contains(r.URL.Path, "/blobs/"):
			_, _ = w.Write(config)
		}
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	host := strings.TrimPrefix(server.URL, "http://")
	p := onlyFiles(t, map[string]string{"compose.yaml": "name: huge\nservices: {big: {image: '" + host + "/big:1', volumes: ['/data']}}\n"})
	began := time.Now()
	r := p.run(0, "lock")
	t.Logf("50 GiB: %s, %d MiB at the peak", time.Since(began).Round(time.Millisecond), r.peak>>20)
	p.says(r, "warning[image-too-large] services.big.image", "a layer is more than 50 times as large as it is compressed")
	if r.peak > mostMemory {
		t.Errorf("it takes %d MiB", r.peak>>20)
	}
	locked, err := os.ReadFile(filepath.Join(p.dir, "transship.lock"))
	if err != nil || !strings.Contains(string(locked), "80/tcp") {
		t.Fatalf("what is known all the same is not locked: %v\n%s", err, locked)
	}

	p.write("compose.yaml", "name: huge\nservices: {big: {image: '"+host+"/big:stuck', volumes: ['/data']}}\n")
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	var pressed time.Time
	go func() {
		<-asked
		pressed = time.Now()
		interrupt()
	}()
	r = p.ctxRun(ctx, "lock")
	if took := time.Since(pressed); r.code != 130 || took > 20*time.Second { // a second, on a machine that does nothing else
		t.Errorf("it ended with %d, %s after Ctrl-C: %s", r.code, took, r.err)
	}
	if after, err := os.ReadFile(filepath.Join(p.dir, "transship.lock")); err != nil || !bytes.Equal(after, locked) {
		t.Errorf("an interrupted lock changes the file: %v", err)
	}
}

type nothing struct{}

func (nothing) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
