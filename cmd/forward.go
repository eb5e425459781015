package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/transship/transship/cluster"
)

func newForward(streams Streams, project *projectFlags) *cobra.Command {
	return runnable{
		use: "forward [SERVICE...]", short: "Let published ports answer on this machine",
		long: `Let the published ports of a project that is up answer on this machine, as they do while up follows its logs, until
Ctrl-C. A Pod that is replaced meanwhile is replaced here too. A cluster forwards TCP only.`,
		example: `  transship up -d --wait && transship forward
  transship forward web`,
		run: func(c *cobra.Command, l *live, services []string) error {
			return forward(c.Context(), l, services, streams)
		},
	}.command(streams, project)
}

// errNoPorts ends a forward that could open no port.
var errNoPorts = errors.New("none of the published ports answers on this machine")

func forward(ctx context.Context, l *live, services []string, streams Streams) error {
	ports, err := l.PublishedPorts(ctx, l.project, l.namespace, services)
	if err != nil {
		return err
	}
	if len(ports) == 0 {
		return fmt.Errorf("%s no port: `ports:` of the project does, and `transship exec` reaches what is inside", whoPublishes(services))
	}
	running, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	go l.untilGone(running, services, giveUp)
	opened, refused := 0, 0
	err = l.Forward(running, l.project, l.namespace, services, func(e cluster.Event) {
		switch e := e.(type) {
		case cluster.Forwarding:
			opened++
			fmt.Fprintf(streams.Err, "%s: port %d answers at %s\n", e.Service, e.Target, e.Address)
		case cluster.Warning:
			refused++
			fmt.Fprintln(streams.Err, "warning: "+e.Message)
		}
		if opened == 0 && refused >= len(ports) { // each port is told once before the first connection
			giveUp(errNoPorts)
		}
	})
	if ctx.Err() != nil {
		return &silentError{exitInterrupted}
	}
	return err
}

// untilGone gives up once a project, or a service of it, is no more: nobody is to wait for Pods that nobody will make.
func (l *live) untilGone(ctx context.Context, services []string, giveUp context.CancelCauseFunc) {
	const glance = 2 * time.Second
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		_, err := l.Workloads(ctx, l.project, l.namespace, services)
		if none := (*cluster.NoProjectError)(nil); errors.As(err, &none) {
			giveUp(fmt.Errorf("the project was removed meanwhile: %w", err))
			return
		}
	}
}

func whoPublishes(services []string) string {
	switch len(services) {
	case 0:
		return "the project publishes"
	case 1:
		return "service " + services[0] + " publishes"
	}
	return "services " + strings.Join(services, ", ") + " publish"
}
