package controlplane

import (
	"context"
	"fmt"
	"path/filepath"
)

// StartControllers runs the controller manager and the scheduler and returns when both are healthy.
func (c *ControlPlane) StartControllers(ctx context.Context) error {
	// One identity that may do everything: an identity per controller would cost seconds of token requests.
	kubeconfig, err := c.ComponentKubeconfig("system:kube-controller-manager", "system:masters")
	if err != nil {
		return err
	}
	managerPort, err := FreePort()
	if err != nil {
		return err
	}
	schedulerPort, err := FreePort()
	if err != nil {
		return err
	}
	key := func(name string) string { return filepath.Join(c.pkiDir(), name) }
	manager, err := c.Run(
		"kube-controller-manager",
		"--kubeconfig="+kubeconfig,
		"--authentication-kubeconfig="+kubeconfig,
		"--authorization-kubeconfig="+kubeconfig,
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", managerPort),
		"--cert-dir="+c.pkiDir(),
		"--leader-elect=false",
		"--kube-api-qps=2000",
		"--kube-api-burst=4000",
		"--root-ca-file="+key("ca.crt"),
		"--service-account-private-key-file="+key("service-account.key"),
		"--cluster-cidr="+PodRange,
		"--allocate-node-cidrs=true",
		"--service-cluster-ip-range="+ServiceRange,
		// Claims are bound and endpoints followed at once rather than at the pace of a large cluster.
		"--pvclaimbinder-sync-period=1s",
		"--node-monitor-grace-period=60s",
	)
	if err != nil {
		return err
	}
	scheduler, err := c.Run(
		"kube-scheduler",
		"--kubeconfig="+kubeconfig,
		"--authentication-kubeconfig="+kubeconfig,
		"--authorization-kubeconfig="+kubeconfig,
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", schedulerPort),
		"--cert-dir="+c.pkiDir(),
		"--leader-elect=false",
		"--kube-api-qps=2000",
		"--kube-api-burst=4000",
	)
	if err != nil {
		return err
	}
	if err := c.ready(ctx, manager, fmt.Sprintf("https://127.0.0.1:%d/healthz", managerPort)); err != nil {
		return err
	}
	return c.ready(ctx, scheduler, fmt.Sprintf("https://127.0.0.1:%d/healthz", schedulerPort))
}
