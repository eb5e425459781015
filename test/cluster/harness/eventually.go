package harness

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const pollInterval = 50 * time.Millisecond

// Eventually waits until holds says true and fails the test when that does not come. An error does not end the
// wait: the last one is part of the failure's message.
func Eventually(tb testing.TB, what string, holds func(context.Context) (bool, error)) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		ok, err := holds(ctx)
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("waited %s in vain: %s (last: %v)", waitTimeout, what, err)
		}
	}
}

// PodReady waits until a Pod of the selector is ready and returns it.
func (c *Cluster) PodReady(tb testing.TB, namespace, selector string) *corev1.Pod {
	tb.Helper()
	var found *corev1.Pod
	Eventually(tb, "a pod of "+selector+" is ready", func(ctx context.Context) (bool, error) {
		pods, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
		if err != nil {
			return false, err
		}
		for i := range pods.Items {
			if isReady(&pods.Items[i]) {
				found = &pods.Items[i]
				return true, nil
			}
		}
		return false, fmt.Errorf("%d pods, none ready", len(pods.Items))
	})
	return found
}

func isReady(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil
		}
	}
	return false
}

// story tells what became of the Pods of a namespace and what the controllers said, for the log of a failed test.
func (c *Cluster) story(namespace string) string {
	ctx, cancel := context.WithTimeout(context.Background(), waitTimeout)
	defer cancel()
	var b strings.Builder
	fmt.Fprintf(&b, "namespace %s at the end (logs in %s):\n", namespace, c.Dir)
	pods, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Sprintf("list pods of %s: %v", namespace, err)
	}
	for _, pod := range pods.Items {
		fmt.Fprintf(&b, "  pod %s: %s %s\n", pod.Name, pod.Status.Phase, pod.Status.Message)
		for _, s := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
			fmt.Fprintf(&b, "    %s: %d restarts, %s\n", s.Name, s.RestartCount, state(s.State))
		}
	}
	events, err := c.Client.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Sprintf("list events of %s: %v", namespace, err)
	}
	for _, e := range events.Items {
		fmt.Fprintf(&b, "  %s %s/%s %s: %s\n", e.Type, e.InvolvedObject.Kind, e.InvolvedObject.Name, e.Reason, e.Message)
	}
	return b.String()
}

func state(s corev1.ContainerState) string {
	switch {
	case s.Running != nil:
		return "running"
	case s.Terminated != nil:
		return fmt.Sprintf("ended with %d, %s %s", s.Terminated.ExitCode, s.Terminated.Reason, s.Terminated.Message)
	case s.Waiting != nil:
		return "waiting: " + s.Waiting.Reason + " " + s.Waiting.Message
	default:
		return "unknown"
	}
}
