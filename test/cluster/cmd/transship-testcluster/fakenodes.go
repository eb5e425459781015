package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/transship/transship/test/cluster/controlplane"
	"github.com/transship/transship/test/cluster/fakenode"
	"github.com/transship/transship/test/cluster/provisioner"
)

// startFakeNodes adds controllers, scheduler, fake nodes and volumes, and returns when Pods can be scheduled.
func startFakeNodes(ctx context.Context, stop context.CancelFunc, plane *controlplane.ControlPlane, count int) error {
	attend(ctx, stop, "fake nodes", func() error { return fakenode.Run(ctx, plane.Admin, count) })
	attend(ctx, stop, "provisioner", func() error { return provisioner.Run(ctx, plane.Admin, "") })
	if err := plane.StartControllers(ctx); err != nil {
		return err
	}
	return nodesSchedulable(ctx, plane.Admin, count)
}

// attend runs a part of the cluster in the background; its end is the end of the cluster.
func attend(ctx context.Context, stop context.CancelFunc, name string, run func() error) {
	go func() {
		if err := run(); err != nil && ctx.Err() == nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			stop()
		}
	}()
}

// nodesSchedulable waits until count nodes have lost their taints.
func nodesSchedulable(ctx context.Context, config *rest.Config, count int) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make client: %w", err)
	}
	open := map[string]bool{}
	events, err := client.CoreV1().Nodes().Watch(ctx, metav1.ListOptions{FieldSelector: fields.Everything().String()})
	if err != nil {
		return fmt.Errorf("watch nodes: %w", err)
	}
	defer events.Stop()
	for len(open) < count {
		event, ok := <-events.ResultChan()
		if !ok {
			return errors.Join(errors.New("watch nodes: it ended"), ctx.Err())
		}
		if node, isNode := event.Object.(*corev1.Node); isNode && len(node.Spec.Taints) == 0 && len(node.Status.Conditions) > 0 {
			open[node.Name] = true
		}
	}
	return nil
}
