package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/remotecommand"
)

// Ask gets path (with query) from the HTTP server of a Pod through the API server, and decodes the JSON answer.
func (c *Cluster) Ask(ctx context.Context, namespace, pod string, port int, path string, answer any) error {
	where, err := url.Parse(path)
	if err != nil {
		return fmt.Errorf("parse question: %w", err)
	}
	request := c.Client.CoreV1().RESTClient().Get().Namespace(namespace).Resource("pods").
		Name(fmt.Sprintf("%s:%d", pod, port)).SubResource("proxy").Suffix(where.Path)
	for key, values := range where.Query() {
		for _, value := range values {
			request.Param(key, value)
		}
	}
	data, err := request.DoRaw(ctx)
	if err != nil {
		return fmt.Errorf("ask pod %s for %s: %w", pod, path, err)
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("decode answer of pod %s to %s: %w", pod, path, err)
	}
	return nil
}

// Exec runs a command in a container (empty: the only one) and returns what it printed.
func (c *Cluster) Exec(ctx context.Context, namespace, pod, container string, command ...string) (stdout string, err error) {
	request := c.Client.CoreV1().RESTClient().Post().Namespace(namespace).Resource("pods").Name(pod).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{
			Container: container, Command: command, Stdout: true, Stderr: true,
		}, scheme.ParameterCodec)
	executor, err := remotecommand.NewSPDYExecutor(c.Config, http.MethodPost, request.URL())
	if err != nil {
		return "", fmt.Errorf("exec in pod %s: %w", pod, err)
	}
	var out, errOut bytes.Buffer
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &out, Stderr: &errOut})
	if err != nil {
		return out.String(), fmt.Errorf("exec %v in pod %s: %w: %s", command, pod, err, errOut.String())
	}
	return out.String(), nil
}

// Logs returns what a container (empty: the only one) has printed so far.
func (c *Cluster) Logs(ctx context.Context, namespace, pod, container string) (string, error) {
	data, err := c.Client.CoreV1().Pods(namespace).GetLogs(pod, &corev1.PodLogOptions{Container: container}).DoRaw(ctx)
	if err != nil {
		return "", fmt.Errorf("get logs of pod %s: %w", pod, err)
	}
	return string(data), nil
}
