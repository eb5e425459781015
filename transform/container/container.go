// Package container decides what each container of a project is: its image, command, variables, probes, resources and
// privileges. Every field has a file named after the Compose key that it is made from.
package container

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/secret"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// known is what the containers of one Pod are decided from. Nothing in it changes.
type known struct {
	pod       *workload.Pod
	project   *input.Project
	workloads *workload.Workloads
	names     *naming.Names
	users     *users.Users
	network   *network.Network
	rewriter  *naming.Rewriter
	values    *secret.Set // the secret values of the project
	shared    sharing
}

// Decided is what was decided about the containers of a project.
type Decided struct {
	Containers map[*input.Container]*plan.Container
	Secrets    []plan.Secret // those that several containers use, by name
}

// Decide decides on every container that the workloads of a project run.
func Decide(p *input.Project, w *workload.Workloads, n *naming.Names, u *users.Users, s *plan.Storage, net *network.Network, findings *report.Findings) Decided {
	k := known{
		project: p, workloads: w, names: n, users: u, network: net,
		rewriter: n.Rewriter(findings), values: p.Secrets,
	}
	var containers []*input.Container
	written, secrets := map[*input.Container]map[string]string{}, map[*input.Container]map[string]bool{}
	for _, b := range w.Pods {
		for _, c := range b.Containers() {
			containers = append(containers, c)
			written[c] = writtenVariables(p, k.rewriter, c, findings)
			secrets[c] = secretVariables(p, c, written[c])
		}
	}
	decided := Decided{Containers: map[*input.Container]*plan.Container{}}
	shared, all := k.share(containers, written, secrets)
	k.shared = shared
	for _, s := range all {
		decided.Secrets = append(decided.Secrets, s.Secret)
	}
	for _, b := range w.Pods {
		k.pod = b
		for _, c := range b.Containers() {
			variables := k.env(c, written[c], secrets[c], findings)
			decided.Containers[c] = decideContainer(k, c, s.Mounts[c], variables, findings)
		}
	}
	return decided
}

// decideContainer decides on one container; every field has its concept's file.
func decideContainer(k known, u *input.Container, mounts []plan.Mount, variables variables, findings *report.Findings) *plan.Container {
	security := securityContext(k.pod, k.project, k.users, u, findings)
	c := &plan.Container{
		Of:              u,
		Name:            label(k.pod, k.names, u),
		Mounts:          slices.Concat(mounts, deviceMounts(k.project, u)),
		Image:           image(k.project, u, findings),
		ImagePullPolicy: pullPolicy(k.project, u, findings),
		WorkingDir:      u.Spec.WorkingDir,
		Env:             variables.list,
		EnvSecret:       variables.secret,
		Resources:       resources(u, findings),
		SecurityContext: security,
		UserNamespace:   security != nil && security.ProcMount != nil,
	}
	for _, s := range variables.shared {
		c.SharedSecrets = append(c.SharedSecrets, s.Secret)
	}
	telling := tellingSecrets(k.names, u, variables.hidden)
	c.Command, c.Args = commandAndArgs(k.project, k.rewriter, u, findings)
	left := hidePlainSecretsOf(k.project, u, c, variables.hidden)
	c.Command, c.Args = hideSecrets(k.project, telling, variables.hidden, c.Command), hideSecrets(k.project, telling, variables.hidden, c.Args)
	inlined := !slices.Contains(k.pod.Members, u.Service) // a one-shot that runs in the Pod of another service
	if u.IsHook {
		reportStopSignal(u, findings)
	} else {
		tests := healthchecks{project: k.project, pod: k.pod, workloads: k.workloads, network: k.network, rewriter: k.rewriter, findings: findings}
		c.Startup, c.Readiness, c.Liveness = tests.probes(u)
		left[u.At.Key("healthcheck").String()] = hideSecretsInProbes(k.project, u, telling, variables.hidden, c.Startup, c.Readiness, c.Liveness)
		c.Lifecycle = lifecycle(k.project, k.rewriter, u, k.network.FindsItself(k.pod), findings)
		c.Stdin, c.TTY = u.Service.Config.StdinOpen, u.Service.Config.Tty
		c.Ports, c.Sidecar = k.network.ContainerPorts(u.Service), isSidecar(k.pod, u)
	}
	reportSecretTexts(k.project, u, c, telling, variables.hidden, left, findings)
	if inlined { // it starts, ends and has no Service
		c.Startup, c.Readiness, c.Liveness, c.Lifecycle, c.Ports, c.Sidecar = nil, nil, nil, nil, nil, false
	}
	return c
}

// isSidecar reports whether a container starts before the Pod's other containers and runs beside them.
func isSidecar(b *workload.Pod, u *input.Container) bool {
	return !u.IsHook && b.IsSidecar(u.Service)
}

// label returns the name of a container: that of its service, or for a hook one that no service of the Pod has.
func label(b *workload.Pod, n *naming.Names, u *input.Container) string {
	if !u.IsHook {
		return n.DNS(u.Service)
	}
	i, _ := u.At.ListIndex()
	label := fmt.Sprintf("pre-start-%d", i)
	if u.Service != b.Main {
		label = n.DNS(u.Service) + "-" + label
	}
	return InitName(n, b, label)
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
