package streams

import (
	"context"
	"fmt"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// Console reports whether the process of a container reads standard input, and whether it has a terminal.
func Console(ctx context.Context, c *api.Conn, namespace, pod, container string) (stdin, tty bool, err error) {
	live, err := c.Get(ctx, resource.Ref{APIVersion: "v1", Kind: "Pod", Name: pod}, namespace)
	if err != nil {
		return false, false, err
	}
	if live == nil {
		return false, false, fmt.Errorf("pod/%s is gone", pod)
	}
	for _, list := range []string{"initContainers", "containers"} {
		for _, spec := range resource.Items(live.Object, "spec", list) {
			if spec["name"] == container {
				stdin, _ = spec["stdin"].(bool)
				tty, _ = spec["tty"].(bool)
				return stdin, tty, nil
			}
		}
	}
	return false, false, fmt.Errorf("pod/%s has no container %s", pod, container)
}
