package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/transship/transship/cluster"
)

// tellHowToReach says, after everything was brought up in the background, where the published ports answer: docker compose
// leaves them open, a cluster does not.
func (f *upFlags) tellHowToReach(ctx context.Context, p *converted) {
	if f.progress == "quiet" || ctx.Err() != nil {
		return
	}
	// Who may not look is told nothing: what was asked for has been done.
	ports, _ := p.PublishedPorts(ctx, p.project, p.namespace, cluster.Services(p.objects))
	if len(ports) == 0 {
		return
	}
	entrances, _ := p.Entrances(ctx, p.project, p.namespace)
	if lines := howToReach(ports, entrances, f.commandFor(p, "forward")); len(lines) > 0 {
		f.say(strings.Join(lines, "\n"))
	}
}

// howToReach returns what there is to say of published ports: one line for each way in, and one that names the forwards.
func howToReach(ports []cluster.PublishedPort, entrances []cluster.Entrance, command string) []string {
	var lines []string
	entered := map[string]bool{}
	for _, e := range entrances {
		entered[e.Service] = true
		lines = append(lines, fmt.Sprintf("%s: %s", e.Service, cmp.Or(e.Address, e.Hint)))
	}
	var forwarded []string
	for _, p := range ports {
		if entered[p.Service] || !strings.EqualFold(cmp.Or(p.Protocol, "tcp"), "tcp") {
			continue
		}
		at := p.Address()
		if fixed, err := strconv.Atoi(p.Published); err != nil || fixed == 0 {
			at = "a free port"
		}
		forwarded = append(forwarded, fmt.Sprintf("%s %d at %s", p.Service, p.Target, at))
	}
	if len(forwarded) > 0 {
		lines = append(lines, fmt.Sprintf("`%s` lets published ports answer on this machine: %s", command, strings.Join(forwarded, ", ")))
	}
	return lines
}

// downCommand is the command that removes the project.
func (f *upFlags) downCommand(p *converted) string { return f.commandFor(p, "down") }

// commandFor is a command on the project wherever it is, also for somebody in another directory.
func (f *upFlags) commandFor(p *converted, verb string) string {
	command := fmt.Sprintf("transship -p %s %s -n %s", p.project, verb, p.namespace)
	if f.access.Kubeconfig != "" {
		command += " --kubeconfig " + f.access.Kubeconfig
	}
	if f.access.Overrides.CurrentContext != "" {
		command += " --context " + f.access.Overrides.CurrentContext
	}
	return command
}
