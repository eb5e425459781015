//go:build !js

package playground

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/transship/transship/convert"
)

// Server shows the project of a directory on the page, over HTTP. It listens on loopback only, and answers only those
// who know the token of its address and name it by that address: other users of the machine have no token, and other
// pages in the same browser can neither read it nor reach it by a name of their own. It writes nothing.
type Server struct {
	// Options are those of the conversions.
	Options convert.Options
	// Page holds index.html, app.css and app.js.
	Page fs.FS

	token string
	mu    sync.Mutex
	state Session
}

// maxRequest is far above what the page sends.
const maxRequest = 1 << 20

// Listen opens a port of 127.0.0.1, 0 for any, and returns the address of the page with its token.
func (s *Server) Listen(ctx context.Context, port int) (net.Listener, string, error) {
	var c net.ListenConfig
	listener, err := c.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, "", fmt.Errorf("serve the page: %w", err)
	}
	s.token = rand.Text()
	return listener, "http://" + listener.Addr().String() + "/" + s.token + "/", nil
}

// Serve answers requests until the context ends.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.handler(ctx, listener.Addr().String()),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() }) // what is under way has lost its reader
	defer stopped()
	if err := server.Serve(listener); ctx.Err() == nil {
		return fmt.Errorf("serve the page: %w", err)
	}
	return nil
}

func (s *Server) handler(ctx context.Context, address string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{token}/{$}", s.index)
	for _, file := range []string{"app.css", "app.js"} {
		mux.HandleFunc("GET /{token}/"+file, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, s.Page, file) })
	}
	mux.HandleFunc("POST /{token}/api/{method}", s.answer)
	mux.HandleFunc("GET /{token}/events", func(w http.ResponseWriter, r *http.Request) { s.events(ctx, w, r) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-store")
		if r.Host != address {
			http.Error(w, "this server goes by another name", http.StatusForbidden)
			return
		}
		token, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) != 1 {
			http.Error(w, "the address lacks its token: use the one that transship serve has printed", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) index(w http.ResponseWriter, _ *http.Request) {
	page, err := fs.ReadFile(s.Page, "index.html")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(bytes.Replace(page, []byte(`data-backend="wasm"`), []byte(`data-backend="http"`), 1)) // a reader that has left
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	parameters, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer, err := s.state.Answer(r.Context(), r.PathValue("method"), parameters, s.Options)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer)
}

// events tells the page, as server-sent events, when a file of the project has changed.
func (s *Server) events(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	last := s.fingerprint()
	if err := control.Flush(); err != nil {
		return
	}
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.Context().Done():
			return
		case <-ticker.C:
		}
		now := s.fingerprint()
		if now == last {
			continue
		}
		last = now
		if _, err := io.WriteString(w, "data: changed\n\n"); err != nil {
			return
		}
		if err := control.Flush(); err != nil {
			return
		}
	}
}

// watchInterval is how often the files are looked at. Looking costs microseconds, and works on every file system.
const watchInterval = 400 * time.Millisecond

// fingerprint changes when a file of the project does: one that was read, one that was not there, or one beside the
// compose files, where a project that could not be loaded may be mended.
func (s *Server) fingerprint() string {
	s.mu.Lock()
	var paths, directories []string
	if r := s.state.result; r != nil && r.Loaded != nil {
		paths = append(paths, r.Loaded.ComposeFiles...)
		for path := range r.Loaded.Files {
			paths = append(paths, path)
		}
	}
	s.mu.Unlock()
	for _, file := range s.Options.Load.Files {
		directories = append(directories, filepath.Dir(filepath.Join(s.Options.Load.WorkingDirectory, file)))
	}
	for _, path := range paths {
		directories = append(directories, filepath.Dir(path))
	}
	directories = append(directories, filepath.Join(s.Options.Load.WorkingDirectory, "."))
	slices.Sort(directories)
	for _, directory := range slices.Compact(directories) {
		entries, err := os.ReadDir(directory)
		if err != nil || len(entries) > 1000 { // a home directory, perhaps: the files themselves are enough
			continue
		}
		for _, e := range entries {
			paths = append(paths, filepath.Join(directory, e.Name()))
		}
	}
	slices.Sort(paths)
	var b strings.Builder
	for _, path := range slices.Compact(paths) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano(), info.Mode())
		} else {
			fmt.Fprintln(&b, path, "-")
		}
	}
	return b.String()
}
