package build_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/transship/transship/build"
)

// The index of several platforms is written by this program: what a registry does against that has its code, takes a bounded
// time, and gives the login to nobody else.
func TestIndexAtARegistryThatMisbehaves(t *testing.T) {
	e := newEngine(t)
	e.write("without-compose", "")
	for platform, id := range map[string]string{"amd64": webID, "arm64": workerID} {
		e.write("images/shop-web_linux-"+platform, id+" linux/"+platform+"\n")
	}
	mixed := clusterCalled("somewhere")
	mixed.Nodes = append(mixed.Nodes, build.Node{Name: "second", OS: "linux", Architecture: "arm64"})

	answer := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, text)
		}
	}
	var strangers atomic.Int32 // logins that another host was told
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			strangers.Add(1)
		}
		w.WriteHeader(http.StatusCreated)
	}))
	defer stranger.Close()
	elsewhere := strings.Replace(stranger.URL, "127.0.0.1", "localhost", 1)
	for name, c := range map[string]struct {
		method, part string
		does         http.HandlerFunc
		code, help   string // no code: the index is there
	}{
		"nothing":              {"", "", nil, "", ""},
		"it takes no more":     {http.MethodPut, "/manifests/", answer(413, "<html>413 Request Entity Too Large</html>"), "build-push", "client_max_body_size"},
		"it is full":           {http.MethodPut, "/manifests/", answer(507, `{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":"no space left on device"}]}`), "build-push", "--registry HOST/PATH"},
		"it lets nobody write": {http.MethodPut, "/manifests/", answer(403, `{"errors":[{"code":"DENIED","message":"no"}]}`), "registry-auth", "docker login"},
		"it is out of order":   {http.MethodPut, "/manifests/", answer(500, ""), "build-push", ""},
		"it breaks off":        {http.MethodPut, "/manifests/", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "build-push", ""},
		"it sends elsewhere": {http.MethodPut, "/manifests/", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere+"/x", http.StatusTemporaryRedirect)
		}, "", ""},
		"it sends round in a circle": {http.MethodPut, "/manifests/", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
		}, "build-push", ""},
		"it has lost what was pushed": {http.MethodGet, "/manifests/", answer(404, ""), "build-push", ""},
		"it lies about a digest": {http.MethodGet, "/manifests/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
			w.Header().Set("Docker-Content-Digest", webID)
			_, _ = io.WriteString(w, `{"schemaVersion":2,"config":{},"layers":[]}`)
		}, "build-push", ""},
		"it never ends": {http.MethodGet, "/manifests/", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
			for block := make([]byte, 1<<20); r.Context().Err() == nil; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}, "build-push", ""},
	} {
		t.Run(name, func(t *testing.T) {
			inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
			var isBad atomic.Bool
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if user, _, _ := r.BasicAuth(); isBad.Load() && user != "ada" {
					w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				if isBad.Load() && r.Method == c.method && strings.Contains(r.URL.Path, c.part) {
					c.does(w, r)
					return
				}
				inner.ServeHTTP(w, r)
			}))
			defer server.Close()
			host := strings.TrimPrefix(server.URL, "http://")
			for _, tag := range []string{"0123456789ab", "fedcba987654"} { // what the engine has pushed
				put(t, host+"/shop-web:"+tag)
			}
			isBad.Store(true)
			settings(t, map[string]string{".docker/config.json": `{"auths": {"` + host + `": {"auth": "` + ada + `"}}}`})
			t.Setenv("PATH", e.dir+":/usr/bin:/bin")
			r := request(read(t, "name: shop\nservices: {web: {build: ./web}}\n"), mixed)
			r.Options.Registry, r.Options.KnowsPullSecret = host, true
			made, err := build.Provide(t.Context(), r, nil)
			failed := (*build.Error)(nil)
			switch {
			case c.code == "" && err != nil:
				t.Error(err)
			case c.code == "" && !made.Images[0].IsPushed:
				t.Errorf("images %+v", made.Images)
			case c.code != "" && (!errors.As(err, &failed) || failed.Findings[0].Code != c.code || !strings.Contains(failed.Findings[0].Help, c.help)):
				t.Errorf("got %v, want %s with %q", err, c.code, c.help)
			}
		})
	}
	if n := strangers.Load(); n > 0 {
		t.Errorf("another host was told the login %d times", n)
	}
}

// put puts an image of chance into a registry.
func put(t *testing.T, reference string) {
	t.Helper()
	ref, err := name.ParseReference(reference)
	if err != nil {
		t.Fatal(err)
	}
	image, err := random.Image(64, 1)
	if err == nil {
		err = remote.Write(ref, image)
	}
	if err != nil {
		t.Fatal(err)
	}
}
