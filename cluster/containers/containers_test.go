package containers

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// now is the time of all tests.
var now = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func pod(t *testing.T, text string) *corev1.Pod {
	t.Helper()
	var out corev1.Pod
	if err := yaml.UnmarshalStrict([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

func TestStatesInTheWordsOfDockerCompose(t *testing.T) {
	const probed = "readinessProbe: {periodSeconds: 1, failureThreshold: 2, exec: {command: [check]}}"
	cases := map[string]struct {
		spec, container, status, pod string
		state                        State
		says                         string
	}{
		"runs":              {status: `state: {running: {startedAt: "2026-01-02T11:59:57Z"}}`, state: Running, says: "Up 3 seconds"},
		"healthy":           {container: probed, status: `ready: true, state: {running: {startedAt: "2026-01-02T11:57:00Z"}}`, state: Running, says: "Up 3 minutes (healthy)"},
		"not yet healthy":   {container: probed, status: `ready: false, state: {running: {startedAt: "2026-01-02T11:59:58Z"}}`, state: Running, says: "Up 2 seconds (health: starting)"},
		"unhealthy":         {container: probed, status: `ready: false, state: {running: {startedAt: "2026-01-02T11:59:56Z"}}`, state: Running, says: "Up 4 seconds (unhealthy)"},
		"in its start time": {container: probed + ", startupProbe: {periodSeconds: 5, exec: {command: [check]}}", status: `ready: false, started: false, state: {running: {startedAt: "2026-01-02T11:00:00Z"}}`, state: Running, says: "Up About an hour (health: starting)"},
		"past its start time": {
			container: probed + ", startupProbe: {periodSeconds: 5, failureThreshold: 60, exec: {command: [check]}}",
			status:    `ready: false, started: false, state: {running: {startedAt: "2026-01-02T11:59:00Z"}}`, state: Running, says: "Up About a minute (unhealthy)",
		},
		"waits to be restarted": {
			status: `restartCount: 4, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1, finishedAt: "2026-01-02T11:59:57Z"}}`,
			state:  Restarting, says: "Restarting (1) 3 seconds ago",
		},
		"has just ended": {
			status: `restartCount: 4, state: {terminated: {exitCode: 7, reason: Error, finishedAt: "2026-01-02T11:59:59Z"}}`,
			state:  Restarting, says: "Restarting (7) 1 second ago",
		},
		"ended well":        {spec: "restartPolicy: Never", status: `state: {terminated: {exitCode: 0, reason: Completed, finishedAt: "2026-01-02T11:50:00Z"}}`, state: Exited, says: "Exited (0) 10 minutes ago"},
		"retried":           {spec: "restartPolicy: OnFailure", status: `state: {terminated: {exitCode: 3, finishedAt: "2026-01-02T11:59:58Z"}}`, state: Restarting, says: "Restarting (3) 2 seconds ago"},
		"ended on success":  {spec: "restartPolicy: OnFailure", status: `state: {terminated: {exitCode: 0, finishedAt: "2026-01-02T11:59:58Z"}}`, state: Exited, says: "Exited (0) 2 seconds ago"},
		"out of memory":     {spec: "restartPolicy: Never", status: `state: {terminated: {exitCode: 137, reason: OOMKilled, finishedAt: "2026-01-02T11:59:58Z"}}`, state: Exited, says: "Exited (137) 2 seconds ago (OOMKilled)"},
		"no image":          {status: `state: {waiting: {reason: ImagePullBackOff}}`, state: Created, says: "Created (ImagePullBackOff)"},
		"being made":        {status: `state: {waiting: {reason: ContainerCreating}}`, state: Created, says: "Created"},
		"removed":           {pod: `deletionTimestamp: "2026-01-02T11:59:57Z"`, status: `state: {running: {startedAt: "2026-01-02T11:59:57Z"}}`, state: Removing, says: "Removal In Progress"},
		"not on a node yet": {state: Created, says: "Created"},
	}
	for name, c := range cases {
		status := "{}"
		if c.status != "" {
			status = "{containerStatuses: [{name: web, " + c.status + "}]}"
		}
		metadata := "name: web-1"
		if c.pod != "" {
			metadata += ", " + c.pod
		}
		spec := "containers: [{name: web, image: example, " + c.container + "}]"
		if c.spec != "" {
			spec += ", " + c.spec
		}
		got := Of(pod(t, "{metadata: {"+metadata+"}, spec: {"+spec+"}, status: "+status+"}"), Member{Services: []string{"web"}}, now)
		if len(got) != 1 || got[0].State != c.state || got[0].Status(now) != c.says {
			t.Errorf("%s: %v, want %s, %q", name, got, c.state, c.says)
			for i := range got {
				t.Log(got[i].State, got[i].Status(now))
			}
		}
	}
}

func TestEvictedPodHasExited(t *testing.T) {
	got := Of(pod(t, `{spec: {containers: [{name: web}]}, status: {phase: Failed, reason: Evicted}}`), Member{}, now)
	if got[0].State != Exited || got[0].Status(now) != "Exited (Evicted)" {
		t.Errorf("it is %s, %q", got[0].State, got[0].Status(now))
	}
}

func TestServicesThatShareAPodAreToldApart(t *testing.T) {
	got := Of(pod(t, `
metadata:
  name: vpn-1
  labels: {network.transship/front: "true", app.kubernetes.io/name: vpn}
  annotations: {tier: edge, transship/labels: '{"odd key": "x"}', transship/checksum-x: abc}
spec:
  initContainers:
  - {name: wait-for-db, image: busybox}
  - {name: proxy, image: proxy, restartPolicy: Always}
  containers:
  - {name: vpn, image: vpn, ports: [{containerPort: 51820, protocol: UDP}]}
  - name: web-app
    image: web
    command: [serve]
    args: [":80", fast]
    ports: [{containerPort: 80}, {containerPort: 9000}]
    volumeMounts: [{name: data, mountPath: /data}, {name: data, mountPath: /more}, {name: config, mountPath: /etc}]
  volumes:
  - {name: data, persistentVolumeClaim: {claimName: web-data}}
  - {name: config, configMap: {name: config}}
status:
  containerStatuses:
  - {name: web-app, containerID: "containerd://0123456789abcdef", imageID: "registry.example/web@sha256:1", state: {running: {}}}
`), Member{
		Services:  []string{"proxy", "vpn", "web_app"},
		Published: []Publisher{{URL: "127.0.0.1", TargetPort: 80, PublishedPort: 8080, Protocol: "tcp"}, {URL: "127.0.0.1", TargetPort: 51820, Protocol: "udp"}},
		ByName:    func(service string) string { return map[string]string{"web_app": "web-app"}[service] },
	}, now)
	var services []string
	for _, c := range got {
		services = append(services, c.Service)
	}
	if !slices.Equal(services, []string{"proxy", "vpn", "web_app"}) {
		t.Fatalf("the services are %v", services)
	}
	web := got[2]
	if web.ID != "0123456789abcdef" || !slices.Equal(web.Command, []string{"serve", ":80", "fast"}) || !slices.Equal(web.Claims, []string{"web-data"}) {
		t.Errorf("the container is %+v", web)
	}
	if ports := Ports(web.Publishers); ports != "127.0.0.1:8080->80/tcp, 9000/tcp" {
		t.Errorf("its ports are %s", ports)
	}
	if ports := Ports(got[1].Publishers); ports != "51820/udp" {
		t.Errorf("the ports of the other one are %s", ports)
	}
	if web.Labels["tier"] != "edge" || web.Labels["odd key"] != "x" || len(web.Labels) != 4 || !slices.Equal(web.Networks, []string{"front"}) {
		t.Errorf("its labels are %v, its networks %v", web.Labels, web.Networks)
	}
}

// TestFailuresThatAreCountedDecide: a check that takes its time has not failed.
func TestFailuresThatAreCountedDecide(t *testing.T) {
	p := pod(t, `{metadata: {name: web-1}, spec: {containers: [{name: web, readinessProbe: {periodSeconds: 1, failureThreshold: 2, timeoutSeconds: 30, exec: {command: [check]}}}]},
  status: {containerStatuses: [{name: web, ready: false, state: {running: {startedAt: "2026-01-02T11:59:50Z"}}}]}}`)
	for failures, want := range map[int]Health{0: Starting, 1: Starting, 2: Unhealthy, unknown: Unhealthy} {
		if got := HealthOf(&p.Spec.Containers[0], &p.Status.ContainerStatuses[0], failures, now); got != want {
			t.Errorf("after %d failures it is %s, want %s", failures, got, want)
		}
	}
	later := now.Add(time.Hour)
	for failures, want := range map[int]Health{0: Starting, 1: Unhealthy} {
		if got := HealthOf(&p.Spec.Containers[0], &p.Status.ContainerStatuses[0], failures, later); got != want {
			t.Errorf("after %d failures and an hour it is %s, want %s", failures, got, want)
		}
	}
}
