package cluster_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/cluster/clustertest"
)

func TestAboutACluster(t *testing.T) {
	server := clustertest.NewServer(t)
	server.Put(clustertest.Object(t, `
apiVersion: v1
kind: Node
metadata: {name: one, labels: {minikube.k8s.io/name: dev}}
spec: {providerID: "kind://docker/dev/one"}
status:
  nodeInfo: {operatingSystem: linux, architecture: arm64, kubeletVersion: v1.36.3, containerRuntimeVersion: "containerd://2.0"}
  images: [{names: ["docker.io/library/web:1", "docker.io/library/web@sha256:1"], sizeBytes: 1}]
`))
	server.Put(clustertest.Object(t, `
apiVersion: v1
kind: ConfigMap
metadata: {name: local-registry-hosting, namespace: kube-public}
data:
  localRegistryHosting.v1: "host: localhost:5001\nhostFromContainerRuntime: registry:5000\n"
`))
	file := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{apiVersion: v1, kind: Config, current-context: dev, contexts: [{name: dev, context: {cluster: kind-dev, user: u}}],
  clusters: [{name: kind-dev, cluster: {server: %q}}, {name: other, cluster: {server: %q}}], users: [{name: u, user: {}}]}`, server.Config().Host, server.Config().Host)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := cluster.Connect(cluster.Access{Kubeconfig: file})
	if err != nil {
		t.Fatal(err)
	}
	about, err := client.About(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if about.Name != "kind-dev" || about.RegistryHost != "localhost:5001" || about.RegistryHostOfNodes != "registry:5000" {
		t.Errorf("about %+v", about)
	}
	if len(about.Nodes) != 1 {
		t.Fatalf("nodes %+v", about.Nodes)
	}
	n := about.Nodes[0]
	if n.OS+"/"+n.Architecture != "linux/arm64" || n.ProviderID == "" || n.ContainerRuntime != "containerd://2.0" || n.Labels["minikube.k8s.io/name"] != "dev" || len(n.Images) != 2 {
		t.Errorf("node %+v", n)
	}
}

func TestPullSecretsGoWhereTheyAreNeeded(t *testing.T) {
	objects := []*unstructured.Unstructured{deployment(t, "web", "example.com/web:1", ""), deployment(t, "db", "postgres", ""), config(t, "c", "v")}
	if cluster.HasPullSecrets(objects) {
		t.Error("there is a login before there is one")
	}
	for range 2 { // the second time changes nothing
		cluster.AddPullSecret(objects, []string{"example.com/web:1"}, "shop-pull")
	}
	for i, want := range []int{1, 0} {
		secrets, _, err := unstructured.NestedSlice(objects[i].Object, "spec", "template", "spec", "imagePullSecrets")
		if err != nil || len(secrets) != want {
			t.Errorf("%s has %v, %v", objects[i].GetName(), secrets, err)
		}
	}
	if !cluster.HasPullSecrets(objects[:1]) || cluster.HasPullSecrets(objects) {
		t.Error("who has a login is not seen")
	}
	secret := cluster.NewPullSecret("shop", "shop-pull", []byte("{}"))
	if value, _, _ := unstructured.NestedString(secret.Object, "data", ".dockerconfigjson"); value != "e30=" || secret.GetLabels()["app.kubernetes.io/instance"] != "shop" {
		t.Errorf("secret %v", secret)
	}
}
