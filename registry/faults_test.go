package registry

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
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

// fails reads a reference that cannot be read and returns why.
func fails(t testing.TB, r *Reader, q Request, code string) *Error {
	t.Helper()
	result := r.Read(context.Background(), []Request{q}, nil)[0]
	if result.Err == nil {
		t.Fatalf("%s was read: %s", q.Reference, text(t, result.Image))
	}
	if result.Err.Code != code || result.Err.Reference != q.Reference {
		t.Fatalf("[%s] %s: %v, want %s", result.Err.Code, result.Err.Reference, result.Err.Cause, code)
	}
	return result.Err
}

func TestRegistriesThatFail(t *testing.T) {
	stuck := make(chan struct{})
	defer close(stuck)
	for _, c := range []struct {
		name, code, says string
		before           func(http.ResponseWriter, *http.Request) bool
	}{
		{"credentials are asked for", "registry-auth", "UNAUTHORIZED", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`)
				return true
			}
			return false
		}},
		{"access is denied", "registry-auth", "DENIED", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/") {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `{"errors":[{"code":"DENIED","message":"no"}]}`)
				return true
			}
			return false
		}},
		{"it is broken", "registry-unreachable", "500", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				w.WriteHeader(http.StatusInternalServerError)
				return true
			}
			return false
		}},
		{"too many requests", "registry-unreachable", "TOOMANYREQUESTS", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/") {
				w.WriteHeader(http.StatusTooManyRequests)
				_, _ = io.WriteString(w, `{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}`)
				return true
			}
			return false
		}},
		{"it never answers", "registry-unreachable", "no answer within", func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				select {
				case <-stuck:
				case <-r.Context().Done():
				}
				return true
			}
			return false
		}},
		{"a layer never ends", "registry-unreachable", "took longer", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet && isLayer(r) {
				_, _ = w.Write([]byte{0x1f, 0x8b})
				w.(http.Flusher).Flush()
				select {
				case <-stuck:
				case <-r.Context().Done():
				}
				return true
			}
			return false
		}},
		{"a layer breaks off", "registry-unreachable", "EOF", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet && isLayer(r) {
				_, _ = w.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255})
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
			return false
		}},
		{"a layer is another one", "image-invalid", "", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet && isLayer(r) {
				other, _ := layerOf(t, file{name: "evil"}).Compressed()
				_, _ = io.Copy(w, other)
				return true
			}
			return false
		}},
		{"the configuration is another one", "image-invalid", "", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") && !isLayer(r) {
				_, _ = io.WriteString(w, `{"architecture":"amd64","os":"linux","config":{"User":"0"}}`)
				return true
			}
			return false
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, nil)
			image := imageOf(t, v1.Config{User: "app"}, layerOf(t, file{name: "data/"}))
			layers, _ := image.Layers()
			digest, _ := layers[0].Digest()
			theLayer = digest.String()
			s.push(t, "x:1", image)
			broken := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
				if c.before(w, r) {
					return true
				}
				proxy(t, s, w, r)
				return true
			})
			cache := filepath.Join(t.TempDir(), "cache")
			start := time.Now()
			failed := fails(t, reader(t, func(o *Options) {
				o.CacheDir = cache
				if c.says == "no answer within" || c.says == "took longer" { // the others answer, however late
					o.Timeout, o.ConnectTimeout = 2*time.Second, 500*time.Millisecond
				}
			}), request(broken.host+"/x:1", "/data"), c.code)
			if !strings.Contains(failed.Cause.Error(), c.says) {
				t.Errorf("it says %q, want %q in it", failed.Cause, c.says)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %s", took)
			}
			// What was wrong is not in the cache: the same image is read right afterwards.
			good := readOne(t, reader(t, func(o *Options) { o.CacheDir = cache }), request(s.host+"/x:1", "/data"))
			if !good.Paths["/data"].Directory || good.User != "app" {
				t.Errorf("afterwards: %s", text(t, good))
			}
		})
	}
}

var theLayer string

func isLayer(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/blobs/"+theLayer) }

// proxy answers from another server.
func proxy(t testing.TB, to *server, w http.ResponseWriter, r *http.Request) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, to.URL+r.URL.Path, nil)
	if err != nil {
		t.Error(err)
		return
	}
	answer, err := http.DefaultClient.Do(out)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	l.Close()
	if failed := fails(t, reader(t, nil), request(host+"/x"), "registry-unreachable"); !strings.Contains(failed.Cause.Error(), "refused") || failed.Host != host {
		t.Errorf("%s: %v", failed.Host, failed.Cause)
	}
}

// A registry that does not answer is asked once, however many images it should have.
func TestOneQuestionToARegistryThatIsDown(t *testing.T) {
	asked := make(chan string, 100)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
		asked <- r.URL.Path
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	var requests []Request
	for _, tag := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		requests = append(requests, request(s.host+"/"+tag))
	}
	for _, result := range reader(t, nil).Read(context.Background(), requests, nil) {
		if result.Err == nil || result.Err.Code != "registry-unreachable" {
			t.Errorf("%v", result.Err)
		}
	}
	if n := len(asked); n > 3 { // a question that fails is asked again, twice
		t.Errorf("it was asked %d times", n)
	}
}

func TestNoSuchImage(t *testing.T) {
	s := serve(t, nil)
	s.push(t, "x:1", imageOf(t, v1.Config{}))
	fails(t, reader(t, nil), request(s.host+"/x:2"), "image-not-found")
	fails(t, reader(t, nil), request(s.host+"/y"), "image-not-found")
	fails(t, reader(t, nil), request("UPPER/Case:x y"), "image-not-found")
}

func TestPlatforms(t *testing.T) {
	s := serve(t, nil)
	var index v1.ImageIndex = empty.Index
	for _, p := range []v1.Platform{
		{OS: "linux", Architecture: "amd64"}, {OS: "linux", Architecture: "arm64", Variant: "v8"}, {OS: "linux", Architecture: "arm", Variant: "v7"}, {OS: "unknown", Architecture: "unknown"},
	} {
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: imageFor(t, p, v1.Config{User: p.Architecture}), Descriptor: v1.Descriptor{Platform: &p},
		})
	}
	ref, err := name.ParseReference(s.host + "/multi:1")
	if err == nil {
		err = remote.WriteIndex(ref, index)
	}
	if err != nil {
		t.Fatal(err)
	}
	digest, _ := index.Digest()
	for platform, user := range map[string]string{"linux/amd64": "amd64", "linux/arm64": "arm64", "linux/arm64/v8": "arm64", "linux/arm/v7": "arm", "linux/arm": "arm"} {
		q := request(ref.String())
		q.Platform = platform
		got := readOne(t, reader(t, nil), q)
		if got.User != user || got.Digest != digest.String() || text(t, got.Platforms) != `["linux/amd64","linux/arm/v7","linux/arm64/v8"]` {
			t.Errorf("%s: %s", platform, text(t, got))
		}
	}
	q := request(ref.String())
	q.Platform = "linux/s390x"
	if failed := fails(t, reader(t, nil), q, "image-platform"); text(t, failed.Offers) != `["linux/amd64","linux/arm/v7","linux/arm64/v8"]` {
		t.Errorf("offers %v", failed.Offers)
	}
	single := s.push(t, "single:1", imageFor(t, v1.Platform{OS: "linux", Architecture: "arm64"}, v1.Config{}))
	fails(t, reader(t, nil), request(single), "image-platform")
}

func TestLayersThatNobodyShouldUnpack(t *testing.T) {
	s := serve(t, nil)
	for name, l := range map[string]v1.Layer{
		"out":      layerOf(t, file{name: "../../etc/passwd", content: "root::0:0::/:\n"}),
		"inside":   layerOf(t, file{name: "a/../../b"}),
		"whiteout": layerOf(t, file{name: "a/.wh..."}),
	} {
		reference := s.push(t, name+":1", imageOf(t, v1.Config{}, base(t), l))
		if failed := fails(t, reader(t, nil), request(reference, "/data"), "image-invalid"); !errors.Is(failed, errUnsafe) {
			t.Errorf("%s: %v", name, failed)
		}
	}
	// An absolute name means the same below the root of the image.
	reference := s.push(t, "absolute:1", imageOf(t, v1.Config{}, layerOf(t, file{name: "/data/", uid: 8})))
	if got := readOne(t, reader(t, nil), request(reference, "/data")); *got.Paths["/data"].UID != 8 {
		t.Errorf("%s", text(t, got))
	}
}

// zeros is a layer with one file of n zeros: it compresses to a thousandth.
func zeros(t testing.TB, n int64) v1.Layer {
	t.Helper()
	file := filepath.Join(t.TempDir(), "layer.tar")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeZeros(f, n); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestHugeLayers(t *testing.T) {
	s := serve(t, nil)
	large := s.push(t, "large:1", imageOf(t, v1.Config{User: "7"}, layerOf(t, file{name: "data/"})))
	got := readOne(t, reader(t, func(o *Options) { o.MaxBytes = 10 }), request(large, "/data"))
	if got.FilesUnknown == "" || got.User != "7" || got.Paths != nil || got.UID != nil {
		t.Errorf("above the limit: %s", text(t, got))
	}
	bomb := s.push(t, "bomb:1", imageOf(t, v1.Config{}, zeros(t, 600<<20)))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if got := readOne(t, reader(t, nil), request(bomb, "/data")); !strings.Contains(got.FilesUnknown, "50 times") || got.Paths != nil {
		t.Errorf("a layer of zeros: %s", text(t, got))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 64<<20 {
		t.Errorf("the heap has grown by %d MiB", grown>>20)
	}
}

func TestCancelled(t *testing.T) {
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	})
	ctx, stop := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer stop()
	start := time.Now()
	if result := reader(t, nil).Read(ctx, []Request{request(s.host + "/x")}, nil)[0]; result.Err == nil {
		t.Error("it was read")
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}

// Layers that images share are read once, and none when the cache knows them.
func TestCache(t *testing.T) {
	reads := make(chan string, 1000)
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") {
			reads <- r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		}
		return false
	})
	shared := base(t)
	var requests []Request
	for _, n := range []string{"a", "b", "c", "d"} {
		requests = append(requests, request(s.push(t, n+":1", imageOf(t, v1.Config{User: "app"}, shared, layerOf(t, file{name: n}))), "/data"))
	}
	counted := func() map[string]int {
		out := map[string]int{}
		for len(reads) > 0 {
			out[<-reads]++
		}
		return out
	}
	r := reader(t, nil)
	first := r.Read(context.Background(), requests, nil)
	digest, _ := shared.Digest()
	if n := counted()[digest.String()]; n != 1 {
		t.Errorf("the shared layer was read %d times", n)
	}
	second := r.Read(context.Background(), requests, nil)
	if again := counted(); len(again) > 0 {
		t.Errorf("read again: %v", again)
	}
	for i := range first {
		if first[i].Err != nil || text(t, first[i].Image) != text(t, second[i].Image) || *first[i].Image.UID != 5000 {
			t.Errorf("first %s, then %s", text(t, first[i]), text(t, second[i]))
		}
	}
	for i := range requests {
		requests[i].Paths = []string{"/other"}
	}
	if result := r.Read(context.Background(), requests[:1], nil)[0]; result.Err != nil || len(counted()) == 0 {
		t.Errorf("a new question: %v, and nothing was read", result.Err)
	}
	_ = filepath.WalkDir(r.options.CacheDir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.WriteFile(p, []byte("{broken"), 0o600)
		}
		return err
	})
	if got := readOne(t, r, requests[0]); *got.UID != 5000 {
		t.Errorf("with a broken cache: %s", text(t, got))
	}
}
