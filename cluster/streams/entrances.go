package streams

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
)

// Entrance is where a service is reached from outside the cluster, without a forward.
type Entrance struct {
	Service string // of Compose
	Address string // host:port, or a URL
	Target  int    // port of the Service; 0 if an Ingress leads there by name
	// Hint says what is still missing: a load balancer without an address, the address of a node.
	Hint string
}

// Entrances returns where the services of a project are reached from outside the cluster: by load balancers, ports of
// nodes, and Ingresses. A service that is only forwarded has none.
func Entrances(ctx context.Context, c *api.Conn, project, namespace string) ([]Entrance, error) {
	kinds := []resource.Ref{{APIVersion: "v1", Kind: "Service"}, {APIVersion: "networking.k8s.io/v1", Kind: "Ingress"}}
	objects, err := find.Objects(ctx, c, project, namespace, kinds)
	if err != nil {
		return nil, err
	}
	var out []Entrance
	for _, o := range objects {
		if o.GetKind() == "Ingress" {
			out = append(out, ingressEntrances(o)...)
		} else {
			out = append(out, serviceEntrances(o)...)
		}
	}
	return out, nil
}

func serviceEntrances(o *unstructured.Unstructured) []Entrance {
	service := resource.ServicesOf(o)[0]
	var hosts []string
	for _, at := range resource.Items(o.Object, "status", "loadBalancer", "ingress") {
		for _, key := range []string{"hostname", "ip"} {
			if host, _ := at[key].(string); host != "" {
				hosts = append(hosts, host)
				break
			}
		}
	}
	var out []Entrance
	for _, port := range resource.Items(o.Object, "spec", "ports") {
		number, _ := port["port"].(int64)
		switch kind := resource.Text(o, "spec", "type"); {
		case kind == "LoadBalancer" && len(hosts) == 0:
			out = append(out, Entrance{Service: service, Target: int(number), Hint: fmt.Sprintf("its load balancer (service/%s) has no address yet", o.GetName())})
		case kind == "LoadBalancer":
			for _, host := range hosts {
				out = append(out, Entrance{Service: service, Target: int(number), Address: net.JoinHostPort(host, strconv.FormatInt(number, 10))})
			}
		case kind == "NodePort":
			node, _ := port["nodePort"].(int64)
			out = append(out, Entrance{Service: service, Target: int(number), Hint: fmt.Sprintf("port %d of every node", node)})
		}
	}
	return out
}

func ingressEntrances(o *unstructured.Unstructured) []Entrance {
	var secure []string
	for _, tls := range resource.Items(o.Object, "spec", "tls") {
		hosts, _, _ := unstructured.NestedStringSlice(tls, "hosts")
		secure = append(secure, hosts...)
	}
	var out []Entrance
	for _, rule := range resource.Items(o.Object, "spec", "rules") {
		host, _ := rule["host"].(string)
		scheme := "http://"
		if slices.Contains(secure, host) {
			scheme = "https://"
		}
		for _, path := range resource.Items(rule, "http", "paths") {
			at, _ := path["path"].(string)
			e := Entrance{Service: resource.ServicesOf(o)[0], Address: scheme + host + at}
			if host == "" {
				e.Address, e.Hint = "", fmt.Sprintf("path %s of ingress/%s, at the address of its controller", at, o.GetName())
			}
			out = append(out, e)
		}
	}
	return out
}

// Listening reports whether a program on this machine takes connections at the address of a published port.
func Listening(ctx context.Context, p resource.PublishedPort) bool {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", p.Address())
	if err != nil {
		return false
	}
	connection.Close()
	return true
}
