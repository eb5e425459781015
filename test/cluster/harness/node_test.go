package harness_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"

	"github.com/transship/transship/test/cluster/harness"
	"github.com/transship/transship/test/cluster/images"
)

// probes is a Deployment of the probe and a Service of the same name in front of it.
func probes(name string, replicas int, more string) string {
	return fmt.Sprintf(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s}
spec:
  replicas: %[2]d
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: probe
        image: %[3]s
        args: [serve, ":8080", tcp, ":9000", udp, ":9000", print, "it is running", forever]
        ports: [{containerPort: 8080, name: web}, {containerPort: 9000, name: echo}]
        readinessProbe: {httpGet: {path: /health, port: web}, periodSeconds: 1}
%[4]s
---
apiVersion: v1
kind: Service
metadata: {name: %[1]s}
spec: {selector: {app: %[1]s}, ports: [{name: web, port: 80, targetPort: web}, {name: echo, port: 9000}, {name: echo-udp, port: 9000, protocol: UDP}]}
`, name, replicas, images.Probe, more)
}

// said is what the probe answers to a question about the network.
type said struct {
	Addresses   []string
	Said, Error string
}

func ask(t *testing.T, c *harness.Cluster, pod *corev1.Pod, path string) said {
	t.Helper()
	var answer said
	if err := c.Ask(t.Context(), pod.Namespace, pod.Name, 8080, path, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// eventuallySays asks until the answer is right: a Pod is ready before DNS and the proxy of its node know of it.
func eventuallySays(t *testing.T, c *harness.Cluster, pod *corev1.Pod, path string, right func(said) bool) {
	t.Helper()
	harness.Eventually(t, pod.Name+" has the right answer to "+path, func(context.Context) (bool, error) {
		got := ask(t, c, pod, path)
		return right(got), fmt.Errorf("%+v", got)
	})
}

func TestRealPodsTalk(t *testing.T) {
	c := harness.Start(t, harness.Node)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, probes("web", 2, "")+"---"+probes("client", 1, ""))
	web, client := c.PodReady(t, namespace, "app=web"), c.PodReady(t, namespace, "app=client")

	service, err := c.Client.CoreV1().Services(namespace).Get(t.Context(), "web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"web", "web." + namespace, "web." + namespace + ".svc.cluster.local"} {
		eventuallySays(t, c, client, "/lookup?name="+name, func(got said) bool {
			return slices.Equal(got.Addresses, []string{service.Spec.ClusterIP})
		})
	}
	if got := ask(t, c, client, "/lookup?name=nobody"); got.Error == "" {
		t.Errorf("lookup of a name that is not there: got %+v", got)
	}
	for _, network := range []string{"tcp", "udp"} {
		eventuallySays(t, c, client, "/connect?addr=web:9000&net="+network, func(got said) bool {
			return strings.HasPrefix(got.Said, "web-")
		})
	}
	t.Run("itself by its service", func(t *testing.T) {
		eventuallySays(t, c, client, "/connect?addr=client:9000", func(got said) bool { return got.Said == client.Name })
	})
	t.Run("logs", func(t *testing.T) {
		harness.Eventually(t, "the log has the line", func(ctx context.Context) (bool, error) {
			logs, err := c.Logs(ctx, namespace, web.Name, "")
			return logs == "it is running\n", errors.Join(err, fmt.Errorf("got %q", logs))
		})
	})
	t.Run("exec", func(t *testing.T) {
		out, err := c.Exec(t.Context(), namespace, web.Name, "", "/probe", "print", "hello", "exit", "3")
		if out != "hello\n" || err == nil || !strings.Contains(err.Error(), "exit code 3") {
			t.Errorf("got %q, %v", out, err)
		}
	})
	t.Run("port-forward", func(t *testing.T) { forwarded(t, c, web) })
}

// forwarded asks a Pod through a port of this machine.
func forwarded(t *testing.T, c *harness.Cluster, pod *corev1.Pod) {
	transport, upgrader, err := spdy.RoundTripperFor(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	url := c.Client.CoreV1().RESTClient().Post().Namespace(pod.Namespace).Resource("pods").Name(pod.Name).SubResource("portforward").URL()
	stop, ready := make(chan struct{}), make(chan struct{})
	defer close(stop)
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, url)
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:8080"}, stop, ready, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	go func() { failed <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-failed:
		t.Fatal(err)
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/health", ports[0].Local))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("got %s", response.Status)
	}
}

func TestPodsShareAVolume(t *testing.T) {
	c := harness.Start(t, harness.Node)
	namespace := c.Namespace(t)
	mounted := `        volumeMounts: [{name: data, mountPath: /data}]
        securityContext: {runAsUser: 1000}
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]`
	c.Apply(t, namespace, `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---`+probes("reader", 1, mounted)+"---"+probes("writer", 1, mounted))
	writer, reader := c.PodReady(t, namespace, "app=writer"), c.PodReady(t, namespace, "app=reader")
	if _, err := c.Exec(t.Context(), namespace, writer.Name, "", "/probe", "write", "/data/note=from the writer"); err != nil {
		t.Fatal(err)
	}
	var note struct {
		Content []byte
		UID     int
	}
	if err := c.Ask(t.Context(), namespace, reader.Name, 8080, "/file?path=/data/note", &note); err != nil {
		t.Fatal(err)
	}
	if string(note.Content) != "from the writer" || note.UID != 1000 {
		t.Errorf("got %q of user %d", note.Content, note.UID)
	}
}

func TestImages(t *testing.T) {
	c := harness.Start(t, harness.Node)
	namespace := c.Namespace(t)
	c.AliasProbe(t, "example.com/some/app:2", "nginx")
	job := func(name, container string) string {
		return fmt.Sprintf(`
apiVersion: batch/v1
kind: Job
metadata: {name: %s}
spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: a, %s}]}}}
---`, name, container)
	}
	c.Apply(t, namespace, job("alias", `image: "example.com/some/app:2", args: [print, a]`)+
		job("latest", "image: nginx, args: [print, a]")+
		job("busybox", `image: "busybox:1.37", args: [sh, -c, "echo a >/tmp/a && chmod 600 /tmp/a && stat -c %a /tmp/a && until nslookup kubernetes.default.svc.cluster.local; do sleep 1; done"]`)+
		job("kubectl", `image: "registry.k8s.io/kubectl:v1.36.3", args: [version, --client]`))
	for _, name := range []string{"alias", "latest", "busybox", "kubectl"} {
		harness.Eventually(t, "job "+name+" completes", func(ctx context.Context) (bool, error) {
			found, err := c.Client.BatchV1().Jobs(namespace).Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return false, err
			}
			for _, condition := range found.Status.Conditions {
				if condition.Type == batchv1.JobComplete && condition.Status == corev1.ConditionTrue {
					return true, nil
				}
			}
			return false, fmt.Errorf("status %+v", found.Status)
		})
	}
	c.Apply(t, namespace, "apiVersion: v1\nkind: Pod\nmetadata: {name: absent, labels: {app: absent}}\nspec: {containers: [{name: a, image: 'example.com/absent:1'}]}\n")
	podShows(t, c, namespace, "app=absent", func(p corev1.Pod) bool { return waitsFor(p, "ImagePullBackOff") })
}

func TestNetworkPolicies(t *testing.T) {
	c := harness.Start(t, harness.Node)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, probes("web", 1, "")+"---"+probes("friend", 1, "")+"---"+probes("stranger", 1, ""))
	friend, stranger := c.PodReady(t, namespace, "app=friend"), c.PodReady(t, namespace, "app=stranger")
	c.PodReady(t, namespace, "app=web")
	reaches := func(pod *corev1.Pod, port int) bool {
		return ask(t, c, pod, fmt.Sprintf("/connect?addr=web:%d", port)).Error == ""
	}
	for name, pod := range map[string]*corev1.Pod{"friend": friend, "stranger": stranger} {
		harness.Eventually(t, name+" reaches web without a policy", func(context.Context) (bool, error) { return reaches(pod, 9000), nil })
	}
	c.Apply(t, namespace, `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}], ports: [{port: echo}]}]
`)
	harness.Eventually(t, "the stranger is kept out", func(context.Context) (bool, error) { return !reaches(stranger, 9000), nil })
	if !reaches(friend, 9000) {
		t.Error("the friend does not reach the port that the policy names")
	}
	if reaches(friend, 80) {
		t.Error("the friend reaches a port that the policy does not name")
	}
	c.Apply(t, namespace, `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: friend}
spec:
  podSelector: {matchLabels: {app: friend}}
  policyTypes: [Egress]
  egress:
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]
    ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
`)
	harness.Eventually(t, "the friend gets no further than DNS", func(context.Context) (bool, error) {
		return !reaches(friend, 9000), nil
	})
	if got := ask(t, c, friend, "/lookup?name=web"); got.Error != "" {
		t.Errorf("the friend may ask DNS: got %+v", got)
	}
	if got := ask(t, c, friend, "/connect?addr=kubernetes.default.svc.cluster.local:443"); got.Error == "" {
		t.Error("the friend reaches the API server although no policy lets it")
	}
	if got := ask(t, c, stranger, "/connect?addr=kubernetes.default.svc.cluster.local:443"); got.Error != "" {
		t.Errorf("the stranger is free to reach the API server: got %+v", got)
	}
}
