package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/transship/transship/test/cluster/controlplane"
	"github.com/transship/transship/test/cluster/images"
	"github.com/transship/transship/test/cluster/process"
)

const startTimeout = 60 * time.Second

// containerdConfig: no registry but our own, for any name; without the capability to raise a container's standing
// with the kernel's out-of-memory killer, containerd must not try.
const containerdConfig = `version = 2
root = %[1]q
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp",
]
[grpc]
  address = %[2]q
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %[3]q
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = %[4]q
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = %[5]q
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`

// mirror makes our registry stand for every other.
const mirror = `server = "http://%[1]s"
[host."http://%[1]s"]
  capabilities = ["pull", "resolve"]
`

// podNetwork connects Pods by a bridge; a Pod may reach itself through a Service.
const podNetwork = `{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge", "bridge": %[1]q, "isGateway": true, "hairpinMode": true,
      "ipam": {"type": "host-local", "dataDir": %[2]q, "ranges": [[{"subnet": %[3]q}]], "routes": [{"dst": "0.0.0.0/0"}]}
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
`

// startContainerd runs containerd below dir and returns when it answers.
func startContainerd(ctx context.Context, plane controlplane.Config) (socket string, err error) {
	dir := filepath.Join(plane.Dir, "node")
	socket = filepath.Join(dir, "containerd.sock")
	hosts, network := filepath.Join(dir, "registries"), filepath.Join(dir, "net.d")
	files := map[string]string{
		filepath.Join(hosts, "_default", "hosts.toml"): fmt.Sprintf(mirror, registryAddress),
		filepath.Join(network, "pods.conflist"):        fmt.Sprintf(podNetwork, bridge, filepath.Join(dir, "addresses"), podRange),
		filepath.Join(dir, "containerd.toml"): fmt.Sprintf(containerdConfig,
			filepath.Join(dir, "containerd"), socket, images.Pause, network, hosts),
	}
	if err := writeFiles(files); err != nil {
		return "", err
	}
	p, err := process.Start(process.Spec{
		Name: "containerd", Path: "containerd", LogDir: filepath.Join(plane.Dir, "logs"),
		Args: []string{"--config", filepath.Join(dir, "containerd.toml")},
	})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return socket, until(ctx, p, func() bool {
		conn, err := net.Dial("unix", socket)
		return err == nil && conn.Close() == nil
	})
}

// until returns when holds does, or with the log of the process that ended or did not get there.
func until(ctx context.Context, p *process.Process, holds func() bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-p.Done():
			return fmt.Errorf("start %s: it ended\n%s", p.Name, p.Tail())
		case <-ctx.Done():
			return fmt.Errorf("start %s: %w\n%s", p.Name, ctx.Err(), p.Tail())
		}
	}
	return nil
}

func writeFiles(files map[string]string) error {
	var errs []error
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			errs = append(errs, fmt.Errorf("make directory: %w", err))
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			errs = append(errs, fmt.Errorf("write configuration: %w", err))
		}
	}
	return errors.Join(errs...)
}
