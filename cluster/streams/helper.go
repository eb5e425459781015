package streams

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// helperTime is how long a helper stays: an ephemeral container cannot be removed, only end.
const helperTime = 10 * time.Minute

// helper returns an ephemeral container beside a container that sees its files below root: one that still runs, or a new
// one. It runs as the same user, since only that one may look.
func helper(ctx context.Context, c *api.Conn, o CopyOptions) (name, root string, err error) {
	pod, err := c.Get(ctx, resource.Ref{APIVersion: "v1", Kind: "Pod", Name: o.Pod}, o.Namespace)
	if err != nil {
		return "", "", err
	}
	if pod == nil {
		return "", "", fmt.Errorf("pod/%s is gone", o.Pod)
	}
	for _, spec := range resource.Items(pod.Object, "spec", "ephemeralContainers") {
		known, _ := spec["name"].(string)
		state, _ := statusOfHelper(pod, known)["state"].(map[string]any)
		if isHelperOf(spec, o.Container) && state["running"] != nil {
			root, err := rootOf(ctx, c, o, known)
			return known, root, err
		}
	}
	if o.Help != nil {
		o.Help(o.Image)
	}
	name = helperPrefix + strings.ToLower(rand.Text()[:6])
	if err := addHelper(ctx, c, o, pod, name); err != nil {
		return "", "", err
	}
	if err := awaitHelper(ctx, c, o, name); err != nil {
		return "", "", err
	}
	root, err = rootOf(ctx, c, o, name)
	return name, root, err
}

func addHelper(ctx context.Context, c *api.Conn, o CopyOptions, pod *unstructured.Unstructured, name string) error {
	container := map[string]any{
		"name": name, "image": o.Image, "targetContainerName": o.Container, "imagePullPolicy": "IfNotPresent",
		"command": []any{"sleep", strconv.Itoa(int(helperTime.Seconds()))},
	}
	for _, spec := range resource.Items(pod.Object, "spec", "containers") {
		if security, has := spec["securityContext"]; has && spec["name"] == o.Container {
			container["securityContext"] = security
		}
	}
	change, err := json.Marshal(map[string]any{"spec": map[string]any{"ephemeralContainers": []any{container}}})
	if err != nil {
		return fmt.Errorf("write a helper container: %w", err)
	}
	objects, err := c.Objects(ctx, "v1", "Pod", o.Namespace)
	if err != nil {
		return err
	}
	_, err = objects.Patch(ctx, o.Pod, types.StrategicMergePatchType, change, metav1.PatchOptions{FieldManager: resource.FieldManager}, "ephemeralcontainers")
	if err != nil {
		return c.Explain(err, "start a helper beside container "+o.Container+", which has no tar")
	}
	return nil
}

// awaitHelper waits until a helper runs, or cannot.
func awaitHelper(ctx context.Context, c *api.Conn, o CopyOptions, name string) error {
	const patience, pause = time.Minute, 200 * time.Millisecond
	ctx, stop := context.WithTimeoutCause(ctx, patience, fmt.Errorf("the helper container did not start within %s", patience))
	defer stop()
	for {
		pod, err := c.Get(ctx, resource.Ref{APIVersion: "v1", Kind: "Pod", Name: o.Pod}, o.Namespace)
		if err != nil {
			return err
		}
		if pod == nil {
			return fmt.Errorf("pod/%s is gone", o.Pod)
		}
		report := statusOfHelper(pod, name)
		state, _ := report["state"].(map[string]any)
		if state["running"] != nil {
			return nil
		}
		waiting, _ := state["waiting"].(map[string]any)
		if reason, _ := waiting["reason"].(string); reason != "" && reason != "ContainerCreating" && reason != "PodInitializing" {
			return fmt.Errorf("the helper container cannot start: %s: %v (--image names another image than %s)", reason, waiting["message"], o.Image)
		}
		if state["terminated"] != nil {
			return fmt.Errorf("the helper container has ended at once: %s has no sleep; --image names another image", o.Image)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		case <-timer.C:
		}
	}
}

// findRoot prints the process of the container that a helper shares the processes with: the first that is neither the
// helper's own nor the one that Kubernetes adds to a Pod whose containers share their processes.
const findRoot = `own=$(readlink /proc/self/ns/mnt)
for p in $(ls /proc | grep '^[0-9]*$' | sort -n); do
  [ "$(readlink /proc/$p/ns/mnt)" = "$own" ] && continue
  [ "$(cat /proc/$p/comm 2>/dev/null)" = pause ] && continue
  ls /proc/$p/root/ >/dev/null 2>&1 && { echo $p; exit 0; }
done
exit 1`

// rootOf returns where a helper sees the files of its container.
func rootOf(ctx context.Context, c *api.Conn, o CopyOptions, helper string) (string, error) {
	var out bytes.Buffer
	err := tool(ctx, c, o, helper, []string{"sh", "-c", findRoot}, nil, &out)
	if err != nil {
		return "", fmt.Errorf("the files of container %s cannot be reached from a helper container: %w", o.Container, err)
	}
	return "/proc/" + strings.TrimSpace(out.String()) + "/root", nil
}
