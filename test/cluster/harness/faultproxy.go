package harness

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Fault is what befalls a request on its way to the API server.
type Fault struct {
	// Delay comes first; alone it makes a slow answer.
	Delay time.Duration
	// Reset breaks the connection; the request does not reach the API server.
	Reset bool
	// Lose lets the request reach the API server, and breaks the connection in place of the answer; a watch, whose answer
	// has no end, breaks before it begins. Lost is called in between, if it is set.
	Lose bool
	Lost func()
	// Status answers in the API server's place, RetryAfter (whole seconds) with it.
	Status     int
	RetryAfter time.Duration
}

// FaultProxy stands before the API server and lets requests fail.
type FaultProxy struct {
	// URL is plain HTTP; requests arrive at the API server as the user whose configuration made the proxy.
	URL string

	mu     sync.Mutex
	faults func(*http.Request) *Fault
	open   map[net.Conn]bool
}

// FaultProxy starts a proxy for the user of config until the end of the test. Without faults it passes everything on.
func (c *Cluster) FaultProxy(tb testing.TB, config *rest.Config) *FaultProxy {
	tb.Helper()
	target, err := url.Parse(config.Host)
	if err != nil {
		tb.Fatalf("parse address of API server: %v", err)
	}
	config = rest.CopyConfig(config)
	// Exec and port-forward upgrade their connection, which HTTP/2 cannot.
	config.NextProtos = []string{"http/1.1"}
	transport, err := rest.TransportFor(config)
	if err != nil {
		tb.Fatalf("connect proxy to API server: %v", err)
	}
	p := &FaultProxy{open: map[net.Conn]bool{}}
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: transport, FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { reset(w) },
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.befalls(w, r, forward) {
			forward.ServeHTTP(w, r)
		}
	}))
	server.Config.ConnState = p.track
	server.Start()
	tb.Cleanup(func() {
		p.Cut()
		server.Close()
	})
	p.URL = server.URL
	return p
}

// Inject decides over every further request; a nil fault lets it pass. It must be safe for concurrent use.
func (p *FaultProxy) Inject(faults func(*http.Request) *Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = faults
}

// Cut breaks every open connection, watches among them.
func (p *FaultProxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		breakConn(conn)
	}
}

// Kubeconfig writes a kubeconfig that leads through the proxy.
func (p *FaultProxy) Kubeconfig(tb testing.TB) string {
	tb.Helper()
	const name = "faulty"
	path := filepath.Join(tb.TempDir(), "kubeconfig")
	data, err := clientcmd.Write(api.Config{
		Clusters:       map[string]*api.Cluster{name: {Server: p.URL}},
		AuthInfos:      map[string]*api.AuthInfo{name: {}},
		Contexts:       map[string]*api.Context{name: {Cluster: name, AuthInfo: name}},
		CurrentContext: name,
	})
	if err != nil {
		tb.Fatalf("encode kubeconfig: %v", err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatalf("write kubeconfig: %v", err)
	}
	return path
}

// befalls reports whether the request ends here.
func (p *FaultProxy) befalls(w http.ResponseWriter, r *http.Request, forward http.Handler) bool {
	p.mu.Lock()
	faults := p.faults
	p.mu.Unlock()
	if faults == nil {
		return false
	}
	fault := faults(r)
	if fault == nil {
		return false
	}
	select {
	case <-time.After(fault.Delay):
	case <-r.Context().Done():
		return true
	}
	switch {
	case fault.Reset:
		reset(w)
		return true
	case fault.Lose:
		// The client going away must not keep the API server from doing what it was asked.
		if r.URL.Query().Get("watch") == "" {
			forward.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
		}
		if fault.Lost != nil {
			fault.Lost()
		}
		reset(w)
		return true
	case fault.Status != 0:
		if fault.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(fault.RetryAfter/time.Second)))
		}
		http.Error(w, fmt.Sprintf("injected %d", fault.Status), fault.Status)
		return true
	default:
		return false
	}
}

func (p *FaultProxy) track(conn net.Conn, state http.ConnState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch state {
	case http.StateNew:
		p.open[conn] = true
	case http.StateClosed:
		delete(p.open, conn)
	case http.StateActive, http.StateIdle, http.StateHijacked:
	}
}

// reset breaks the connection of a request so that the client sees a reset rather than an end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	breakConn(conn)
}

func breakConn(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
