package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Access says which cluster, as whom, and where. The fields are kubectl's flags of the same names.
type Access struct {
	Kubeconfig     string
	Context        string
	Cluster        string
	User           string
	Namespace      string
	As             string
	AsGroups       []string
	AsUID          string
	Server         string
	Token          string
	RequestTimeout time.Duration // of one request that is not a watch or a stream; 0 is a minute
	// Patience is how long a request is tried again while the server is away, throttles or answers 5xx; 0 is a minute, but
	// only a few seconds for a server that has never answered: most likely it is not there.
	Patience time.Duration
	// Warn receives the warnings that the API server sends along with its answers.
	Warn func(message string)
	// UserAgent is sent with every request.
	UserAgent string
}

// Client talks to one cluster.
type Client struct {
	// Context is the kubeconfig context in use, or "in-cluster".
	Context string
	// Server is the address of the API server.
	Server string

	config         *rest.Config
	http           *http.Client
	base           *url.URL
	dynamic        dynamic.Interface
	namespace      string
	requestTimeout time.Duration
	patience       time.Duration

	warn    func(string)
	reached atomic.Bool // the server has answered before

	mu         sync.Mutex
	discovered map[schema.GroupVersionKind]kindInfo
}

// Connect reads the kubeconfig and returns a client. It does not talk to the server yet.
func Connect(a Access) (*Client, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = a.Kubeconfig
	overrides := &clientcmd.ConfigOverrides{
		CurrentContext: a.Context,
		Context:        api.Context{Cluster: a.Cluster, AuthInfo: a.User, Namespace: a.Namespace},
		AuthInfo:       api.AuthInfo{Impersonate: a.As, ImpersonateGroups: a.AsGroups, ImpersonateUID: a.AsUID, Token: a.Token},
		ClusterInfo:    api.Cluster{Server: a.Server},
	}
	loading := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	config, err := loading.ClientConfig()
	if err != nil {
		if clientcmd.IsEmptyConfig(err) {
			return nil, errors.New("no cluster is configured: set KUBECONFIG, pass --kubeconfig, or make a cluster first")
		}
		if contexts := Contexts(a.Kubeconfig); a.Context != "" && !slices.Contains(contexts, a.Context) {
			err = fmt.Errorf("%w; %s", err, known(contexts))
		}
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	// The server protects itself by API priority and fairness; a limit on this side would only make people wait.
	config.QPS = -1
	config.Timeout = 0 // watches and log streams share this configuration
	config.UserAgent = cmp.Or(a.UserAgent, "transship")
	config.WarningHandler = warnings(a.Warn)
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
	c := &Client{
		Server: config.Host, config: config, http: transport, base: base, dynamic: d,
		requestTimeout: cmp.Or(a.RequestTimeout, time.Minute),
		patience:       cmp.Or(a.Patience, time.Minute),
		warn:           a.Warn,
		discovered:     map[schema.GroupVersionKind]kindInfo{},
	}
	c.reached.Store(a.Patience > 0)
	c.Context, c.namespace = place(loading, a)
	return c, nil
}

// place returns the name of the context and the namespace that somebody chose: by flag, by the context, or by running
// inside a Pod of that namespace. The namespace is empty if nobody chose one: "default" is nobody's choice.
func place(loading clientcmd.ClientConfig, a Access) (contextName, namespace string) {
	raw, err := loading.RawConfig()
	if err != nil {
		return a.Context, a.Namespace
	}
	contextName = cmp.Or(a.Context, raw.CurrentContext)
	chosen, known := raw.Contexts[contextName]
	if known {
		return contextName, cmp.Or(a.Namespace, chosen.Namespace)
	}
	if len(raw.Clusters) == 0 && a.Server == "" {
		own, _ := os.ReadFile("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
		return "in-cluster", cmp.Or(a.Namespace, strings.TrimSpace(string(own)))
	}
	return contextName, a.Namespace
}

// Namespace returns where a project lives: the namespace that was asked for, else the one that the context names, else
// one of the project's own name.
func (c *Client) Namespace(project string) string { return cmp.Or(c.namespace, project) }

// HasNamespace reports whether a flag or the context chose a namespace.
func (c *Client) HasNamespace() bool { return c.namespace != "" }

// warnings passes on each warning of the server once.
func warnings(warn func(string)) rest.WarningHandler {
	if warn == nil {
		return rest.NoWarnings{}
	}
	return &warnOnce{warn: warn, seen: map[string]bool{}}
}

type warnOnce struct {
	warn func(string)
	mu   sync.Mutex
	seen map[string]bool
}

// HandleWarningHeader implements rest.WarningHandler.
func (w *warnOnce) HandleWarningHeader(code int, _, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if code != 299 || text == "" || w.seen[text] {
		return
	}
	w.seen[text] = true
	w.warn(text)
}
