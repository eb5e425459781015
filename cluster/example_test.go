package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// A program of its own brings a Compose project up, tells what happens and takes the project down again. It needs a
// cluster, so that the documentation only compiles it.
func Example() {
	ctx := context.Background()
	client, err := cluster.Connect(cluster.Access{Kubeconfig: "staging.yaml"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	converted, err := convert.Convert(ctx, convert.Options{
		Load:      loader.Options{Files: []string{"compose.yaml"}},
		Transform: transform.Options{Live: true, Wait: "none"},
	})
	if err == nil {
		err = converted.Err()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	objects, err := cluster.Objects(converted.Objects)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	options := cluster.UpOptions{Project: "shop", Namespace: client.Namespace("shop"), Wait: true}
	_, err = client.Up(ctx, objects, options, func(e cluster.Event) {
		switch e := e.(type) {
		case cluster.Waiting:
			fmt.Printf("%s is %s (%d of %d)\n", e.Ref, e.State, e.Ready, e.Desired)
		case cluster.Ready:
			fmt.Printf("%s is %s\n", e.Ref, e.State)
		case cluster.Failed:
			fmt.Printf("%s failed: %s\n", e.Ref, e.Message)
		}
	})
	if refused := (*cluster.RefusedError)(nil); errors.As(err, &refused) {
		for _, problem := range refused.Problems {
			fmt.Println(problem.Ref, problem.Code, problem.Help)
		}
	}
	err = client.Down(ctx, cluster.DownOptions{Project: "shop", Namespace: options.Namespace}, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
