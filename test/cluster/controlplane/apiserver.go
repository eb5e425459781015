package controlplane

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"k8s.io/client-go/rest"

	"github.com/transship/transship/test/cluster/process"
)

const pollInterval = 20 * time.Millisecond

// StartAPIServer runs the API server, unless it runs, and returns when it is ready. It may be called again after
// StopAPIServer: address, keys and data stay the same.
func (c *ControlPlane) StartAPIServer(ctx context.Context) error {
	if c.apiserver != nil && c.apiserver.Runs() {
		return nil
	}
	key := func(name string) string { return filepath.Join(c.pkiDir(), name) }
	args := []string{
		"--etcd-servers=" + c.etcdURL,
		"--bind-address=" + c.IP,
		"--secure-port=" + strconv.Itoa(c.Port),
		"--advertise-address=" + c.IP,
		"--tls-cert-file=" + key("apiserver.crt"),
		"--tls-private-key-file=" + key("apiserver.key"),
		"--client-ca-file=" + key("ca.crt"),
		"--authorization-mode=Node,RBAC",
		"--service-cluster-ip-range=" + ServiceRange,
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-signing-key-file=" + key("service-account.key"),
		"--service-account-key-file=" + key("service-account.pub"),
		"--kubelet-client-certificate=" + key("apiserver-kubelet-client.crt"),
		"--kubelet-client-key=" + key("apiserver-kubelet-client.key"),
		// The node's name resolves nowhere; logs, exec and port-forward go to its address.
		"--kubelet-preferred-address-types=InternalIP",
		"--allow-privileged=true",
		// Other servers may answer for parts of the API, such as that of metrics.
		"--requestheader-client-ca-file=" + key("ca.crt"),
		"--requestheader-allowed-names=" + frontProxy,
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + key(frontProxy+".crt"),
		"--proxy-client-key-file=" + key(frontProxy+".key"),
		"--enable-aggregator-routing=true",
		"--shutdown-delay-duration=0s",
	}
	if c.IP == "127.0.0.1" {
		// No Pod can reach loopback, and the API refuses it as an endpoint.
		args = append(args, "--endpoint-reconciler-type=none")
	}
	var err error
	if c.apiserver, err = c.component("kube-apiserver", args...); err != nil {
		return err
	}
	return c.ready(ctx, c.apiserver, c.URL+"/readyz")
}

// StopAPIServer ends the API server and leaves etcd running.
func (c *ControlPlane) StopAPIServer() {
	if c.apiserver != nil {
		c.apiserver.Stop(stopGrace)
	}
}

// ready returns when url answers 200 to the admin, or with the log of the process that ended or did not get there.
func (c *ControlPlane) ready(ctx context.Context, p *process.Process, url string) error {
	config := rest.CopyConfig(c.Admin)
	config.TLSClientConfig.CAData, config.TLSClientConfig.CAFile = nil, ""
	// The controller manager and the scheduler make themselves a certificate that nobody signed.
	config.TLSClientConfig.Insecure = true
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return fmt.Errorf("make client for %s: %w", p.Name, err)
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		if answersOK(ctx, client, url) {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.Done():
			return fmt.Errorf("start %s: it ended\n%s", p.Name, p.Tail())
		case <-c.etcd.Done():
			return fmt.Errorf("start %s: etcd ended\n%s", p.Name, c.etcd.Tail())
		case <-ctx.Done():
			return fmt.Errorf("start %s: not ready: %w\n%s", p.Name, ctx.Err(), p.Tail())
		}
	}
}

func answersOK(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}
