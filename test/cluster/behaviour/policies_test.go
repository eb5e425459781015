package behaviour

import (
	"context"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
	"github.com/transship/transship/transform"
)

// outside is an address that is on no network of the project: the API server's, which every Pod may reach.
const outside = "kubernetes.default.svc.cluster.local:443"

func TestPolicies(t *testing.T) {
	t.Parallel()
	p := run(t, "policies", func(p *project) { p.options.Transform.Publish = transform.PublishNodePort })
	pods := map[string]*corev1.Pod{}
	for _, service := range []string{"front", "both", "back", "vault", "vault-user", "lonely", "public", "neighbour"} {
		pods[service] = p.podRuns(t, service)
		ask[report](t, p, pods[service], "/")
	}
	for _, row := range []struct{ promise, from, address string }{
		{"services of one network reach each other", "front", "both:7000"},
		{"a service of two networks reaches those of the other network", "both", "back:7000"},
		{"and is reached from there", "back", "both:7000"},
		{"services of an internal network reach each other", "vault-user", "vault:7000"},
		{"a service that is not only on an internal network reaches the outside", "vault-user", outside},
		{"a service of another network reaches the outside", "front", outside},
		{"a port that is not published is reached from its own network", "neighbour", "public:7100"},
		{"a published port is reached from every network", "front", "public:7000"},
		{"a published port is reached from outside", "back", nodeAddress + ":" + p.nodePort(t, "public-published")},
	} {
		t.Run(row.promise, func(t *testing.T) { p.connects(t, pods[row.from], row.address) })
	}
	for _, row := range []struct{ promise, from, address string }{
		{"services of different networks do not reach each other", "front", "back:7000"},
		{"nor the other way round", "back", "vault:7000"},
		{"a port that is not published is not reached from another network", "front", "public:7100"},
		{"an internal network is not reached from the default one", "public", "vault:7000"},
		{"a service of an internal network does not reach the outside", "vault", outside},
		{"nor a service that does not share it", "vault", "both:7000"},
		{"nor a published port", "vault", "public:7000"},
		{"a service without network reaches nobody", "lonely", podAddress(pods["public"]) + ":7000"},
		{"a service without network is reached by nobody", "public", podAddress(pods["lonely"]) + ":8080"},
	} {
		t.Run(row.promise, func(t *testing.T) { p.blocked(t, pods[row.from], row.address) })
	}
	t.Run("a service of an internal network looks up names", func(t *testing.T) {
		if got := ask[said](t, p, pods["vault"], "/lookup?name=vault-user"); got.Error != "" {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a service without network has no name", func(t *testing.T) {
		if got := ask[said](t, p, pods["public"], "/lookup?name=lonely"); got.Error == "" {
			t.Errorf("got %+v", got)
		}
	})
}

func podAddress(pod *corev1.Pod) string { return pod.Status.PodIP }

// blocked waits until a Pod does not reach an address: policies take hold a moment after a Pod has got its address.
func (p *project) blocked(t *testing.T, pod *corev1.Pod, address string) {
	t.Helper()
	harness.Eventually(t, pod.Name+" does not reach "+address, func(ctx context.Context) (bool, error) {
		var answer said
		err := p.try(ctx, pod, "/connect?addr="+address, &answer)
		return err == nil && answer.Error != "", err
	})
}

// nodePort returns the port at which the node answers for the first port of a Service.
func (p *project) nodePort(t *testing.T, name string) string {
	t.Helper()
	service, err := p.Client.CoreV1().Services(p.namespace).Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(int(service.Spec.Ports[0].NodePort))
}
