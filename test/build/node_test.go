package build_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/transship/transship/test/cluster/harness"
)

// onNode gives the user of the project a cluster with a real node and a namespace of her own.
func (p *project) onNode() (c *harness.Cluster, namespace string) {
	p.Helper()
	c = harness.Start(p.T, harness.Node)
	namespace = c.Namespace(p.T)
	kubeconfig, err := os.ReadFile(c.Kubeconfig)
	if err != nil {
		p.Fatal(err)
	}
	own := filepath.Join(p.T.TempDir(), "kubeconfig")
	if err := os.WriteFile(own, kubeconfig, 0o600); err != nil {
		p.Fatal(err)
	}
	p.env = append(p.env, "KUBECONFIG="+own)
	return c, namespace
}

// objects returns everything of the namespace that an up may change: its content, and when Pods were made.
func objects(t *testing.T, c *harness.Cluster, namespace string) map[string]string {
	t.Helper()
	ctx, out := context.Background(), map[string]string{}
	deployments, err := c.Client.AppsV1().Deployments(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range deployments.Items {
		out["deployment/"+d.Name] = fmt.Sprint(d.UID, d.Generation, d.Annotations, d.Spec.Template.Spec.Containers[0].Image)
	}
	services, err := c.Client.CoreV1().Services(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services.Items {
		out["service/"+s.Name] = fmt.Sprint(s.UID, s.ResourceVersion)
	}
	maps, err := c.Client.CoreV1().ConfigMaps(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range maps.Items {
		out["configmap/"+m.Name] = fmt.Sprint(m.UID, m.ResourceVersion)
	}
	secrets, err := c.Client.CoreV1().Secrets(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets.Items {
		out["secret/"+s.Name] = s.ResourceVersion
	}
	return out
}

// changes returns the names of what differs.
func changes(before, after map[string]string) []string {
	var out []string
	for name, content := range before {
		if after[name] != content {
			out = append(out, name)
		}
	}
	for name := range after {
		if _, there := before[name]; !there {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// The life of a project: cloned, up, up again, changed, up. Images are pushed to a registry and the node pulls them.
func TestUpBuildsPushesAndRuns(t *testing.T) {
	p := clone(t, "shop")
	p.withPodman(0)
	c, namespace := p.onNode()
	registry := c.Registry(t)
	up := []string{"up", "-d", "--wait", "--timeout", "8m", "-n", namespace, "--registry", registry}

	began := time.Now()
	first := p.run(0, up...)
	t.Logf("the first up took %s", time.Since(began).Round(time.Second))
	p.says(first, "pushed: "+registry+"/shop-web:")
	logs := p.run(0, "logs", "-n", namespace)
	p.says(logs, "hello from the worker: <p>welcome</p>", "helper")
	before := objects(t, c, namespace)
	for name := range before {
		if strings.HasPrefix(name, "secret/") {
			t.Errorf("there is %s: no credentials were asked for", name)
		}
	}

	began = time.Now()
	p.run(0, append(up, "--build")...)
	t.Logf("an up --build of an unchanged project took %s", time.Since(began).Round(100*time.Millisecond))
	if changed := changes(before, objects(t, c, namespace)); len(changed) > 0 {
		t.Errorf("a second up --build changes %v", changed)
	}
	if r := p.run(0, "diff", "-n", namespace, "--registry", registry); r.out != "" {
		t.Errorf("diff after up shows\n%s", r.out)
	}

	p.write("web/index.html", "<p>changed</p>\n")
	p.run(0, up...) // as with docker compose, what is there is not built again
	if changed := changes(before, objects(t, c, namespace)); len(changed) > 0 {
		t.Errorf("an up without --build changes %v", changed)
	}
	p.run(0, append(up, "--build")...)
	changed := changes(before, objects(t, c, namespace))
	// The inventory is the lock of the run, too.
	changed = slices.DeleteFunc(changed, func(name string) bool { return name == "configmap/transship-shop" })
	if !slices.Equal(changed, []string{"deployment/web"}) {
		t.Errorf("one changed file of web changes %v", changed)
	}
	p.run(0, "down", "-n", namespace, "-v", "-t", "0")
}

// Steps of CI: built and pushed in one place, converted in another, without a builder there.
func TestImageFileSeparatesTheSteps(t *testing.T) {
	p := clone(t, "shop")
	p.withPodman(0)
	c, namespace := p.onNode()
	registry := c.Registry(t)
	p.run(0, "build", "--push", "--registry", registry, "--image-file", "images.json")
	text, err := os.ReadFile(filepath.Join(p.dir, "images.json"))
	if err != nil {
		t.Fatal(err)
	}
	converted := p.run(0, "convert", "--images", "images.json")
	p.says(converted, "image: "+registry+"/shop-web:", "image: "+registry+"/shop-worker:")
	if strings.Contains(converted.err, "image-not-pullable") || strings.Contains(converted.out, ":latest") {
		t.Errorf("an image is not the one of the file\n%s%s", converted.err, converted.out)
	}
	p.run(0, "up", "-d", "--wait", "--timeout", "8m", "-n", namespace, "--images", "images.json", "--builder", "none")
	p.says(p.run(0, "logs", "-n", namespace, "worker"), "hello from the worker")
	p.run(0, "down", "-n", namespace, "-t", "0")

	p.run(0, "push", "--registry", registry, "--image-file", "again.json")
	again, err := os.ReadFile(filepath.Join(p.dir, "again.json"))
	if err != nil || string(again) != string(text) {
		t.Errorf("push writes\n%s\nbuild --push wrote\n%s%v", again, text, err)
	}
	p.write("stranger.json", `{"version":1,"project":"shop","images":{"nobody":{"reference":"a/b:c"}}}`)
	p.says(p.run(2, "convert", "--images", "stranger.json"), "names nobody, which the project does not have")
	p.write("broken.json", "{\n \"version\":")
	p.says(p.run(2, "convert", "--images", "broken.json"), "broken.json is not a file that --image-file")
}

// A cluster that takes archives: what is loaded is what runs, and nothing is loaded twice.
func TestUpLoadsIntoTheNodes(t *testing.T) {
	p := clone(t, "shop")
	p.withPodman(0)
	c, namespace := p.onNode()
	orders := p.withProduct(c, "kind", "kind-dev")
	up := []string{"up", "-d", "--wait", "--timeout", "8m", "-n", namespace}
	p.says(p.run(0, up...), "images loaded", "into kind")
	asked := orders()
	p.says(p.run(0, "logs", "-n", namespace, "worker"), "hello from the worker")
	before := objects(t, c, namespace)
	// The kubelet tells of the images of its node once in a while.
	harness.Eventually(t, "the node tells that it has the images", func(ctx context.Context) (bool, error) {
		nodes, err := c.Client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, err
		}
		all := fmt.Sprint(nodes.Items[0].Status.Images)
		return strings.Contains(all, "library/shop-web:") && strings.Contains(all, "library/shop-worker:"), nil
	})
	p.says(p.run(0, append(up, "--build")...), "the nodes have it")
	if again := orders(); again != asked {
		t.Errorf("images were loaded again: %s", again)
	}
	if changed := changes(before, objects(t, c, namespace)); len(changed) > 0 {
		t.Errorf("a second up --build changes %v", changed)
	}
	p.run(0, "down", "-n", namespace, "-t", "0")
}

// renameCluster changes the name of the cluster in the kubeconfig of the project.
func (p *project) renameCluster(name string) {
	p.Helper()
	p.editKubeconfig(func(config *clientcmdapi.Config) {
		for old, cluster := range config.Clusters {
			delete(config.Clusters, old)
			config.Clusters[name] = cluster
		}
		for _, c := range config.Contexts {
			c.Cluster = name
		}
	})
}

// editKubeconfig changes the kubeconfig of the project.
func (p *project) editKubeconfig(edit func(*clientcmdapi.Config)) {
	p.Helper()
	file := p.variable("KUBECONFIG")
	config, err := clientcmd.LoadFromFile(file)
	if err != nil {
		p.Fatal(err)
	}
	edit(config)
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		p.Fatal(err)
	}
}

// What cannot work is said before anything is applied, each with its code and what to do.
func TestWhatCannotBeDelivered(t *testing.T) {
	p := clone(t, "shop")
	p.withPodman(0)
	c, namespace := p.onNode()
	up := []string{"up", "-d", "-n", namespace}
	r := p.run(1, up...)
	p.says(r, "error[build-needs-registry] services.web.build", "transship up --registry HOST/PATH", "compose.yaml:4:")
	r = p.run(1, append(up, "--builder", "none")...)
	p.says(r, "error[build-no-builder] services.web.build", "transship push", "transship up --images", "--no-build")
	r = p.run(1, append(up, "--builder", "docker")...)
	p.says(r, "error[build-no-builder]")
	r = p.run(1, append(up, "--platform", "linux/arm64", "--registry", c.Registry(t))...)
	p.says(r, "error[build-platform] services.web.build", "the image is for linux/arm64, and the nodes are linux/amd64", "transship up --build --platform linux/amd64")
	// The image for the wrong platform is in the engine now; building for the nodes is the way out that is named.
	r = p.run(1, append(up, "--registry", c.Registry(t))...)
	p.says(r, "error[build-platform]")
	p.run(0, append(up, "--registry", c.Registry(t), "--build", "--platform", "linux/amd64", "--wait", "--timeout", "8m")...)
	p.run(0, "down", "-n", namespace, "-t", "0")
	p.write("compose.override.yaml", "services: {web: {platform: linux/s390x}}\n")
	r = p.run(1, append(up, "--registry", c.Registry(t))...)
	p.says(r, "error[build-platform] services.web.build: the image is for linux/s390x", "platform: linux/amd64")
	p.write("compose.override.yaml", "services: {web: {build: {dockerfile_inline: \"FROM scratch\\nCOPY nothing /\\n\"}}}\n")
	r = p.run(1, append(up, "--registry", c.Registry(t), "--build")...)
	p.says(r, "error[build-failed] services.web.build: podman could not build it", "nothing", "transship build")
	if left := objects(t, c, namespace); len(left) > 1 { // the certificate of the cluster
		t.Errorf("what failed left %v", left)
	}
}
