// Package fakenode plays the kubelets of several nodes: it registers them and answers for their Pods without
// running anything. Annotations on a Pod say how it fares.
package fakenode

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

const workers = 16

// agent plays the kubelets.
type agent struct {
	client  kubernetes.Interface
	pods    listers.PodLister
	secrets listers.SecretLister
	configs listers.ConfigMapLister
	queue   workqueue.TypedRateLimitingInterface[types.NamespacedName]

	mu     sync.Mutex
	bodies map[types.UID]*record
	nextIP int
}

// record is what the agent remembers of a Pod while it exists.
type record struct {
	born time.Time
	ip   string
	sent []byte
}

// Run registers count nodes and looks after their Pods until ctx ends.
func Run(ctx context.Context, config *rest.Config, count int) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make client: %w", err)
	}
	a := &agent{
		client: client, bodies: map[types.UID]*record{},
		queue: workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[types.NamespacedName](
			50*time.Millisecond, 2*time.Second)),
	}
	defer a.queue.ShutDown()
	if err := a.watch(ctx); err != nil {
		return err
	}
	var names []string
	for i := range count {
		name := fmt.Sprintf("fake-%d", i+1)
		if err := registerNode(ctx, client, name); err != nil {
			return err
		}
		names = append(names, name)
	}
	for range workers {
		go a.work(ctx)
	}
	renewLeases(ctx, client, names)
	return nil
}

// watch fills the caches; every change of a Pod of ours comes into the queue.
func (a *agent) watch(ctx context.Context) error {
	factory := informers.NewSharedInformerFactory(a.client, 0)
	core := factory.Core().V1()
	a.pods, a.secrets, a.configs = core.Pods().Lister(), core.Secrets().Lister(), core.ConfigMaps().Lister()
	add := func(object any) {
		if pod, ok := object.(*corev1.Pod); ok && pod.Spec.NodeName != "" {
			a.queue.Add(types.NamespacedName{Namespace: pod.Namespace, Name: pod.Name})
		}
	}
	_, err := core.Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: add, UpdateFunc: func(_, now any) { add(now) }, DeleteFunc: a.forget,
	})
	if err != nil {
		return fmt.Errorf("watch pods: %w", err)
	}
	core.Secrets().Informer()
	core.ConfigMaps().Informer()
	factory.StartWithContext(ctx)
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("watch %s: %w", kind, ctx.Err())
		}
	}
	return nil
}

func (a *agent) work(ctx context.Context) {
	for {
		key, shutdown := a.queue.Get()
		if shutdown || ctx.Err() != nil {
			return
		}
		again, err := a.sync(ctx, key)
		switch {
		case err != nil:
			a.queue.AddRateLimited(key)
		default:
			a.queue.Forget(key)
			if again > 0 {
				a.queue.AddAfter(key, again)
			}
		}
		a.queue.Done(key)
	}
}

// sync brings one Pod's status up to date and says when to look again.
func (a *agent) sync(ctx context.Context, key types.NamespacedName) (again time.Duration, err error) {
	pod, err := a.pods.Pods(key.Namespace).Get(key.Name)
	if apierrors.IsNotFound(err) || err == nil && pod.Spec.NodeName == "" {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("get pod %s: %w", key, err)
	}
	if pod.DeletionTimestamp != nil {
		return 0, a.end(ctx, pod)
	}
	if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
		return 0, nil
	}
	r := a.recordOf(pod)
	b := body{born: r.born, ip: r.ip, hostIP: hostIP, missing: a.missing(pod)}
	if pod.Spec.HostNetwork {
		b.ip = hostIP
	}
	age := time.Since(r.born)
	status, next := podStatus(pod, b, age)
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": pod.UID}, "status": status})
	if err != nil {
		return 0, fmt.Errorf("encode status of pod %s: %w", key, err)
	}
	if !bytes.Equal(patch, r.sent) {
		_, err = a.client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
		if err != nil && !apierrors.IsNotFound(err) {
			return 0, fmt.Errorf("set status of pod %s: %w", key, err)
		}
		r.sent = patch
	}
	if b.missing != nil {
		return firstBackoff, nil
	}
	if next > 0 {
		return max(next-time.Since(r.born), time.Millisecond), nil
	}
	return 0, nil
}

// end finishes a Pod that is being deleted, as a kubelet does once the containers have stopped.
func (a *agent) end(ctx context.Context, pod *corev1.Pod) error {
	err := a.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: new(int64), Preconditions: metav1.NewUIDPreconditions(string(pod.UID)),
	})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return fmt.Errorf("delete pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	return nil
}

func (a *agent) recordOf(pod *corev1.Pod) *record {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.bodies[pod.UID]
	if r == nil {
		a.nextIP++
		r = &record{born: time.Now(), ip: fmt.Sprintf("10.97.%d.%d", a.nextIP/250%250, a.nextIP%250+2)}
		a.bodies[pod.UID] = r
	}
	return r
}

func (a *agent) forget(object any) {
	if tombstone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = tombstone.Obj
	}
	if pod, ok := object.(*corev1.Pod); ok {
		a.mu.Lock()
		delete(a.bodies, pod.UID)
		a.mu.Unlock()
	}
}
