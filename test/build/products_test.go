package build_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
)

// How the products hand an archive on to the containerd of their nodes. FILE is the archive; - is standard input.
// Sources: LoadImageArchive in https://github.com/kubernetes-sigs/kind/blob/main/pkg/cluster/nodeutils/util.go,
// https://github.com/k3d-io/k3d/blob/main/pkg/client/tools.go,
// https://github.com/kubernetes/minikube/blob/master/pkg/minikube/cruntime/containerd.go and
// https://microk8s.io/docs/registry-images. nerdctl loads by the same library.
var products = []struct {
	cluster, program string
	wants            string // how the program is called, without the archive
	imports          string // arguments of ctr
}{
	{"kind-dev", "kind", "load image-archive --name dev", "images import --all-platforms --digests --snapshotter=overlayfs - < FILE"},
	{"k3d-dev", "k3d", "image import --cluster dev", "images import --all-platforms FILE"},
	{"minikube", "minikube", "--profile minikube image load", "images import FILE"},
	{"microk8s-cluster", "microk8s", "images import", "images import - < FILE"},
	{"rancher-desktop", "nerdctl", "--namespace k8s.io load --input", "images import --all-platforms FILE"},
	{"colima-dev", "colima", "--profile dev nerdctl -- --namespace k8s.io load --input", "images import --all-platforms FILE"},
}

// withProduct calls the cluster of the project as a product would, and makes a program of the product that imports the
// archives that it gets into the containerd of the node. The function returns how it was called.
func (p *project) withProduct(c *harness.Cluster, program, cluster string) (calls func() string) {
	p.Helper()
	needs(p.T, "ctr")
	imports := ""
	for _, product := range products {
		if product.program == program {
			imports = product.imports
		}
	}
	bin := p.T.TempDir()
	noted := filepath.Join(bin, "calls")
	script := fmt.Sprintf(`#!/bin/sh
set -e
file=
for word; do
	case $word in *.tar) file=$word;; *) echo "$word" >> %[1]s.words;; esac
done
echo $(cat %[1]s.words) >> %[1]s
rm %[1]s.words
[ "$file" ] || { file=%[1]s.tar; cat > $file; }
exec ctr --address %[2]s --namespace k8s.io %[3]s
`, noted, filepath.Join(c.Dir, "node", "containerd.sock"), strings.ReplaceAll(imports, "FILE", `"$file"`))
	if err := os.WriteFile(filepath.Join(bin, program), []byte(script), 0o755); err != nil {
		p.Fatal(err)
	}
	p.env = append(p.env, "PATH="+bin+":"+os.Getenv("PATH"))
	p.renameCluster(cluster)
	return func() string {
		text, err := os.ReadFile(noted)
		if err != nil {
			p.Error(err)
		}
		return string(text)
	}
}

// Every product that loads archives: what it is told, and the archive in the containerd of a node, whose Pod runs exactly
// the image that the objects name.
func TestArchivesRunWhateverLoadsThem(t *testing.T) {
	p := clone(t, "shop")
	p.withPodman(0)
	c, namespace := p.onNode()
	p.write("compose.yaml", "name: shop\nservices: {web: {build: ./web}}\n")
	for i, product := range products {
		t.Run(product.program, func(t *testing.T) {
			p := &project{T: t, dir: p.dir, env: p.env}
			p.write("web/index.html", fmt.Sprintf("<p>%d</p>\n", i)) // another image
			calls := p.withProduct(c, product.program, product.cluster)
			p.run(0, "up", "-d", "--wait", "--timeout", "5m", "-n", namespace, "--build")
			if got := strings.TrimSpace(calls()); got != product.wants {
				t.Errorf("called with %q, want %q", got, product.wants)
			}
			ctx := context.Background()
			deployment, err := c.Client.AppsV1().Deployments(namespace).Get(ctx, "web", metav1.GetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			want := deployment.Spec.Template.Spec.Containers[0].Image
			pods, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{FieldSelector: "status.phase=Running"})
			if err != nil {
				t.Fatal(err)
			}
			ran := false
			for _, pod := range pods.Items {
				if pod.Spec.Containers[0].Image == want && pod.Status.ContainerStatuses[0].Image == "docker.io/library/"+want {
					ran = pod.Status.ContainerStatuses[0].Ready
				}
			}
			if !ran || !strings.HasPrefix(want, "shop-web:") {
				t.Errorf("no Pod runs %s", want)
			}
		})
	}
	p.run(0, "down", "-n", namespace, "-t", "0")
}
