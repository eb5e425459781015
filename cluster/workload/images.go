package workload

import (
	"context"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// NodeImages is what a node tells of its images.
type NodeImages struct {
	Platform string // linux/amd64
	sizes    map[string]int64
}

// Size returns the bytes of the first name that the node knows; 0 if it knows none of them.
func (n NodeImages) Size(names ...string) int64 {
	for _, name := range names {
		if size := n.sizes[name]; size > 0 {
			return size
		}
	}
	return 0
}

// ImagesOfNodes asks nodes for their images. Who may not read nodes, which are not in any namespace, is told nothing.
func ImagesOfNodes(ctx context.Context, c *api.Conn, nodes []string) map[string]NodeImages {
	out := map[string]NodeImages{}
	for _, name := range nodes {
		node, err := c.Get(ctx, resource.Ref{APIVersion: "v1", Kind: "Node", Name: name}, "")
		if err != nil || node == nil {
			continue
		}
		n := NodeImages{sizes: map[string]int64{}}
		if system := resource.Text(node, "status", "nodeInfo", "operatingSystem"); system != "" {
			n.Platform = system + "/" + resource.Text(node, "status", "nodeInfo", "architecture")
		}
		for _, image := range resource.Items(node.Object, "status", "images") {
			size, _ := image["sizeBytes"].(int64)
			names, _ := image["names"].([]any)
			for _, name := range names {
				if text, ok := name.(string); ok {
					n.sizes[text] = size
				}
			}
		}
		out[name] = n
	}
	return out
}
