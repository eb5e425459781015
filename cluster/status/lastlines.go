package status

import (
	"context"
	"net/url"
	"time"

	"github.com/transship/transship/cluster/api"
)

// LastLines returns the last lines that a container wrote before it brought its workload down.
func LastLines(ctx context.Context, c *api.Conn, namespace string, d *Failure) []string {
	if d.container == "" || d.pod == "" {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	query := url.Values{"container": {d.container}, "tailLines": {"20"}}
	if d.previous {
		query.Set("previous", "true")
	}
	body, err := c.Stream(ctx, api.PodPath(namespace, d.pod, "log"), query)
	if err != nil {
		return nil // a container that never ran has no log; the reason stands without it
	}
	defer body.Close()
	var out []string
	_ = api.EachLine(body, func(line string) { out = append(out, line) })
	return out
}
