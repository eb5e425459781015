package behaviour

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// content returns the text of a file as a service sees it.
func (p *project) content(t *testing.T, service, path string) string {
	t.Helper()
	return string(ask[file](t, p, p.podRuns(t, service), "/file?path="+path).Content)
}

// write writes a file in a Pod.
func (p *project) write(t *testing.T, pod *corev1.Pod, path, text string) {
	t.Helper()
	if _, err := p.Exec(t.Context(), p.namespace, pod.Name, "", "/probe", "write", path+"="+text); err != nil {
		t.Fatal(err)
	}
}

// replace deletes a Pod and waits for the one that takes its place.
func (p *project) replace(t *testing.T, service string, pod *corev1.Pod) *corev1.Pod {
	t.Helper()
	if err := p.Client.CoreV1().Pods(p.namespace).Delete(t.Context(), pod.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	return p.podWhen(t, service, "takes the place of "+pod.Name, func(other *corev1.Pod) bool {
		return other.UID != pod.UID && other.Status.Phase == corev1.PodRunning
	})
}

func TestVolumes(t *testing.T) {
	t.Parallel()
	p := run(t, "volumes")
	writer := p.podRuns(t, "writer")
	p.write(t, writer, "/data/note", "from the writer")
	t.Run("two services see the same volume", func(t *testing.T) {
		same(t, "from the writer", p.content(t, "reader", "/elsewhere/note"))
	})
	t.Run("a volume mounted read-only cannot be written", func(t *testing.T) {
		reader := p.podRuns(t, "reader")
		if _, err := p.Exec(t.Context(), p.namespace, reader.Name, "", "/probe", "write", "/elsewhere/x=y"); err == nil {
			t.Error("it can")
		}
	})
	t.Run("volumes_from gives the volumes of another service", func(t *testing.T) {
		same(t, "from the writer", p.content(t, "heir", "/data/note"))
	})
	t.Run("volumes_from gives the anonymous volumes as well", func(t *testing.T) {
		p.write(t, writer, "/anonymous/note", "without a name")
		same(t, "without a name", p.content(t, "heir", "/anonymous/note"))
	})
	t.Run("subpath mounts a part of a volume", func(t *testing.T) {
		p.write(t, p.podRuns(t, "part"), "/part/note", "of a part")
		same(t, "of a part", p.content(t, "reader", "/elsewhere/sub/note"))
	})
	t.Run("two services see the same directory that both bind", func(t *testing.T) {
		p.write(t, writer, "/uploads/pictures/one", "a picture")
		same(t, "a picture", p.content(t, "reader", "/pictures/one"))
	})
	t.Run("all replicas see the same volume", func(t *testing.T) { replicasShare(t, p) })
	t.Run("a volume outlives the container", func(t *testing.T) {
		replaced := p.replace(t, "writer", writer)
		same(t, "from the writer", string(p.reportOf(t, replaced, "/data/note").Files["/data/note"].Content))
	})
	t.Run("a new volume has the files that the image has there", func(t *testing.T) {
		out, err := p.Exec(t.Context(), p.namespace, p.podRuns(t, "filled").Name, "", "/bin/cat", "/etc/passwd")
		if err != nil || !strings.HasPrefix(out, "root:") {
			t.Errorf("got %q, %v", out, err)
		}
	})
}

func replicasShare(t *testing.T, p *project) {
	pods := p.running(t, "many", 2)
	for i := range pods {
		same(t, "from the writer", string(p.reportOf(t, &pods[i], "/data/note").Files["/data/note"].Content))
	}
}
