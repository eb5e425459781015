package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"

	"github.com/transship/transship/test/cluster/controlplane"
	"github.com/transship/transship/test/cluster/netpol"
	"github.com/transship/transship/test/cluster/provisioner"
)

// Background runs a part of the cluster that lasts as long as the cluster.
type Background func(name string, run func() error)

// Start runs a control plane and a node in the namespaces that Init has prepared and returns when Pods can be
// scheduled and names looked up.
func Start(ctx context.Context, config controlplane.Config, background Background) (*controlplane.ControlPlane, error) {
	if err := connect(); err != nil {
		return nil, err
	}
	config.IP, config.Port = IP, APIServerPort
	if err := startRegistry(ctx, background); err != nil {
		return nil, err
	}
	address := net.JoinHostPort(IP, strconv.Itoa(APIServerPort))
	background("forwarder", func() error { return forward(address) })

	type runtime struct {
		socket string
		err    error
	}
	containerd := make(chan runtime, 1)
	go func() {
		err := loadOwnImages(filepath.Dir(config.Program))
		if err != nil {
			containerd <- runtime{"", err}
			return
		}
		socket, err := startContainerd(ctx, config)
		containerd <- runtime{socket, err}
	}()
	plane, err := controlplane.Start(ctx, config)
	if err != nil {
		return nil, err
	}
	r := <-containerd
	if r.err != nil {
		return plane, r.err
	}
	return plane, join(ctx, plane, r.socket, background)
}

// join makes the machine a node of the control plane.
func join(ctx context.Context, plane *controlplane.ControlPlane, socket string, background Background) error {
	client, err := kubernetes.NewForConfig(plane.Admin)
	if err != nil {
		return fmt.Errorf("make client: %w", err)
	}
	kubelet, err := startKubelet(plane, socket)
	if err != nil {
		return err
	}
	if err := plane.StartControllers(ctx); err != nil {
		return err
	}
	proxy, err := startProxy(plane)
	if err != nil {
		return err
	}
	volumes := filepath.Join(plane.Dir, "node", "volumes")
	background("policies", func() error { return netpol.Run(ctx, plane.Admin) })
	background("provisioner", func() error { return provisioner.Run(ctx, plane.Admin, volumes) })
	if err := startDNS(ctx, client, plane); err != nil {
		return err
	}
	waitCtx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	go func() {
		select {
		case <-kubelet.Done():
			cancel()
		case <-waitCtx.Done():
		}
	}()
	if err := watched(waitCtx, client.CoreV1().Nodes().Watch, nodeOpen); err != nil {
		return fmt.Errorf("wait for node: %w\n%s", err, kubelet.Tail())
	}
	if err := watched(waitCtx, client.CoreV1().Pods(metav1.NamespaceSystem).Watch, podReady); err != nil {
		return fmt.Errorf("wait for DNS: %w\n%s\n%s", err, kubelet.Tail(), proxy.Tail())
	}
	return nil
}

// watched returns when one object of the watch is as wanted.
func watched(
	ctx context.Context, start func(context.Context, metav1.ListOptions) (watch.Interface, error), wanted func(any) bool,
) error {
	events, err := start(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	defer events.Stop()
	for event := range events.ResultChan() {
		if wanted(event.Object) {
			return nil
		}
	}
	return errors.Join(errors.New("watch ended"), ctx.Err())
}

func nodeOpen(object any) bool {
	node, ok := object.(*corev1.Node)
	return ok && len(node.Spec.Taints) == 0 && len(node.Status.Conditions) > 0
}

func podReady(object any) bool {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return false
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
