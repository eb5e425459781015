package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/transship/transship/test/cluster/controlplane"
	"github.com/transship/transship/test/cluster/process"
	"github.com/transship/transship/test/cluster/workdir"
)

// upOptions are the flags of up.
type upOptions struct {
	level, kubeconfig, data string
	nodes                   int
}

// upCommand runs a cluster until it is told to stop or its standard input ends.
func upCommand() *cobra.Command {
	var o upOptions
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run a cluster until SIGINT, SIGTERM or the end of standard input, and print its kubeconfig's path when ready",
		Long: `Run a cluster and print the path of its admin kubeconfig when it is ready.

Levels:
  api          etcd and kube-apiserver
  controllers  also kube-controller-manager, kube-scheduler and fake nodes
  node         also a real node; needs root and Debian's containerd, runc and CNI plugins

It ends on SIGINT or SIGTERM, and when its standard input is a pipe or a terminal that ends.
Lines on standard input are orders: "apiserver stop", "apiserver start" and, at level node,
"images load FILE" and "metrics start" are answered with "ok" or "error: …".`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch o.level {
			case "api", "controllers":
				return up(cmd.Context(), o, cmd.OutOrStdout())
			case "node":
				return upNode(cmd.Context(), o)
			default:
				return fmt.Errorf("unknown level %q: choose api, controllers or node", o.level)
			}
		},
	}
	cmd.Flags().StringVar(&o.level, "level", "api", "api, controllers or node")
	cmd.Flags().StringVar(&o.kubeconfig, "kubeconfig", "", "also write the admin kubeconfig to this file")
	cmd.Flags().StringVar(&o.data, "data", "", "keep keys, data and logs in this empty directory (default: a temporary one)")
	cmd.Flags().IntVar(&o.nodes, "nodes", 2, "number of fake nodes at level controllers")
	return cmd
}

// up runs a cluster on the host's loopback.
func up(ctx context.Context, o upOptions, out io.Writer) (err error) {
	dir, err := dataDir(o.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Remove()) }()
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own program: %w", err)
	}
	lifeline, err := process.NewLifeline()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	orders := listen(cancel)
	plane, err := controlplane.Start(ctx, controlplane.Config{
		Dir: dir.Path, Program: program, IP: "127.0.0.1", Lifeline: lifeline,
	})
	if err != nil {
		return err
	}
	defer plane.Stop()
	if o.level == "controllers" {
		if err := startFakeNodes(ctx, cancel, plane, o.nodes); err != nil {
			return err
		}
	}
	if err := announce(o, plane, out); err != nil {
		return err
	}
	return obey(ctx, orders, plane, out)
}

func dataDir(path string) (*workdir.Dir, error) {
	sweep()
	if path != "" {
		return workdir.Open(path)
	}
	return workdir.New()
}

// announce tells the user where the kubeconfig is.
func announce(o upOptions, plane *controlplane.ControlPlane, out io.Writer) error {
	path := plane.AdminKubeconfig()
	if o.kubeconfig != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read kubeconfig: %w", err)
		}
		if err := os.WriteFile(o.kubeconfig, data, 0o600); err != nil {
			return fmt.Errorf("write kubeconfig: %w", err)
		}
		path = o.kubeconfig
	}
	_, err := fmt.Fprintln(out, path)
	return err
}
