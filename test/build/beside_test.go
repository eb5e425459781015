package build_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
)

// What needs no image of the project starts while one is built, if the cluster does not have it yet. An interrupted or a
// failed build leaves nothing half applied: what was there before is as it was.
func TestUpStartsWhatItCanWhileImagesAreBuilt(t *testing.T) {
	p := clone(t, "beside")
	p.withPodman(0)
	c, namespace := p.onNode()
	up := []string{"up", "-d", "--wait", "--timeout", "8m", "-n", namespace, "--registry", c.Registry(t)}
	deployments := c.Client.AppsV1().Deployments(namespace)

	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	ended := make(chan result, 1)
	go func() { ended <- p.ctxRun(ctx, up...) }()
	harness.Eventually(t, "the store and the clerk run", func(ctx context.Context) (bool, error) {
		clerk, err := deployments.Get(ctx, "clerk", metav1.GetOptions{})
		return err == nil && clerk.Status.ReadyReplicas == 1, client(err)
	})
	for _, name := range []string{"web", "front"} {
		if _, err := deployments.Get(ctx, name, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			t.Errorf("%s is there before its image is: %v", name, err)
		}
	}
	interrupt()
	stopped := <-ended
	if stopped.code != 130 {
		t.Errorf("an interrupted up ends with %d", stopped.code)
	}
	p.says(stopped, "while images are built: clerk, store", "left running", "down -n "+namespace)
	before := objects(t, c, namespace)
	for name := range before {
		if strings.HasSuffix(name, "/web") || strings.HasSuffix(name, "/front") {
			t.Errorf("the interrupted up left %s", name)
		}
	}

	p.run(0, up...)
	after := objects(t, c, namespace)
	for name, content := range before {
		if strings.HasPrefix(name, "deployment/") && after[name] != content {
			t.Errorf("going on changed %s:\n%s\n%s", name, content, after[name])
		}
	}

	// A change of what runs waits for the images, and is not made when one of them fails.
	p.write("compose.override.yaml", "services:\n  store: {environment: {WORD: two}}\n  late: {image: \"busybox:1.37\", command: [sleep, \"3600\"], depends_on: [store]}\n")
	p.write("web/Dockerfile", "FROM scratch\nCOPY nothing /\n")
	failed := p.run(1, append(up, "--build")...)
	p.says(failed, "error[build-failed] services.web.build")
	changed := changes(after, objects(t, c, namespace))
	if i := slices.IndexFunc(changed, func(name string) bool { return strings.HasPrefix(name, "deployment/") }); i >= 0 {
		t.Errorf("an up whose build failed changed %v", changed)
	}
	p.run(0, "down", "-n", namespace, "-t", "0")
}

// client lets a test go on where an object is not there yet.
func client(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
