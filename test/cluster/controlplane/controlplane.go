// Package controlplane runs etcd, kube-apiserver, kube-controller-manager and kube-scheduler for tests.
package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/transship/transship/test/cluster/pki"
	"github.com/transship/transship/test/cluster/process"
)

const (
	// ServiceRange holds the cluster IPs; its first address is the Service "kubernetes".
	ServiceRange = "10.96.0.0/16"
	apiServiceIP = "10.96.0.1"
	// DNSServiceIP is where Pods of a real node find the cluster's DNS.
	DNSServiceIP = "10.96.0.10"
	// PodRange is divided among the nodes.
	PodRange = "10.97.0.0/16"

	// frontProxy is as whom the API server passes requests on to other servers.
	frontProxy = "front-proxy-client"

	startTimeout = 90 * time.Second
	stopGrace    = 10 * time.Second
)

// Config says where and how a control plane runs.
type Config struct {
	// Dir holds everything: keys, kubeconfigs, etcd's data and the logs.
	Dir string
	// Program is the binary whose hidden sub-commands are the components.
	Program string
	// IP is the address the API server listens on, Port its port (0: any free one).
	IP   string
	Port int
	// PublicURL is what the admin kubeconfig names; empty: the listening address.
	PublicURL string
	Lifeline  *process.Lifeline
}

// ControlPlane is a running control plane.
type ControlPlane struct {
	Config
	// Authority signs users of the cluster.
	Authority *pki.Authority
	// URL is where components reach the API server.
	URL string
	// Admin reaches the API server as a member of system:masters.
	Admin *rest.Config

	etcdURL   string
	etcd      *process.Process
	apiserver *process.Process
	others    []*process.Process
}

// Start runs etcd and the API server and returns when the API server is ready.
func Start(ctx context.Context, config Config) (*ControlPlane, error) {
	c := &ControlPlane{Config: config}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	if err := c.startEtcd(); err != nil {
		return nil, err
	}
	if err := c.StartAPIServer(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

// Stop ends everything at once: nothing of it is to be kept, so that nobody has to take leave of anybody.
func (c *ControlPlane) Stop() {
	for _, p := range append(c.others, c.apiserver, c.etcd) {
		if p != nil {
			p.Kill()
		}
	}
}

// LogDir is where the components write their logs.
func (c *ControlPlane) LogDir() string { return filepath.Join(c.Dir, "logs") }

// AdminKubeconfig is the file for the cluster's users; it names the public address.
func (c *ControlPlane) AdminKubeconfig() string { return filepath.Join(c.Dir, "admin.kubeconfig") }

// ComponentKubeconfig writes a kubeconfig that names the inner address and returns its path.
func (c *ControlPlane) ComponentKubeconfig(user string, groups ...string) (string, error) {
	data, err := c.Authority.Kubeconfig(c.URL, user, groups...)
	if err != nil {
		return "", err
	}
	path := filepath.Join(c.pkiDir(), fileName(user)+".kubeconfig")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return "", fmt.Errorf("write kubeconfig of %s: %w", user, err)
	}
	return path, nil
}

// Run starts a further component of the program under name; Stop ends it with the rest.
func (c *ControlPlane) Run(name string, args ...string) (*process.Process, error) {
	p, err := c.component(name, args...)
	if err == nil {
		c.others = append(c.others, p)
	}
	return p, err
}

// PKIDir is where the keys are.
func (c *ControlPlane) pkiDir() string { return filepath.Join(c.Dir, "pki") }

// RunProgram starts another program, which ends with the rest.
func (c *ControlPlane) RunProgram(path string, args ...string) (*process.Process, error) {
	p, err := process.Start(process.Spec{Name: filepath.Base(path), Path: path, Args: args, LogDir: c.LogDir(), Lifeline: c.Lifeline})
	if err == nil {
		c.others = append(c.others, p)
	}
	return p, err
}

func (c *ControlPlane) component(name string, args ...string) (*process.Process, error) {
	return process.Start(process.Spec{
		Name: name, Path: c.Program, Args: append([]string{name}, args...),
		LogDir: c.LogDir(), Lifeline: c.Lifeline,
	})
}

func (c *ControlPlane) prepare() error {
	for _, dir := range []string{c.LogDir(), c.pkiDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make %s: %w", dir, err)
		}
	}
	if c.Port == 0 {
		port, err := FreePort()
		if err != nil {
			return err
		}
		c.Port = port
	}
	c.URL = "https://" + net.JoinHostPort(c.IP, strconv.Itoa(c.Port))
	if c.PublicURL == "" {
		c.PublicURL = c.URL
	}
	if err := c.writeKeys(); err != nil {
		return err
	}
	data, err := c.Authority.Kubeconfig(c.PublicURL, "admin", "system:masters")
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.AdminKubeconfig(), data, 0o600); err != nil {
		return fmt.Errorf("write admin kubeconfig: %w", err)
	}
	inner, err := c.ComponentKubeconfig("testcluster", "system:masters")
	if err != nil {
		return err
	}
	if c.Admin, err = clientcmd.BuildConfigFromFlags("", inner); err != nil {
		return fmt.Errorf("read admin kubeconfig: %w", err)
	}
	c.Admin.QPS, c.Admin.Burst = -1, 0
	return nil
}

func (c *ControlPlane) writeKeys() error {
	var err error
	if c.Authority, err = pki.NewAuthority(c.pkiDir()); err != nil {
		return err
	}
	server, err := c.Authority.Server("kube-apiserver", c.IP, "127.0.0.1", apiServiceIP, "localhost",
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local")
	if err != nil {
		return err
	}
	kubelet, err := c.Authority.User("kube-apiserver-kubelet-client", "system:masters")
	if err != nil {
		return err
	}
	proxy, err := c.Authority.User(frontProxy)
	if err != nil {
		return err
	}
	return errors.Join(
		proxy.Write(c.pkiDir(), frontProxy),
		server.Write(c.pkiDir(), "apiserver"),
		kubelet.Write(c.pkiDir(), "apiserver-kubelet-client"),
		pki.WriteSigningKey(c.pkiDir(), "service-account"),
	)
}
