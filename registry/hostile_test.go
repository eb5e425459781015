package registry

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// liar is a registry that says whatever a test has put into it: it checks nothing.
type liar struct {
	*httptest.Server
	host      string
	manifests map[string]said // by tag or digest
	blobs     map[string][]byte
	before    func(http.ResponseWriter, *http.Request) bool
}

type said struct{ mediaType, text string }

const (
	imageType = "application/vnd.oci.image.manifest.v1+json"
	indexType = "application/vnd.oci.image.index.v1+json"
	layerType = "application/vnd.oci.image.layer.v1.tar+gzip"
)

func newLiar(t testing.TB) *liar {
	t.Helper()
	l := &liar{manifests: map[string]said{}, blobs: map[string][]byte{}}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		switch {
		case l.before != nil && l.before(w, r):
		case r.URL.Path == "/v2/":
		case strings.Contains(r.URL.Path, "/manifests/"):
			m, known := l.manifests[last]
			if !known {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", m.mediaType)
			_, _ = io.WriteString(w, m.text)
		default:
			blob, known := l.blobs[last]
			if !known {
				http.NotFound(w, r)
				return
			}
			_, _ = w.Write(blob)
		}
	}))
	t.Cleanup(func() {
		l.CloseClientConnections()
		l.Close()
	})
	l.host = strings.TrimPrefix(l.URL, "http://")
	return l
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (l *liar) blob(data []byte) string {
	digest := digestOf(data)
	l.blobs[digest] = data
	return digest
}

// manifest is that of an image with one layer, as JSON that a test may still change.
func (l *liar) manifest(layer []byte) map[string]any {
	config := []byte(`{"architecture":"amd64","os":"linux","config":{"User":"app"},"rootfs":{"type":"layers","diff_ids":[]}}`)
	return map[string]any{
		"schemaVersion": 2, "mediaType": imageType,
		"config": map[string]any{"mediaType": "application/vnd.oci.image.config.v1+json", "digest": l.blob(config), "size": len(config)},
		"layers": []any{map[string]any{"mediaType": layerType, "digest": l.blob(layer), "size": len(layer)}},
	}
}

func (l *liar) offers(t testing.TB, tag, mediaType string, manifest any) string {
	t.Helper()
	text, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	l.manifests[tag] = said{mediaType, string(text)}
	l.manifests[digestOf(text)] = said{mediaType, string(text)}
	return l.host + "/lie:" + tag
}

func packed(t testing.TB, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(plain)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// noise is bytes that compress badly, the same each time.
func noise(n int) []byte {
	out := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(out)
	return out
}

func tarOf(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range headers {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What contradicts itself is refused with one code and one clear sentence, and nothing of it is believed.
func TestManifestsThatLie(t *testing.T) {
	data := packed(t, tarOf(t, tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755}))
	for name, c := range map[string]struct {
		code, says string
		lie        func(*liar, map[string]any) (mediaType string, manifest any)
	}{
		"the truth": {"", "", func(_ *liar, m map[string]any) (string, any) { return imageType, m }},
		"a page of a portal": {"image-invalid", "invalid character '<'", func(l *liar, _ map[string]any) (string, any) {
			l.before = func(w http.ResponseWriter, r *http.Request) bool {
				if strings.Contains(r.URL.Path, "/manifests/") {
					w.Header().Set("Content-Type", "text/html")
					_, _ = io.WriteString(w, "<html>log in</html>")
					return true
				}
				return false
			}
			return "", nil
		}},
		"schema 1": {"image-invalid", "Docker before 1.10", func(*liar, map[string]any) (string, any) {
			return "application/vnd.docker.distribution.manifest.v1+prettyjws", map[string]any{"schemaVersion": 1, "name": "lie"}
		}},
		"a layer smaller than said": {"image-invalid", "size", func(_ *liar, m map[string]any) (string, any) {
			m["layers"].([]any)[0].(map[string]any)["size"] = len(data) + 1
			return imageType, m
		}},
		"a layer larger than said": {"image-invalid", "size", func(_ *liar, m map[string]any) (string, any) {
			m["layers"].([]any)[0].(map[string]any)["size"] = len(data) - 1
			return imageType, m
		}},
		"a size below nothing": {"image-invalid", "size -1", func(_ *liar, m map[string]any) (string, any) {
			m["layers"].([]any)[0].(map[string]any)["size"] = -1
			return imageType, m
		}},
		"a layer that is not there": {"image-invalid", "lacks a part", func(l *liar, m map[string]any) (string, any) {
			delete(l.blobs, digestOf(data))
			return imageType, m
		}},
		"a configuration that is not there": {"image-invalid", "lacks a part", func(_ *liar, m map[string]any) (string, any) {
			m["config"].(map[string]any)["digest"] = digestOf([]byte("x"))
			return imageType, m
		}},
		"a configuration of gigabytes": {"image-invalid", "bytes", func(_ *liar, m map[string]any) (string, any) {
			m["config"].(map[string]any)["size"] = int64(3) << 30
			return imageType, m
		}},
		"a configuration that is a list": {"image-invalid", "no JSON", func(l *liar, m map[string]any) (string, any) {
			m["config"] = map[string]any{"mediaType": "x", "digest": l.blob([]byte("[1]")), "size": 3}
			return imageType, m
		}},
		"a digest of another kind": {"image-invalid", "", func(_ *liar, m map[string]any) (string, any) {
			m["layers"].([]any)[0].(map[string]any)["digest"] = "md5:d41d8cd98f00b204e9800998ecf8427e"
			return imageType, m
		}},
		"a digest that is a path": {"image-invalid", "", func(_ *liar, m map[string]any) (string, any) {
			m["layers"].([]any)[0].(map[string]any)["digest"] = "sha256:../../../etc/passwd"
			return imageType, m
		}},
		"layers without end": {"image-invalid", "5000 layers", func(_ *liar, m map[string]any) (string, any) {
			for range 4999 {
				m["layers"] = append(m["layers"].([]any), m["layers"].([]any)[0])
			}
			return imageType, m
		}},
		"an index without images": {"image-platform", "there is none for linux/amd64", func(*liar, map[string]any) (string, any) {
			return indexType, map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": []any{}}
		}},
		"an index that leads to an index": {"image-platform", "there is none for linux/amd64", func(l *liar, _ map[string]any) (string, any) {
			inner := map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": []any{}}
			text, _ := json.Marshal(inner)
			l.manifests[digestOf(text)] = said{indexType, string(text)}
			return indexType, map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": []any{map[string]any{
				"mediaType": indexType, "digest": digestOf(text), "size": len(text), "platform": map[string]any{"os": "linux", "architecture": "amd64"},
			}}}
		}},
		"an index that calls an index an image": {"image-invalid", "", func(l *liar, _ map[string]any) (string, any) {
			inner := map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": []any{}}
			text, _ := json.Marshal(inner)
			l.manifests[digestOf(text)] = said{indexType, string(text)}
			return indexType, map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": []any{map[string]any{
				"mediaType": imageType, "digest": digestOf(text), "size": len(text), "platform": map[string]any{"os": "linux", "architecture": "amd64"},
			}}}
		}},
		"an index that answers for its images itself": {"image-invalid", "", func(l *liar, _ map[string]any) (string, any) {
			index := map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": []any{map[string]any{
				"mediaType": imageType, "digest": digestOf([]byte("itself")), "size": 10, "platform": map[string]any{"os": "linux", "architecture": "amd64"},
			}}}
			text, _ := json.Marshal(index)
			l.manifests[digestOf([]byte("itself"))] = said{indexType, string(text)}
			return indexType, index
		}},
		"a manifest without end": {"image-invalid", "", func(l *liar, _ map[string]any) (string, any) {
			l.before = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.Path, "/manifests/") {
					return false
				}
				w.Header().Set("Content-Type", imageType)
				_, err := io.WriteString(w, `{"schemaVersion":2,"x":"`)
				for block := bytes.Repeat([]byte("x"), 1<<20); err == nil && r.Context().Err() == nil; {
					_, err = w.Write(block)
				}
				return true
			}
			return "", nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLiar(t)
			mediaType, manifest := c.lie(l, l.manifest(data))
			q := request(l.offers(t, "1", mediaType, manifest), "/data")
			r := reader(t, nil)
			if c.code == "" {
				if got := readOne(t, r, q); !got.Paths["/data"].Directory {
					t.Errorf("%s", text(t, got))
				}
				return
			}
			if failed := fails(t, r, q, c.code); !strings.Contains(failed.Cause.Error(), c.says) {
				t.Errorf("it says %q, want %q in it", failed.Cause, c.says)
			}
		})
	}
}

// What lies in a layer is told as it is, whatever somebody would make of it when unpacking.
func TestLayersWithOddEntries(t *testing.T) {
	l := newLiar(t)
	long := tar.Header{Name: strings.Repeat("a/", 30000) + "b", Typeflag: tar.TypeReg}
	fails(t, reader(t, nil), request(l.offers(t, "1", imageType, l.manifest(packed(t, tarOf(t, long)))), "/data"), "image-invalid")
	for name, c := range map[string]struct {
		entries []tar.Header
		want    string
	}{
		"a loop of links":            {[]tar.Header{{Name: "data", Typeflag: tar.TypeSymlink, Linkname: "b"}, {Name: "b", Typeflag: tar.TypeSymlink, Linkname: "data"}}, `{"exists":false}`},
		"a link to itself":           {[]tar.Header{{Name: "data", Typeflag: tar.TypeSymlink, Linkname: "data"}}, `{"exists":false}`},
		"a link out of the image":    {[]tar.Header{{Name: "data", Typeflag: tar.TypeSymlink, Linkname: "../../../../srv"}, {Name: "srv/", Typeflag: tar.TypeDir, Mode: 0o700, Uid: 7, Gid: 7}}, `{"exists":true,"directory":true,"uid":7,"gid":7,"mode":"0700"}`},
		"a hard link out":            {[]tar.Header{{Name: "data", Typeflag: tar.TypeLink, Linkname: "../../etc/shadow", Mode: 0o644}}, `{"exists":true,"uid":0,"gid":0,"mode":"06`},
		"a device":                   {[]tar.Header{{Name: "data", Typeflag: tar.TypeBlock, Devmajor: 8, Mode: 0o666}}, `{"exists":true,"uid":0,"gid":0,"mode":"06`},
		"a pipe":                     {[]tar.Header{{Name: "data", Typeflag: tar.TypeFifo, Mode: 0o666}}, `{"exists":true,"uid":0,"gid":0,"mode":"06`},
		"the users are a device":     {[]tar.Header{{Name: "etc/passwd", Typeflag: tar.TypeChar, Mode: 0o666}}, `{"exists":false}`},
		"the users are a hard link":  {[]tar.Header{{Name: "etc/passwd", Typeflag: tar.TypeLink, Linkname: "etc/other"}}, `{"exists":false}`},
		"a name of four kilobytes":   {[]tar.Header{{Name: strings.Repeat("a/", 2000) + "b", Typeflag: tar.TypeReg}}, `{"exists":false}`},
		"a file below a file":        {[]tar.Header{{Name: "data", Typeflag: tar.TypeReg}, {Name: "data/below", Typeflag: tar.TypeReg}}, `"exists":true`},
		"an owner beyond all bounds": {[]tar.Header{{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755, Uid: 1 << 40}}, `"exists":true`},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLiar(t)
			reference := l.offers(t, "1", imageType, l.manifest(packed(t, tarOf(t, c.entries...))))
			if got := readOne(t, reader(t, nil), request(reference, "/data")); !strings.Contains(text(t, got.Paths["/data"]), c.want) {
				t.Errorf("/data is %s, want %s", text(t, got.Paths["/data"]), c.want)
			}
		})
	}
}

// Layers may be packed in every form that there is; what unpacks to more than it should stops in bounded memory.
func TestFormsOfLayers(t *testing.T) {
	plain := tarOf(t, tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o750, Uid: 3, Gid: 4})
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	half := len(plain) / 2
	for name, layer := range map[string][]byte{
		"plain": plain, "gzip": packed(t, plain), "gzip in two parts": append(packed(t, plain[:half]), packed(t, plain[half:])...),
		"zstd": encoder.EncodeAll(plain, nil), "zstd in two parts": append(encoder.EncodeAll(plain[:half], nil), encoder.EncodeAll(plain[half:], nil)...),
	} {
		l := newLiar(t)
		if got := readOne(t, reader(t, nil), request(l.offers(t, "1", imageType, l.manifest(layer)), "/data")); *got.Paths["/data"].UID != 3 {
			t.Errorf("%s: %s", name, text(t, got))
		}
	}
	for name, layer := range map[string][]byte{
		"cut off": packed(t, plain)[:40], "gzip and more": append(packed(t, plain), "more"...), "no layer": []byte("#!/bin/sh\n"), "empty": {},
		// A frame that asks for a window of 2 GiB.
		"zstd with a window": {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x03, 0x00, 0x10, 0x00, 0x00},
	} {
		l := newLiar(t)
		if name == "empty" {
			continue // an empty layer is one without files
		}
		result := reader(t, nil).Read(context.Background(), []Request{request(l.offers(t, "1", imageType, l.manifest(layer)), "/data")}, nil)[0]
		if result.Err == nil || result.Err.Code != "image-invalid" && result.Err.Code != "registry-unreachable" {
			t.Errorf("%s: %v %s", name, result.Err, text(t, result.Image))
		}
	}
}

func TestZstdBomb(t *testing.T) {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, zstd.WithWindowSize(zstd.MaxWindowSize))
	if err == nil {
		err = writeZeros(w, 700<<20)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	l := newLiar(t)
	reference := l.offers(t, "1", imageType, l.manifest(out.Bytes()))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	result := reader(t, nil).Read(context.Background(), []Request{request(reference, "/data")}, nil)[0]
	runtime.ReadMemStats(&after)
	if result.Err == nil && result.Image.FilesUnknown == "" {
		t.Errorf("it was read: %s", text(t, result.Image))
	}
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 200<<20 {
		t.Errorf("the heap has grown by %d MiB", grown>>20)
	}
}
