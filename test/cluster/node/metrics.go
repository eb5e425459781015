package node

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/transship/transship/test/cluster/controlplane"
	"github.com/transship/transship/test/cluster/process"
)

const metricsPort = 4443

// metricsObjects lead requests for metrics.k8s.io to the metrics server, which is no Pod but a process beside the kubelet.
const metricsObjects = `
- apiVersion: v1
  kind: Service
  metadata: {name: metrics-server, namespace: kube-system}
  spec: {ports: [{name: https, port: 443, targetPort: %[2]d}]}
- apiVersion: discovery.k8s.io/v1
  kind: EndpointSlice
  metadata: {name: metrics-server, namespace: kube-system, labels: {kubernetes.io/service-name: metrics-server}}
  addressType: IPv4
  ports: [{name: https, port: %[2]d}]
  endpoints: [{addresses: [%[1]q], conditions: {ready: true}}]
- apiVersion: apiregistration.k8s.io/v1
  kind: APIService
  metadata: {name: v1beta1.metrics.k8s.io}
  spec:
    group: metrics.k8s.io
    version: v1beta1
    groupPriorityMinimum: 100
    versionPriority: 100
    insecureSkipTLSVerify: true
    service: {name: metrics-server, namespace: kube-system}
`

var resourcesOfKinds = map[string]schema.GroupVersionResource{
	"Service":       {Version: "v1", Resource: "services"},
	"EndpointSlice": {Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"},
	"APIService":    {Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"},
}

// StartMetrics runs the metrics server, unless it runs, and returns when the API server answers for the metrics API.
// Whoever deletes the APIService takes that API away again.
func StartMetrics(ctx context.Context, plane *controlplane.ControlPlane) error {
	client, err := dynamic.NewForConfig(plane.Admin)
	if err != nil {
		return fmt.Errorf("make client: %w", err)
	}
	var objects []map[string]any
	if err := yaml.Unmarshal(fmt.Appendf(nil, metricsObjects, IP, metricsPort), &objects); err != nil {
		return fmt.Errorf("read the objects of the metrics API: %w", err)
	}
	isNew := false
	for _, content := range objects {
		o := &unstructured.Unstructured{Object: content}
		_, err := client.Resource(resourcesOfKinds[o.GetKind()]).Namespace(o.GetNamespace()).Create(ctx, o, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("create %s: %w", o.GetKind(), err)
		}
		isNew = isNew || err == nil && o.GetKind() == "Service"
	}
	var server *process.Process
	if isNew {
		if server, err = runMetricsServer(plane); err != nil {
			return err
		}
	}
	var last any
	err = wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, startTimeout, true, func(ctx context.Context) (bool, error) {
		o, err := client.Resource(resourcesOfKinds["APIService"]).Get(ctx, "v1beta1.metrics.k8s.io", metav1.GetOptions{})
		if err != nil {
			return false, fmt.Errorf("read the APIService: %w", err)
		}
		if server != nil && !server.Runs() {
			return false, errors.New(server.Tail())
		}
		conditions, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
		for _, c := range conditions {
			condition, _ := c.(map[string]any)
			if last = condition["message"]; condition["type"] == "Available" && condition["status"] == "True" {
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return errors.Join(err, fmt.Errorf("the metrics API is not available: %v", last))
	}
	return nil
}

func runMetricsServer(plane *controlplane.ControlPlane) (*process.Process, error) {
	kubeconfig, err := plane.ComponentKubeconfig("system:metrics-server", "system:masters")
	if err != nil {
		return nil, err
	}
	return plane.RunProgram(filepath.Join(filepath.Dir(plane.Program), "metrics-server"),
		"--kubeconfig="+kubeconfig, "--authentication-kubeconfig="+kubeconfig, "--authorization-kubeconfig="+kubeconfig,
		"--bind-address="+IP, fmt.Sprintf("--secure-port=%d", metricsPort), "--cert-dir="+filepath.Join(plane.Dir, "node", "metrics-pki"),
		// The kubelet signs its own certificate.
		"--kubelet-insecure-tls", "--kubelet-preferred-address-types=InternalIP", "--kubelet-request-timeout=5s", "--metric-resolution=10s")
}
