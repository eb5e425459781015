package workload

import (
	"fmt"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// decideKinds decides which object runs each Pod.
//
// Compose has services only: whether one is meant to end is said by `restart`, by who depends on it, or not at all.
// Kubernetes wants to know it beforehand: a Deployment restarts its Pods whatever their exit code, a Job does not
// restart what has succeeded, and cannot be changed afterwards. First match wins: the user's own word, Swarm's modes, a
// dependent that waits for the end, `restart` as written. A StatefulSet is never a guess: Compose gives all
// replicas the same volume.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#restart,
// https://kubernetes.io/docs/concepts/workloads/controllers/
func decideKinds(p *input.Project, all *groups, findings *report.Findings) *Workloads {
	d := &kinds{project: p, findings: findings, dependents: dependentsOf(p), callers: findCallers(p)}
	w := &Workloads{project: p, podOf: map[*input.Service]*Pod{}, owner: all.owner, dependents: d.dependents}
	var restarted, unclear []string
	for _, g := range all.list {
		for _, m := range g.members {
			reportRestartValue(m, findings)
			d.reportEndpointMode(m)
		}
		b := &Pod{
			Main: g.main, Members: g.members, Starters: d.starters(g.members), Kind: d.workloadKind(g),
			first: g.first, withSidecars: p.Options.KubeVersion.AtLeast(sidecarsAreStable),
		}
		for _, m := range g.members {
			w.podOf[m] = b
		}
		w.Pods = append(w.Pods, b)
		if b.Kind == Deployment && RestartOf(b.Main).Condition == "" && b.Main.Ext.Kind == "" {
			switch {
			case destroys(b.Main) != "":
				findings.Addf("destroys-again", b.Main.Path, "let the script end, without what keeps it running, and write restart: \"no\": a Job runs it once",
					"%s runs %q whenever a Pod of it starts, also after a node was drained, and then only waits: what others have stored since is deleted. Docker leaves it stopped", b.Main.Name, destroys(b.Main))
			case idleShell(b.Main) != "":
				findings.Addf("restart-unclear", b.Main.Path, "give it the command that is meant, or leave it out with a profile",
					"nothing says what %s runs: the shell of %s ends at once without a terminal, and a Deployment starts it again and again; Docker leaves it stopped", b.Main.Name, idleShell(b.Main))
			case isOfSwarm(p, b.Main): // which starts again whatever ends, as a Deployment does
			case len(g.members) == 1 && d.isUnclear(b.Main):
				unclear = append(unclear, b.Main.Name)
			case len(g.members) == 1 && isCheckedWork(b.Main):
				findings.Addf("restart-policy", b.Main.Path, "x-kubernetes: {kind: Job} if it is meant to end; write restart: unless-stopped if it keeps running",
					"%s is started again whenever it ends, although no restart policy is written and %q tells of work with an end: it has a healthcheck, so it is a Deployment", b.Main.Name, shotWord(b.Main))
			default:
				restarted = append(restarted, b.Main.Name)
			}
		}
		d.checkSharedOneShots(g)
		d.reportAutoscalers(b)
	}
	if len(restarted) > 0 {
		findings.Addf("restart-default", diag.At("services"), "write restart: unless-stopped, so that Docker restarts it as well",
			"no restart policy is written for %s: a Deployment restarts an exited container; Docker leaves it stopped", report.Enumerate(restarted, 10))
	}
	if len(unclear) > 0 {
		findings.Addf("restart-unclear", diag.At("services"), "write restart: \"no\" for what is meant to end, which makes it a Job; write restart: unless-stopped for what keeps running",
			"nothing tells whether %s ends or keeps running: a Deployment restarts an exited container again and again; Docker runs it once", report.Enumerate(unclear, 10))
	}
	return w
}

// kinds decides on the kinds of workloads.
type kinds struct {
	project    *input.Project
	findings   *report.Findings
	dependents map[string][]Dependent
	callers    callers
	mounted    map[*input.Service]string // the texts that each service mounts, read when they are asked for first
}

func (d *kinds) workloadKind(g *group) Kind {
	s := g.main
	switch {
	case s.Config.Provider != nil:
		d.reportProvider(s)
		return None
	case s.IsExternal():
		d.findings.Addf("kind-chosen", s.Path.Key("x-kubernetes", "externalName"), "", "%s stands for %s: nothing of it runs in the cluster", s.Name, s.Ext.ExternalName)
		return None
	case s.Ext.Kind != "":
		k := d.chosenKind(s)
		if k == StatefulSet || k == DaemonSet {
			d.reportRestartAlways(g, k)
		}
		return k
	case s.Job != nil:
		return CronJob
	case inlinedInto(d.dependents, s) != nil:
		return None
	}
	if s.Ext.Inline {
		d.findings.Addf("inline-ignored", s.Path.Key("x-kubernetes", "inline"), "let exactly one service depend on it with service_completed_successfully",
			"%s is not inlined: that takes exactly one service that waits for it to complete", s.Name)
	}
	if k, found := d.swarmKind(s); found {
		if k == DaemonSet {
			d.reportRestartAlways(g, k)
		}
		return k
	}
	if len(g.members) == 1 {
		if reason := d.oneShot(s); reason != "" {
			d.findings.Addf("kind-chosen", s.Path, "x-kubernetes: {kind: Deployment} keeps it running; a Job is applied again with kubectl replace --force",
				"%s becomes a Job: %s", s.Name, reason)
			reportRestartConflict(s, d.findings)
			return Job
		}
	}
	d.reportRestartAlways(g, Deployment)
	return Deployment
}

// reportRestartAlways reports the restart policies of the services in a Pod that is always restarted.
func (d *kinds) reportRestartAlways(g *group, k Kind) {
	for _, m := range g.members {
		d.reportRestart(m, g, k)
	}
}

// chosenKind returns the kind that x-kubernetes names.
func (d *kinds) chosenKind(s *input.Service) Kind {
	k := Kind(s.Ext.Kind)
	if k != Deployment {
		ignored := ""
		if k == DaemonSet {
			ignored = ignoredReplicas(s)
		}
		d.findings.Addf("kind-chosen", s.Path.Key("x-kubernetes", "kind"), "", "%s becomes a %s, as x-kubernetes says%s", s.Name, k, ignored)
	}
	if k == BarePod && s.Config.GetScale() > 1 {
		d.findings.Addf("pod-replicas", s.Path, "choose a Deployment", "%s is a bare Pod, of which there is one; its %d replicas are not made", s.Name, s.Config.GetScale())
	}
	return k
}

// ignoredReplicas says that a number of replicas does not count where every node has one.
func ignoredReplicas(s *input.Service) string {
	if s.Config.Scale == nil && (s.Config.Deploy == nil || s.Config.Deploy.Replicas == nil) {
		return ""
	}
	return fmt.Sprintf("; the number of replicas, %d, does not count", s.Config.GetScale())
}

// swarmKind returns the kind that deploy.mode asks for, and false for the ordinary, replicated mode.
func (d *kinds) swarmKind(s *input.Service) (Kind, bool) {
	if s.Config.Deploy == nil {
		return None, false
	}
	at := s.Key("deploy", "mode")
	switch s.Config.Deploy.Mode {
	case "global":
		d.findings.Addf("kind-chosen", at, "", "%s becomes a DaemonSet: it runs once on every node%s", s.Name, ignoredReplicas(s))
		return DaemonSet, true
	case "replicated-job":
		d.findings.Addf("kind-chosen", at, "", "%s becomes a Job: deploy.mode is replicated-job", s.Name)
		return Job, true
	case "global-job":
		d.findings.Add("global-job", at, "Kubernetes has no Job that runs once on every node; this one would run on a single node",
			"use mode: global with a program that keeps running after its work, or mode: replicated-job")
		return Job, true
	case "", "replicated":
		return None, false
	}
	d.findings.Addf("deploy-mode", at, "use replicated, global or replicated-job", "%q is not a mode that Swarm knows; the service is taken as replicated", s.Config.Deploy.Mode)
	return None, false
}

// reportEndpointMode reports what deploy.endpoint_mode cannot be.
func (d *kinds) reportEndpointMode(s *input.Service) {
	if deploy := s.Config.Deploy; deploy != nil && deploy.EndpointMode != "" && deploy.EndpointMode != "vip" && deploy.EndpointMode != "dnsrr" {
		d.findings.Addf("deploy-mode", s.Key("deploy", "endpoint_mode"), "use vip or dnsrr", "%q is not an endpoint mode that Swarm knows; the service gets one address, as with vip", deploy.EndpointMode)
	}
}

// reportProvider reports a service that a program on the host provides.
func (d *kinds) reportProvider(s *input.Service) {
	if s.Ext.ExternalName != "" && len(s.Ext.Env) > 0 {
		d.findings.Addf("provider-external", s.Key("provider"), "", "%s is %s, outside of the project; its dependents get the variables in x-kubernetes.env", s.Name, s.Ext.ExternalName)
		return
	}
	var missing []string
	if s.Ext.ExternalName == "" {
		missing = append(missing, "externalName: db.example.com makes its name resolve")
	}
	if len(s.Ext.Env) == 0 {
		missing = append(missing, "env: {URL: …} gives its dependents their variables")
	}
	options := ""
	if len(s.Config.Provider.Options) > 0 {
		options = " with " + strings.Join(sorted.Keys(s.Config.Provider.Options), ", ")
	}
	d.findings.Addf("provider", s.Key("provider"), "x-kubernetes on the service: "+strings.Join(missing, "; "),
		"nothing in a cluster runs the provider %q%s: %s is not made", s.Config.Provider.Type, options, s.Name)
}

// reportAutoscalers reports autoscalers of what has no replicas, or not of its own.
func (d *kinds) reportAutoscalers(b *Pod) {
	for _, m := range b.Members {
		at := m.Key("x-kubernetes", "autoscale")
		switch {
		case m.Ext.Autoscale == nil || b.Kind == None:
		case m != b.Main:
			d.findings.Addf("pod-level", at, "write it for "+b.Main.Name, "the Pod of %s is scaled as a whole, by what that service says", b.Main.Name)
		case b.Kind != Deployment && b.Kind != StatefulSet:
			d.findings.Addf("autoscale-kind", at, "choose a Deployment, or remove it", "there is no autoscaler: %s is a %s, which has no number of replicas to change", m.Name, b.Kind)
		}
	}
}
