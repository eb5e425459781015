package cluster

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// PublishedPorts returns what a service publishes.
func (c *Client) PublishedPorts(ctx context.Context, project, namespace, service string) ([]PublishedPort, error) {
	workloads, err := c.Workloads(ctx, project, namespace, []string{service})
	if err != nil {
		return nil, err
	}
	var out []PublishedPort
	for _, w := range workloads {
		ports, err := publishedPorts(w)
		if err != nil {
			return nil, err
		}
		out = append(out, ports...)
	}
	return out, nil
}

// Address is where the port answers on this machine while it is forwarded.
func (p PublishedPort) Address() string {
	return net.JoinHostPort(p.localHost(), cmp.Or(p.Published, "0"))
}

// localHost is the address that a forwarded port listens on: never one that other machines reach.
func (p PublishedPort) localHost() string {
	if ip, err := netip.ParseAddr(p.HostIP); err == nil && ip.IsLoopback() {
		return p.HostIP
	}
	return "127.0.0.1"
}

// portRange reads "8080" or "8080-8090"; nothing means any free port.
func portRange(s string) (first, last int, err error) {
	if s == "" {
		return 0, 0, nil
	}
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	if first, err = strconv.Atoi(from); err == nil {
		last, err = strconv.Atoi(to)
	}
	return first, last, err
}
