package streams

import (
	"context"
	"strconv"
	"strings"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
)

// Published returns what a service publishes.
func Published(ctx context.Context, c *api.Conn, project, namespace, service string) ([]resource.PublishedPort, error) {
	workloads, err := find.Workloads(ctx, c, project, namespace, []string{service})
	if err != nil {
		return nil, err
	}
	var out []resource.PublishedPort
	for _, w := range workloads {
		ports, err := resource.PublishedPorts(w)
		if err != nil {
			return nil, err
		}
		out = append(out, ports...)
	}
	return out, nil
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
