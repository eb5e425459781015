package build_test

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

// Registries that do not take what is pushed: each is told with what helps, nothing waits for ever, and what has been pushed
// is pushed again by nobody when the registry works.
func TestUploadsToRegistriesThatMisbehave(t *testing.T) {
	t.Parallel()
	p := clone(t, "shop")
	p.withPodman(0)
	var fault atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
	var uploads atomic.Int32
	var inner atomic.Pointer[http.Handler]
	empty := func() {
		r := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
		inner.Store(&r)
	}
	empty()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := fault.Load(); f != nil && (*f)(w, r) {
			return
		}
		if r.Method == http.MethodPut {
			uploads.Add(1)
		}
		(*inner.Load()).ServeHTTP(w, r)
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	host := strings.TrimPrefix(server.URL, "http://")
	push := []string{"push", "--registry", host}
	p.run(0, "build")

	isUpload := func(r *http.Request) bool {
		return r.Method == http.MethodPatch || r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/blobs/")
	}
	answer := func(code int, text string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if isUpload(r) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.WriteHeader(code)
				_, _ = io.WriteString(w, text)
			}
			return isUpload(r)
		}
	}
	for name, c := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request) bool
		code  string
		says  string
	}{
		"a layer is too large": {answer(413, "<html><head><title>413 Request Entity Too Large</title></head></html>"), "build-push", "client_max_body_size"},
		"the disk is full":     {answer(507, `{"errors":[{"code":"UNKNOWN","message":"unknown error"}]}`), "build-push", "free space where the registry keeps its images"},
		"it fails":             {answer(500, ""), "build-push", "podman push " + host},
		"it lets nobody write": {answer(403, `{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}`), "registry-auth", "podman login " + host},
		"it breaks off": {func(_ http.ResponseWriter, r *http.Request) bool {
			if isUpload(r) {
				panic(http.ErrAbortHandler)
			}
			return false
		}, "build-push", "podman push " + host},
		"it sends uploads elsewhere": {func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/blobs/uploads/") {
				w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
				w.WriteHeader(http.StatusAccepted)
				return true
			}
			return false
		}, "build-push", "127.0.0.1:1"},
		"it loses the manifest": {func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/") {
				w.WriteHeader(http.StatusBadRequest)
				return true
			}
			return false
		}, "build-push", "podman push " + host},
	} {
		t.Run(name, func(t *testing.T) {
			p := &project{T: t, dir: p.dir, env: p.env}
			empty() // what another case has pushed would not be pushed here
			fault.Store(&c.fault)
			began := time.Now()
			r := p.run(1, push...)
			p.says(r, "error["+c.code+"] services.", c.says)
			if took := time.Since(began); took > 3*time.Minute { // Podman tries four times, with pauses of seconds
				t.Errorf("it took %s", took)
			}
			if r.out != "" || r.peak > mostMemory {
				t.Errorf("%d MiB, and it is said that something was pushed: %s", r.peak>>20, r.out)
			}
		})
	}

	// A registry that never answers: nobody can tell it from one that is slow, so it is left at Ctrl-C, at once.
	asked, over := make(chan struct{}, 100), make(chan struct{})
	defer close(over) // the server sees the end of a connection only behind what it has not read
	hangs := func(_ http.ResponseWriter, r *http.Request) bool {
		if isUpload(r) {
			asked <- struct{}{}
			select {
			case <-r.Context().Done():
			case <-over:
			}
		}
		return isUpload(r)
	}
	empty()
	fault.Store(&hangs)
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	ended := make(chan result, 1)
	go func() { ended <- p.ctxRun(ctx, push...) }()
	select {
	case <-asked:
	case r := <-ended:
		t.Fatalf("push ended with %d and sent nothing: %s", r.code, r.err)
	}
	pressed := time.Now()
	interrupt()
	if r := <-ended; r.code != 130 || time.Since(pressed) > 20*time.Second {
		t.Errorf("it ended with %d, %s after Ctrl-C: %s", r.code, time.Since(pressed), r.err)
	}

	fault.Store(nil)
	p.says(p.run(0, push...), "web "+host+"/shop-web:", "worker "+host+"/shop-worker:")
	n := uploads.Load()
	p.run(0, push...)
	if again := uploads.Load(); again != n {
		t.Errorf("%d uploads of what the registry has", again-n)
	}
}
