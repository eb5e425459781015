package behaviour

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
	"github.com/transship/transship/transform"
)

// nodeAddress is where the node answers on the ports of NodePort Services.
const nodeAddress = "10.89.0.1"

func TestNetwork(t *testing.T) {
	t.Parallel()
	p := run(t, "network", func(p *project) {
		alias(t, p.Cluster, "postgres:16")
		p.options.Transform.Publish = transform.PublishNodePort
	})
	client := p.podRuns(t, "client")
	t.Run("names and ports", func(t *testing.T) { namesAndPorts(t, p, client) })
	t.Run("names that lead to containers", func(t *testing.T) { directNames(t, p, client) })
	t.Run("resolver", func(t *testing.T) { resolver(t, p, client) })
	t.Run("published ports", func(t *testing.T) { published(t, p, client) })
}

func namesAndPorts(t *testing.T, p *project, client *corev1.Pod) {
	for _, row := range []struct{ promise, address, service string }{
		{"a service is reached at the container's port, not the published one", "web:80", "web"},
		{"a port is reached by TCP and by UDP: TCP", "web:53", "web"},
		{"a port is reached by TCP and by UDP: UDP", "web:53/udp", "web"},
		{"an exposed port is reached", "web:9000", "web"},
		{"a port that is published on the loopback is reached by peers", "web:9100", "web"},
		{"every port of a range is reached: first", "web:9101", "web"},
		{"every port of a range is reached: last", "web:9102", "web"},
		{"an alias leads to the service", "www:80", "web"},
		{"an alias leads to all its ports", "www:9000", "web"},
		{"a link gives another name", "linked:80", "web"},
		{"a port that nobody declared is reached when no port is known", "silent:7000", "silent"},
		{"so is one of UDP", "silent:7001/udp", "silent"},
		{"a port that a peer's variable names is reached", "cache:6380", "cache"},
		{"container_name is a name", "my-api:7002", "api"},
		{"beside container_name the service's name stays", "api:7002", "api"},
		{"hostname is a name for peers that use it", "named-host:7004", "hosted"},
		{"the port of a known image is reached", "db:5432", "db"},
		{"a port that the healthcheck names is reached", "checked:7005", "checked"},
		{"a service reaches itself by its name", "client:8080", ""},
	} {
		t.Run(row.promise, func(t *testing.T) {
			if row.service == "" {
				p.connects(t, client, row.address)
				return
			}
			said := p.connects(t, client, row.address)
			pods, err := p.pods(t.Context(), row.service)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(pods, func(pod corev1.Pod) bool { return said == pod.Name || said == pod.Spec.Hostname }) {
				t.Errorf("%q answers", said)
			}
		})
	}
	t.Run("a name that no DNS label can carry is rewritten where it is used as a host", func(t *testing.T) {
		env, _ := p.reportOf(t, client).env()
		_, address, _ := strings.Cut(env["UNDERSCORED_URL"], "//")
		p.connects(t, client, address)
	})
	t.Run("a port that nothing listens on refuses", func(t *testing.T) {
		if got := ask[said](t, p, client, "/connect?addr=silent:7999"); got.Error == "" {
			t.Errorf("got %+v", got)
		}
	})
}

func directNames(t *testing.T, p *project, client *corev1.Pod) {
	t.Run("the name of a service with replicas leads to each of them", func(t *testing.T) {
		harness.Eventually(t, "silent resolves to its Pods", func(ctx context.Context) (bool, error) {
			pods, err := p.pods(ctx, "silent")
			if err != nil {
				return false, err
			}
			var want []string
			for _, pod := range pods {
				want = append(want, pod.Status.PodIP)
			}
			var got said
			err = p.try(ctx, client, "/lookup?name=silent", &got)
			slices.Sort(want)
			slices.Sort(got.Addresses)
			return err == nil && len(want) > 1 && slices.Equal(want, got.Addresses), errors.Join(err, fmt.Errorf("want %q, got %+v", want, got))
		})
	})
	t.Run("a container finds itself by its host name", func(t *testing.T) {
		pod := p.podRuns(t, "hosted")
		sameList(t, []string{pod.Status.PodIP}, ask[said](t, p, pod, "/lookup?name=named-host").Addresses)
	})
	for _, row := range []struct{ promise, name, address string }{
		{"extra_hosts adds a name", "somebody", "203.0.113.7"},
		{"extra_hosts adds an address of IPv6", "sixth", "::1"},
	} {
		t.Run(row.promise, func(t *testing.T) {
			sameList(t, []string{row.address}, ask[said](t, p, client, "/lookup?name="+row.name).Addresses)
		})
	}
	t.Run("a name that nobody has does not resolve", func(t *testing.T) {
		if got := ask[said](t, p, client, "/lookup?name=nobody"); got.Error == "" {
			t.Errorf("got %+v", got)
		}
	})
}

func resolver(t *testing.T, p *project, client *corev1.Pod) {
	conf := string(p.reportOf(t, client).Files["/etc/resolv.conf"].Content)
	line := func(key string) []string {
		for l := range strings.Lines(conf) {
			if words := strings.Fields(l); len(words) > 0 && words[0] == key {
				return words[1:]
			}
		}
		return nil
	}
	for _, row := range []struct{ promise, key, word string }{
		{"dns_search is searched", "search", "example.test"},
		{"dns_opt sets options", "options", "timeout:1"},
		{"dns_opt replaces options of the cluster", "options", "ndots:3"},
	} {
		t.Run(row.promise, func(t *testing.T) {
			if !slices.Contains(line(row.key), row.word) {
				t.Errorf("got %q", conf)
			}
		})
	}
}

func published(t *testing.T, p *project, client *corev1.Pod) {
	service, err := p.Client.CoreV1().Services(p.namespace).Get(t.Context(), "web-published", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ports := map[int32]int32{}
	for _, port := range service.Spec.Ports {
		if port.Protocol == corev1.ProtocolTCP {
			ports[port.TargetPort.IntVal] = port.NodePort
		}
	}
	for _, target := range []int32{80, 53, 9101, 9102} {
		t.Run(fmt.Sprintf("a published port is reached from outside: %d", target), func(t *testing.T) {
			same(t, p.podRuns(t, "web").Name, p.connects(t, client, fmt.Sprintf("%s:%d", nodeAddress, ports[target])))
		})
	}
	t.Run("a port that is published on the loopback is not reached from outside", func(t *testing.T) {
		if port, found := ports[9100]; found {
			t.Errorf("at %d", port)
		}
	})
}
