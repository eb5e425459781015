package harness

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/transship/transship/test/cluster/pki"
)

// User returns a kubeconfig, as file and for Go, of a user who may do nothing but what RBAC grants the name or
// the groups.
func (c *Cluster) User(tb testing.TB, name string, groups ...string) (kubeconfig string, config *rest.Config) {
	tb.Helper()
	authority, err := pki.LoadAuthority(filepath.Join(c.Dir, "pki"))
	if err != nil {
		tb.Fatal(err)
	}
	data, err := authority.Kubeconfig(c.Config.Host, name, groups...)
	if err != nil {
		tb.Fatal(err)
	}
	kubeconfig = filepath.Join(tb.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, data, 0o600); err != nil {
		tb.Fatalf("write kubeconfig of %s: %v", name, err)
	}
	if config, err = clientcmd.RESTConfigFromKubeConfig(data); err != nil {
		tb.Fatalf("read kubeconfig of %s: %v", name, err)
	}
	config.QPS, config.Burst = -1, 0
	return kubeconfig, config
}
