// Command transship converts Docker Compose projects into Kubernetes manifests.
package main

import (
	"context"
	"os"
	_ "time/tzdata" // schedules name time zones, on machines without the database as well

	"github.com/transship/transship/cmd"
	_ "github.com/transship/transship/internal/collector"
	_ "github.com/transship/transship/internal/openfiles"
)

func main() {
	os.Exit(cmd.Main(cmd.UntilSignal(context.Background()), os.Args[1:], cmd.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
