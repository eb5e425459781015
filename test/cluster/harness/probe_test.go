package harness_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
	"github.com/transship/transship/test/cluster/images"
)

// seen is the part of the probe's report that these tests look at.
type seen struct {
	Args, Env []string
	CWD       string
	UID, GID  int
	Groups    []int
	Hostname  string
	Status    map[string]string
	Mounts    []struct{ Path, Type string }
	Zombies   int
	Files     map[string]struct {
		Mode    string
		Content []byte
	}
}

// reported runs a Pod whose probe prints its report, and returns that.
func reported(t *testing.T, c *harness.Cluster, namespace, pod string) seen {
	t.Helper()
	c.Apply(t, namespace, pod)
	podShows(t, c, namespace, "app=probe", func(p corev1.Pod) bool { return p.Status.Phase == corev1.PodSucceeded })
	logs, err := c.Logs(t.Context(), namespace, "probe", "")
	if err != nil {
		t.Fatal(err)
	}
	var report seen
	if err := json.Unmarshal([]byte(logs), &report); err != nil {
		t.Fatalf("decode report: %v\n%s", err, logs)
	}
	return report
}

func TestProbeReportsWhatTheContainerSees(t *testing.T) {
	c := harness.Start(t, harness.Node)
	report := reported(t, c, c.Namespace(t), `
apiVersion: v1
kind: ConfigMap
metadata: {name: files}
data: {greeting: "hello\n"}
---
apiVersion: v1
kind: Pod
metadata: {name: probe, labels: {app: probe}}
spec:
  restartPolicy: Never
  hostname: box
  securityContext: {runAsUser: 1000, runAsGroup: 1001, fsGroup: 1002, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: a
    image: `+images.Probe+`
    args: [report, "not a step"]
    workingDir: /home/app
    env: [{name: ODD, value: "ü \"$$(X)\"\n two"}, {name: EMPTY, value: ""}]
    securityContext: {capabilities: {drop: [ALL]}, allowPrivilegeEscalation: false}
    volumeMounts: [{name: files, mountPath: /files}, {name: scratch, mountPath: /scratch}]
  volumes: [{name: files, configMap: {name: files, defaultMode: 0440}}, {name: scratch, emptyDir: {medium: Memory}}]
`)
	for _, want := range []string{"ODD=ü \"$(X)\"\n two", "EMPTY="} {
		if !slices.Contains(report.Env, want) {
			t.Errorf("environment: want %q among %q", want, report.Env)
		}
	}
	if !slices.Equal(report.Args, []string{"/probe", "report", "not a step"}) || report.CWD != "/home/app" || report.Hostname != "box" {
		t.Errorf("arguments %q, directory %q, host name %q", report.Args, report.CWD, report.Hostname)
	}
	if report.UID != 1000 || report.GID != 1001 || !slices.Contains(report.Groups, 1002) {
		t.Errorf("user %d, group %d, groups %v", report.UID, report.GID, report.Groups)
	}
	status := map[string]string{"CapEff": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2"}
	for key, want := range status {
		if report.Status[key] != want {
			t.Errorf("%s: want %s, got %s", key, want, report.Status[key])
		}
	}
	if !slices.Contains(report.Mounts, struct{ Path, Type string }{"/scratch", "tmpfs"}) {
		t.Errorf("no tmpfs at /scratch: %v", report.Mounts)
	}
	if resolv := string(report.Files["/etc/resolv.conf"].Content); !strings.Contains(resolv, "nameserver 10.96.0.10") {
		t.Errorf("resolv.conf: %q", resolv)
	}
}

func TestProbeLeavesZombiesToProcessOne(t *testing.T) {
	c := harness.Start(t, harness.Node)
	for _, test := range []struct {
		share   bool
		zombies int
	}{{false, 2}, {true, 0}} {
		t.Run(fmt.Sprintf("shared process namespace %t", test.share), func(t *testing.T) {
			report := reported(t, c, c.Namespace(t), fmt.Sprintf(`
apiVersion: v1
kind: Pod
metadata: {name: probe, labels: {app: probe}}
spec:
  restartPolicy: Never
  shareProcessNamespace: %t
  containers: [{name: a, image: "%s", args: [zombies, "2", sleep, 500ms, report]}]
`, test.share, images.Probe))
			if report.Zombies != test.zombies {
				t.Errorf("want %d zombies, got %d", test.zombies, report.Zombies)
			}
		})
	}
}

func TestProbePrintsSignals(t *testing.T) {
	c := harness.Start(t, harness.Node)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, `
apiVersion: v1
kind: Pod
metadata: {name: probe, labels: {app: probe}}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: a, image: "`+images.Probe+`", args: [signals, print, begun, forever]}]
`)
	c.PodReady(t, namespace, "app=probe")
	ctx := t.Context()
	stream, err := c.Client.CoreV1().Pods(namespace).GetLogs("probe", &corev1.PodLogOptions{Follow: true}).Stream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	lines := bufio.NewScanner(stream)
	if !lines.Scan() || lines.Text() != "begun" {
		t.Fatalf("want the first line, got %q, %v", lines.Text(), lines.Err())
	}
	if err := c.Client.CoreV1().Pods(namespace).Delete(ctx, "probe", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if !lines.Scan() || lines.Text() != "signal SIGTERM" {
		t.Errorf("want the signal, got %q, %v", lines.Text(), lines.Err())
	}
}
