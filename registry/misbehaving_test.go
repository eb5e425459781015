package registry

import (
	"archive/tar"
	"bytes"
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
)

// Registries that are slow, break off, fail in the middle or send elsewhere.
func TestRegistriesThatMisbehave(t *testing.T) {
	data := packed(t, append(tarOf(t, tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755}), noise(4096)...))
	drip := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte{' '})
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}
	asks := func(r *http.Request, part string) bool { return strings.Contains(r.URL.Path, part) }
	for name, c := range map[string]struct {
		code   string
		before func(http.ResponseWriter, *http.Request) bool
	}{
		"the manifest drips": {"registry-unreachable", func(w http.ResponseWriter, r *http.Request) bool {
			if asks(r, "/manifests/") {
				drip(w, r)
				return true
			}
			return false
		}},
		"a layer drips": {"registry-unreachable", func(w http.ResponseWriter, r *http.Request) bool {
			if asks(r, digestOf(data)) {
				for _, b := range data { // far less than there is until the time is up
					_, _ = w.Write([]byte{b})
					w.(http.Flusher).Flush()
					time.Sleep(20 * time.Millisecond)
					if r.Context().Err() != nil {
						break
					}
				}
				return true
			}
			return false
		}},
		"a layer is reset": {"registry-unreachable", func(w http.ResponseWriter, r *http.Request) bool {
			if asks(r, digestOf(data)) {
				w.Header().Set("Content-Length", strconv.Itoa(len(data)))
				_, _ = w.Write(data[:12])
				w.(http.Flusher).Flush()
				conn, _, _ := w.(http.Hijacker).Hijack()
				_ = conn.(*net.TCPConn).SetLinger(0)
				_ = conn.Close()
				return true
			}
			return false
		}},
		"a layer fails": {"registry-unreachable", func(w http.ResponseWriter, r *http.Request) bool {
			if asks(r, digestOf(data)) {
				http.Error(w, "out of order", http.StatusInternalServerError)
				return true
			}
			return false
		}},
		"redirects without end": {"registry-unreachable", func(w http.ResponseWriter, r *http.Request) bool {
			if asks(r, digestOf(data)) {
				http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
				return true
			}
			return false
		}},
		"a redirect to a file": {"registry-unreachable", func(w http.ResponseWriter, r *http.Request) bool {
			if asks(r, digestOf(data)) {
				w.Header().Set("Location", "file:///etc/passwd")
				w.WriteHeader(http.StatusTemporaryRedirect)
				return true
			}
			return false
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLiar(t)
			l.before = c.before
			q := request(l.offers(t, "1", imageType, l.manifest(data)), "/data")
			start := time.Now()
			failed := fails(t, reader(t, func(o *Options) { o.Timeout, o.ConnectTimeout = 2*time.Second, 500*time.Millisecond }), q, c.code)
			if took := time.Since(start); took > time.Minute { // a drip would take hours
				t.Errorf("it took %s", took)
			}
			t.Log(failed.Cause)
		})
	}
}

// A registry may send to a store of its own, which gets no password.
func TestRedirectWithoutPassword(t *testing.T) {
	data := packed(t, tarOf(t, tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755}))
	var told atomic.Value
	told.Store("")
	store := newLiar(t)
	store.blob(data)
	store.before = func(_ http.ResponseWriter, r *http.Request) bool {
		told.Store(r.Header.Get("Authorization"))
		return false
	}
	l := newLiar(t)
	l.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		if strings.Contains(r.URL.Path, digestOf(data)) {
			// Another name for this machine, as a store is another host.
			http.Redirect(w, r, strings.Replace(store.URL, "127.0.0.1", "localhost", 1)+r.URL.Path, http.StatusTemporaryRedirect)
			return true
		}
		return false
	}
	q := request(l.offers(t, "1", imageType, l.manifest(data)), "/data")
	got := readOne(t, reader(t, func(o *Options) { o.Keychain = onlyLogin{} }), q)
	if !got.Paths["/data"].Directory || told.Load() != "" {
		t.Errorf("the store was told %q, and gave %s", told.Load(), text(t, got))
	}
}

type onlyLogin struct{}

func (onlyLogin) Resolve(authn.Resource) (authn.Authenticator, error) {
	return &authn.Basic{Username: "ada", Password: "lovelace"}, nil
}

// Whatever a registry does, an interrupted run ends at once.
func TestInterruptedAtOnce(t *testing.T) {
	var endless bytes.Buffer
	if err := tar.NewWriter(&endless).WriteHeader(&tar.Header{Name: "endless", Typeflag: tar.TypeReg, Size: 1 << 40}); err != nil {
		t.Fatal(err)
	}
	_, _ = endless.Write(noise(1 << 20))
	started := make(chan struct{}, 100)
	l := newLiar(t)
	data := packed(t, endless.Bytes())
	l.before = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, digestOf(data)) {
			return false
		}
		started <- struct{}{}
		for r.Context().Err() == nil { // a layer that never ends, as fast as it can be read
			if _, err := w.Write(data); err != nil {
				break
			}
		}
		return true
	}
	m := l.manifest(data)
	m["layers"].([]any)[0].(map[string]any)["size"] = 1 << 30
	q := request(l.offers(t, "1", imageType, m), "/data")
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var began time.Time
	go func() {
		<-started
		time.Sleep(50 * time.Millisecond)
		began = time.Now()
		stop()
	}()
	result := reader(t, nil).Read(ctx, []Request{q}, nil)[0]
	if took := time.Since(began); began.IsZero() || took > 20*time.Second { // a second, on a machine that does nothing else
		t.Errorf("it ended %s after it was interrupted: %v", took, result.Err)
	}
}
