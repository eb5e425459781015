package harness

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// waitTimeout ends a wait that cannot succeed any more; nothing that works takes nearly as long, also where other
// programs use the processors.
const waitTimeout = 6 * time.Minute

// Namespace makes a namespace for one test, ready for Pods, and deletes it at the end. When the test has failed,
// what happened in it goes to the test's log.
func (c *Cluster) Namespace(tb testing.TB) string {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitTimeout)
	defer cancel()
	namespace, err := c.Client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"},
	}, metav1.CreateOptions{})
	if err != nil {
		tb.Fatalf("create namespace: %v", err)
	}
	name := namespace.Name
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Log(c.story(name))
		}
		if err := c.Client.CoreV1().Namespaces().Delete(context.Background(), name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) { // a test may delete it
			tb.Errorf("delete namespace %s: %v", name, err)
		}
	})
	accounts := c.Client.CoreV1().ServiceAccounts(name)
	if c.Level == API {
		// Without it no Pod is admitted, and there is no controller that makes it.
		account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
		if _, err := accounts.Create(ctx, account, metav1.CreateOptions{}); err != nil {
			tb.Fatalf("create service account of namespace %s: %v", name, err)
		}
		return name
	}
	Eventually(tb, "namespace "+name+" has its service account", func(ctx context.Context) (bool, error) {
		_, err := accounts.Get(ctx, "default", metav1.GetOptions{})
		return err == nil, err
	})
	return name
}
