package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// Access says which cluster, as whom, and where.
type Access struct {
	// Kubeconfig is the file to read; empty is $KUBECONFIG, ~/.kube/config, or the cluster that the program runs in.
	Kubeconfig string
	// Overrides stand above what the kubeconfig says.
	Overrides clientcmd.ConfigOverrides
	Settings
}

// Settings say how requests are sent.
type Settings = api.Settings

// Connect reads the kubeconfig and returns a client. It does not talk to the server yet.
func Connect(a Access) (*Client, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = a.Kubeconfig
	loading := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &a.Overrides)
	config, err := loading.ClientConfig()
	if err != nil {
		if clientcmd.IsEmptyConfig(err) {
			return nil, errors.New("no cluster is configured: set KUBECONFIG, pass --kubeconfig, or make a cluster first, for example with kind create cluster")
		}
		if contexts, wanted := Contexts(a.Kubeconfig), a.Overrides.CurrentContext; wanted != "" && !slices.Contains(contexts, wanted) {
			err = fmt.Errorf("%w; %s", err, known(contexts))
		}
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	contextName, namespace := place(loading, a)
	c, err := open(config, contextName, namespace, a.Settings)
	if err != nil {
		return nil, err
	}
	c.cluster = nameOfCluster(loading, a, contextName)
	return c, nil
}

// New returns a client for a program that has a configuration already: an operator, a test, or anything that does not go
// by kubeconfig files. Namespace is where every project lives; empty is one of the project's own name. It does not talk
// to the server yet.
func New(config *rest.Config, namespace string, s Settings) (*Client, error) {
	return open(config, "", namespace, s)
}

func open(config *rest.Config, contextName, namespace string, s Settings) (*Client, error) {
	conn, err := api.Connect(config, contextName, s)
	if err != nil {
		return nil, err
	}
	return &Client{Context: conn.Context, Server: conn.Server, conn: conn, namespace: namespace}, nil
}

// place returns the name of the context and the namespace that somebody chose: by flag, by the context, or by running
// inside a Pod of that namespace. The namespace is empty if nobody chose one: "default" is nobody's choice.
func place(loading clientcmd.ClientConfig, a Access) (contextName, namespace string) {
	asked := a.Overrides.Context.Namespace
	raw, err := loading.RawConfig()
	if err != nil {
		return a.Overrides.CurrentContext, asked
	}
	contextName = cmp.Or(a.Overrides.CurrentContext, raw.CurrentContext)
	chosen, known := raw.Contexts[contextName]
	if known {
		return contextName, cmp.Or(asked, chosen.Namespace)
	}
	if len(raw.Clusters) == 0 && a.Overrides.ClusterInfo.Server == "" {
		own, _ := os.ReadFile("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
		return "in-cluster", cmp.Or(asked, strings.TrimSpace(string(own)))
	}
	return contextName, asked
}

// Contexts returns the names of the contexts of a kubeconfig; none if it cannot be read.
func Contexts(kubeconfig string) []string {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = kubeconfig
	config, err := rules.Load()
	if err != nil {
		return nil
	}
	return resource.SortedKeys(config.Contexts)
}

// known lists what there is to choose from.
func known(names []string) string {
	if len(names) == 0 {
		return "there is none"
	}
	return "there is " + strings.Join(names, ", ")
}
