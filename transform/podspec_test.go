package transform

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// podNamed returns the Pod template of a Deployment.
func podNamed(t testing.TB, r Result, name string) corev1.PodTemplateSpec {
	t.Helper()
	return find[*appsv1.Deployment](t, r, name).Spec.Template
}

// containerNamed returns a container or initContainer of a Deployment.
func containerNamed(t testing.TB, r Result, workload, name string) corev1.Container {
	t.Helper()
	spec := podNamed(t, r, workload).Spec
	for _, c := range append(spec.InitContainers, spec.Containers...) {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no container %s in %s", name, workload)
	return corev1.Container{}
}

func TestUsersAndPathsOfWindows(t *testing.T) {
	r := convertYAML(t, `services: {a: {image: x, platform: windows/amd64, user: ContainerUser, tmpfs: [], volumes: [{type: volume, source: d, target: 'C:/app\conf'}]}}
volumes: {d: {}}`)
	pod := podSpec(t, r, "a")
	c := pod.Containers[0]
	if c.SecurityContext == nil || c.SecurityContext.WindowsOptions == nil || *c.SecurityContext.WindowsOptions.RunAsUserName != "ContainerUser" || c.SecurityContext.RunAsUser != nil {
		t.Errorf("%+v", c.SecurityContext)
	}
	if len(c.VolumeMounts) != 1 || c.VolumeMounts[0].MountPath != `C:\app\conf` {
		t.Errorf("%+v", c.VolumeMounts)
	}
	if hasCode(r, "user-name") || hasCode(r, "mount-target") {
		t.Error("a user and a path of Windows are read as those of Linux")
	}
}

func TestWordsOfSwarmAgreeWithTheManifest(t *testing.T) {
	r := convertYAML(t, `services: {a: {image: nginx, hostname: "{{.Task.Slot}}", environment: {N: "{{.Node.Hostname}}", G: "{{ .Values }}"}, ports: [{target: 80, published: "80", mode: host}],
  deploy: {replicas: 2, placement: {max_replicas_per_node: 1}, update_config: {order: start-first}}}}`)
	if name := podSpec(t, r, "a").Hostname; name != "" {
		t.Errorf("the host name %q is invented", name)
	}
	if hasCode(r, "placement") || !hasCode(r, "update-order") {
		t.Error("Pods start first and last at once")
	}
	if n := countOf(r, "swarm-template"); n != 1 {
		t.Errorf("%d templates", n)
	}
}

func countOf(r Result, code string) int {
	n := 0
	for _, f := range r.Findings {
		if f.Code == code {
			n++
		}
	}
	return n
}
