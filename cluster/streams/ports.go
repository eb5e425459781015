package streams

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
)

// Published returns what services publish; what all services do if none is named.
func Published(ctx context.Context, c *api.Conn, project, namespace string, services []string) ([]resource.PublishedPort, error) {
	workloads, err := find.Workloads(ctx, c, project, namespace, services)
	if err != nil {
		return nil, err
	}
	var out []resource.PublishedPort
	for _, w := range workloads {
		ports, err := resource.PublishedPorts(w)
		if err != nil {
			return nil, err
		}
		for _, p := range ports {
			p.Service = cmp.Or(w.GetAnnotations()[resource.AnnotationService], w.GetName())
			out = append(out, p)
		}
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
