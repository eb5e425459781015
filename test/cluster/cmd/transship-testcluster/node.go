package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/transship/transship/test/cluster/controlplane"
	"github.com/transship/transship/test/cluster/node"
	"github.com/transship/transship/test/cluster/process"
	"github.com/transship/transship/test/cluster/workdir"
)

// nodeFlags are what the parts of level node, each a process, tell the next.
type nodeFlags struct {
	data, public, kubeconfig string
}

func (f *nodeFlags) register(cmd *cobra.Command) {
	cmd.Hidden = true
	cmd.Args = cobra.NoArgs
	cmd.Flags().StringVar(&f.data, "data", "", "data directory")
	cmd.Flags().StringVar(&f.public, "public", "", "address of the API server for the host")
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "also write the admin kubeconfig to this file")
}

func (f *nodeFlags) args() []string {
	return []string{"--data", f.data, "--public", f.public, "--kubeconfig", f.kubeconfig}
}

// upNode runs a cluster with a real node in namespaces of its own.
func upNode(ctx context.Context, o upOptions) (err error) {
	dir, err := dataDir(o.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Remove()) }()
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own program: %w", err)
	}
	return node.Run(ctx, program, dir.Path, "--kubeconfig", o.kubeconfig)
}

// nodeInitCommand is process 1 of the namespaces.
func nodeInitCommand() *cobra.Command {
	var f nodeFlags
	cmd := &cobra.Command{Use: node.InitCommand, RunE: func(*cobra.Command, []string) error {
		code, err := node.Init("/proc/self/exe", f.data, append([]string{nodeUp}, f.args()...)...)
		if err == nil && code != 0 {
			// The program has said why.
			os.Exit(code)
		}
		return err
	}}
	f.register(cmd)
	return cmd
}

const nodeUp = "node-up"

// nodeUpCommand is up inside of the namespaces.
func nodeUpCommand() *cobra.Command {
	var f nodeFlags
	cmd := &cobra.Command{Use: nodeUp, RunE: func(cmd *cobra.Command, _ []string) error {
		program, err := os.Executable()
		if err != nil {
			return fmt.Errorf("find own program: %w", err)
		}
		lifeline, err := process.NewLifeline()
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(cmd.Context())
		defer cancel()
		orders := listen(cancel)
		plane, err := node.Start(ctx, controlplane.Config{
			Dir: f.data, Program: program, PublicURL: f.public, Lifeline: lifeline,
		}, func(name string, run func() error) { attend(ctx, cancel, name, run) })
		if err != nil {
			return err
		}
		if err := announce(upOptions{kubeconfig: f.kubeconfig}, plane, cmd.OutOrStdout()); err != nil {
			return err
		}
		// Nothing is stopped one by one at the end: all of it ends with process 1, and nothing is to be kept.
		return obey(ctx, orders, plane, cmd.OutOrStdout())
	}}
	f.register(cmd)
	return cmd
}

// sweep removes what killed clusters left.
func sweep() {
	workdir.Sweep(func(path string) { _ = node.RemoveCgroups(filepath.Clean(path)) })
}
