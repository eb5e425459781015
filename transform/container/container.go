// Package container decides what each container of a project is: its image, command, variables, probes, resources and
// privileges. Every field has a file named after the Compose key that it is made from.
package container

import (
	"fmt"
	"slices"

	"github.com/transship/transship/transform/secret"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// decider decides on containers. Everything in it is complete when it is made.
type decider struct {
	project   *input.Project
	workloads *workload.Workloads
	names     *naming.Names
	rewriter  *naming.Rewriter
	users     *users.Users
	network   *network.Network
	findings  *report.Findings
	values    *secret.Set // the secret values of the project
	podOf     map[*input.Container]*workload.Pod
}

// Decide decides on every container that the workloads of a project run.
func Decide(p *input.Project, w *workload.Workloads, n *naming.Names, u *users.Users, s *plan.Storage, net *network.Network, findings *report.Findings) map[*input.Container]*plan.Container {
	d := &decider{
		project: p, workloads: w, names: n, rewriter: n.Rewriter(findings), users: u, network: net, findings: findings,
		values: secret.OfProject(p.Compose, p.Model, p.Files), podOf: map[*input.Container]*workload.Pod{},
	}
	all := map[*input.Container]*plan.Container{}
	for _, b := range w.Pods {
		for _, c := range b.Containers() {
			d.podOf[c] = b
			all[c] = d.container(c, s.Mounts[c])
		}
	}
	return all
}

// container decides on one container; every field has its concept's file.
func (d *decider) container(u *input.Container, mounts []plan.Mount) *plan.Container {
	variables := d.env(u)
	security := d.securityContext(u)
	c := &plan.Container{
		Of:              u,
		Name:            d.label(u),
		Mounts:          slices.Concat(mounts, d.deviceMounts(u)),
		Image:           d.image(u),
		ImagePullPolicy: d.pullPolicy(u),
		WorkingDir:      u.Spec.WorkingDir,
		Env:             variables.list,
		EnvSecret:       variables.secret,
		Resources:       d.resources(u),
		SecurityContext: security,
		UserNamespace:   security != nil && security.ProcMount != nil,
	}
	telling := d.tellingSecrets(u, variables.hidden)
	c.Command, c.Args = d.commandAndArgs(u)
	c.Command, c.Args = hideSecrets(telling, variables.hidden, c.Command), hideSecrets(telling, variables.hidden, c.Args)
	switch {
	case u.IsHook:
		d.reportStopSignal(u)
	case slices.Contains(d.podOf[u].Members, u.Service):
		c.Ports = d.network.ContainerPorts(u.Service)
		c.Startup, c.Readiness, c.Liveness = d.probes(u)
		c.Lifecycle = d.lifecycle(u)
		c.Stdin, c.TTY = u.Service.Config.StdinOpen, u.Service.Config.Tty
		c.Sidecar = d.isSidecar(u)
	default: // a one-shot that is inlined into the Pod of another service
		_, c.Readiness, _ = d.probes(u)
		d.lifecycle(u)
		c.Stdin, c.TTY = u.Service.Config.StdinOpen, u.Service.Config.Tty
	}
	d.reportSecretTexts(u, c, telling, variables.hidden)
	if !u.IsHook && !slices.Contains(d.podOf[u].Members, u.Service) {
		c.Readiness = nil
	}
	return c
}

// isSidecar reports whether a container starts before the Pod's other containers and runs beside them.
func (d *decider) isSidecar(u *input.Container) bool {
	return !u.IsHook && d.podOf[u].IsSidecar(u.Service)
}

// label returns the name of a container: that of its service, or for a hook one that no service of the Pod has.
func (d *decider) label(u *input.Container) string {
	if !u.IsHook {
		return d.names.DNS(u.Service)
	}
	i, _ := u.At.ListIndex()
	label := fmt.Sprintf("pre-start-%d", i)
	if b := d.podOf[u]; u.Service != b.Main {
		label = d.names.DNS(u.Service) + "-" + label
	}
	return InitName(d.names, d.podOf[u], label)
}

// InitName returns the name of an initContainer that no service of the Pod has.
func InitName(n *naming.Names, b *workload.Pod, wish string) string {
	label := names.Normalize(wish, names.MaxLabel)
	taken := func(m *input.Service) bool {
		return n.DNS(m) == label || slices.ContainsFunc(m.Ext.InitContainers, func(c corev1.Container) bool { return c.Name == label })
	}
	for slices.ContainsFunc(b.Starters, taken) {
		label = names.WithHash(label, label, names.MaxLabel)
	}
	return label
}
