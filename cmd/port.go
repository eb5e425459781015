package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
)

func newPort(streams Streams, project *projectFlags) *cobra.Command {
	protocol := "tcp"
	return runnable{
		use: "port SERVICE PRIVATE_PORT", short: "Print where a published port answers", quiet: true,
		long: `Print where a published port answers: at a load balancer or an Ingress if the project has one for it, else on this machine
while up or forward runs. A port that does not answer is an error that says what makes it answer.`,
		args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("port takes a service and a container port")
			}
			return nil
		},
		flags: func(flags *pflag.FlagSet) {
			flags.StringVar(&protocol, "protocol", "tcp", "`PROTOCOL` of the port")
			addRefused(flags, map[string]string{"index": "a published port leads to any ready Pod of the service"})
		},
		run: func(c *cobra.Command, l *live, args []string) error {
			number, err := strconv.ParseUint(args[1], 10, 16)
			if err != nil {
				return usagef("%q is not a port", args[1])
			}
			address, err := l.addressOf(c.Context(), args[0], int(number), strings.ToLower(protocol))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(streams.Out, address)
			return err
		},
	}.command(streams, project)
}

// addressOf returns where a port of a service answers now.
func (l *live) addressOf(ctx context.Context, service string, number int, protocol string) (string, error) {
	ports, err := l.PublishedPorts(ctx, l.project, l.namespace, []string{service})
	if err != nil {
		return "", err
	}
	var published []cluster.PublishedPort
	for _, p := range ports {
		if p.Target == number && strings.EqualFold(cmp.Or(p.Protocol, "tcp"), protocol) {
			published = append(published, p)
		}
	}
	if len(published) == 0 {
		return "", fmt.Errorf("service %s publishes no port %d/%s", service, number, protocol)
	}
	// Somebody who may not list Services and Ingresses is told of this machine.
	entrances, _ := l.Entrances(ctx, l.project, l.namespace)
	for _, e := range entrances {
		isIts := e.Target == 0 || leadsTo(published, e.Target)
		if e.Service == service && isIts && e.Address != "" {
			return e.Address, nil
		}
	}
	if protocol != "tcp" {
		return "", fmt.Errorf("port %d/%s of service %s does not answer on this machine: a cluster forwards TCP only", number, protocol, service)
	}
	return l.addressHere(ctx, published[0])
}

// leadsTo reports whether a port of a Service is where ports are published, or what they lead to.
func leadsTo(ports []cluster.PublishedPort, number int) bool {
	for _, p := range ports {
		if p.Target == number || p.Published == strconv.Itoa(number) {
			return true
		}
	}
	return false
}

// addressHere returns the address of a published port on this machine, if something listens there.
func (l *live) addressHere(ctx context.Context, p cluster.PublishedPort) (string, error) {
	if fixed, err := strconv.Atoi(p.Published); err != nil || fixed == 0 {
		return "", fmt.Errorf("port %d of service %s answers at a free port of this machine: `transship up` prints which, and so does `transship forward %s`", p.Target, p.Service, p.Service)
	}
	ctx, stop := context.WithTimeout(ctx, time.Second)
	defer stop()
	if !cluster.IsListening(ctx, p) {
		return "", fmt.Errorf("port %d of service %s does not answer: nothing listens at %s; `transship forward %s` lets it answer", p.Target, p.Service, p.Address(), p.Service)
	}
	return p.Address(), nil
}
