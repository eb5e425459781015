package cluster

import (
	"cmp"
	"context"

	"github.com/transship/transship/cluster/api"
)

// Client looks after projects on one cluster. It is made by [Connect] or [New]; its methods may be called by several
// goroutines at once.
type Client struct {
	// Context is the kubeconfig context in use, "in-cluster", or empty for a client of [New].
	Context string
	// Server is the address of the API server.
	Server string

	conn      *api.Conn
	namespace string
	cluster   string // its name in the kubeconfig
}

// Namespace returns where a project lives: the namespace that was asked for, else the one that the context names, else
// one of the project's own name.
func (c *Client) Namespace(project string) string { return cmp.Or(c.namespace, project) }

// HasNamespace reports whether somebody chose a namespace: by flag, by the context, or as an argument of [New].
func (c *Client) HasNamespace() bool { return c.namespace != "" }

// Version returns the version of the API server, such as "1.36".
func (c *Client) Version(ctx context.Context) (string, error) { return c.conn.Version(ctx) }
