// Package api talks to one API server: it finds the collection of a kind, sends single requests, tries them again while
// the server is away, and explains what went wrong. It knows nothing of projects.
package api

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// Conn is the connection to one API server. Its methods may be called by several goroutines at once.
type Conn struct {
	// Context is the kubeconfig context in use, "in-cluster", or empty where there is none. Errors name it.
	Context string
	// Server is the address of the API server.
	Server string
	// Config is what transports for streams are made from. It is not to be changed.
	Config *rest.Config

	http           *http.Client
	base           *url.URL
	dynamic        dynamic.Interface
	requestTimeout time.Duration
	patience       time.Duration

	warn    func(string)
	reached atomic.Bool // the server has answered before

	mu         sync.Mutex
	discovered map[schema.GroupVersionKind]kindInfo
}

// Settings say how requests are sent.
type Settings struct {
	// RequestTimeout is what one request may take that is not a watch or a stream; 0 is a minute.
	RequestTimeout time.Duration
	// Patience is how long a request is tried again while the server is away, throttles or answers 5xx; 0 is a minute, but
	// only a few seconds for a server that has never answered: most likely it is not there.
	Patience time.Duration
	// Warn receives the warnings that the API server sends along with its answers; nil drops them.
	Warn func(message string)
	// UserAgent is sent with every request; empty is "transship".
	UserAgent string
}

// Connect sets up a connection. It does not talk to the server yet. The configuration is copied.
func Connect(config *rest.Config, contextName string, s Settings) (*Conn, error) {
	config = rest.CopyConfig(config)
	// The server protects itself by API priority and fairness; a limit on this side would only make people wait.
	config.QPS = -1
	config.Timeout = 0 // watches and log streams share this configuration
	config.UserAgent = cmp.Or(s.UserAgent, "transship")
	config.WarningHandler = warnings(s.Warn)
	transport, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("set up a client for %s: %w", config.Host, err)
	}
	d, err := dynamic.NewForConfigAndClient(config, transport)
	if err != nil {
		return nil, fmt.Errorf("set up a client for %s: %w", config.Host, err)
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, fmt.Errorf("read the address of the API server: %w", err)
	}
	c := &Conn{
		Context: contextName, Server: config.Host, Config: config, http: transport, base: base, dynamic: d,
		requestTimeout: cmp.Or(s.RequestTimeout, time.Minute),
		patience:       cmp.Or(s.Patience, time.Minute),
		warn:           s.Warn,
		discovered:     map[schema.GroupVersionKind]kindInfo{},
	}
	c.reached.Store(s.Patience > 0)
	return c, nil
}
