package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/transship/transship/test/cluster/pki"
)

// kubeconfigCommand prints a kubeconfig for any user of a running cluster.
func kubeconfigCommand() *cobra.Command {
	var data, user string
	var groups []string
	cmd := &cobra.Command{
		Use:   "kubeconfig --data DIR --user NAME [--group NAME]...",
		Short: "Print a kubeconfig for a user of the running cluster, who may do what RBAC grants",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			authority, err := pki.LoadAuthority(filepath.Join(data, "pki"))
			if err != nil {
				return err
			}
			admin, err := clientcmd.BuildConfigFromFlags("", filepath.Join(data, "admin.kubeconfig"))
			if err != nil {
				return fmt.Errorf("read admin kubeconfig: %w", err)
			}
			kubeconfig, err := authority.Kubeconfig(admin.Host, user, groups...)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(kubeconfig)
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory of the running cluster")
	cmd.Flags().StringVar(&user, "user", "", "name of the user")
	cmd.Flags().StringArrayVar(&groups, "group", nil, "a group of the user")
	for _, flag := range []string{"data", "user"} {
		if err := cmd.MarkFlagRequired(flag); err != nil {
			panic(err)
		}
	}
	return cmd
}
