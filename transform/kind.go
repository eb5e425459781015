package transform

import (
	"fmt"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/names"
)

// kind is the kind of object that runs a service's Pod.
type kind string

const (
	kindNone        kind = "" // no workload of its own: a provider, or a container in another service's Pod
	kindDeployment  kind = "Deployment"
	kindStatefulSet kind = "StatefulSet"
	kindDaemonSet   kind = "DaemonSet"
	kindJob         kind = "Job"
	kindCronJob     kind = "CronJob"
	kindPod         kind = "Pod"
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
func (p *project) decideKinds() {
	p.collectDependents()
	var restarted []string
	for _, b := range p.pods {
		for _, m := range b.members {
			m.reportRestartValue()
			m.reportEndpointMode()
		}
		b.main.kind = b.workloadKind()
		if b.main.kind == kindDeployment && b.main.restartWish().condition == "" && b.main.ext.Kind == "" {
			restarted = append(restarted, b.main.name)
		}
		b.checkSharedOneShots()
		b.reportAutoscalers()
	}
	if len(restarted) > 0 {
		p.reportf("restart-default", diag.At("services"), "write restart: \"no\" for what is meant to end, restart: unless-stopped for what is not",
			"no restart policy is written for %s: what has ended stays stopped on Docker, a Deployment starts it again", enumerate(restarted, 10))
	}
}

func (b *pod) workloadKind() kind {
	s := b.main
	switch {
	case s.config.Provider != nil:
		s.reportProvider()
		return kindNone
	case s.isExternal():
		s.reportf("kind-chosen", s.path.Key("x-kubernetes", "externalName"), "", "%s stands for %s: nothing of it runs in the cluster", s.name, s.ext.ExternalName)
		return kindNone
	case s.ext.Kind != "":
		k := s.chosenKind()
		if k == kindStatefulSet || k == kindDaemonSet {
			b.reportRestartAlways(k)
		}
		return k
	case s.job != nil:
		return kindCronJob
	case s.isInlined():
		return kindNone
	}
	if s.ext.Inline {
		s.reportf("inline-ignored", s.path.Key("x-kubernetes", "inline"), "let exactly one service depend on it with service_completed_successfully",
			"%s is not inlined: that takes exactly one service that waits for it to complete", s.name)
	}
	if k, found := s.swarmKind(); found {
		if k == kindDaemonSet {
			b.reportRestartAlways(k)
		}
		return k
	}
	if len(b.members) == 1 {
		if reason := s.oneShot(); reason != "" {
			s.reportf("kind-chosen", s.path, "x-kubernetes: {kind: Deployment} keeps it running; a Job is applied again with kubectl replace --force",
				"%s becomes a Job: %s", s.name, reason)
			s.reportRestartConflict()
			return kindJob
		}
	}
	b.reportRestartAlways(kindDeployment)
	return kindDeployment
}

// reportRestartAlways reports the restart policies of the services in a Pod that is always restarted.
func (b *pod) reportRestartAlways(k kind) {
	for _, m := range b.members {
		m.reportRestart(b, k)
	}
}

// workloadName returns the name of the object that runs the Pod. A StatefulSet's is shorter, because its controller appends
// a hash and makes a label value of it.
func (b *pod) workloadName() string {
	if b.main.kind == kindStatefulSet {
		return names.Normalize(b.main.dns, names.MaxStatefulSet)
	}
	return b.main.dns
}

// chosenKind returns the kind that x-kubernetes names.
func (s *service) chosenKind() kind {
	k := kind(s.ext.Kind)
	if k != kindDeployment {
		ignored := ""
		if k == kindDaemonSet {
			ignored = s.ignoredReplicas()
		}
		s.reportf("kind-chosen", s.path.Key("x-kubernetes", "kind"), "", "%s becomes a %s, as x-kubernetes says%s", s.name, k, ignored)
	}
	if k == kindPod && s.config.GetScale() > 1 {
		s.reportf("pod-replicas", s.path, "choose a Deployment", "%s is a bare Pod, of which there is one; its %d replicas are not made", s.name, s.config.GetScale())
	}
	return k
}

// ignoredReplicas says that a number of replicas does not count where every node has one.
func (s *service) ignoredReplicas() string {
	if s.config.Scale == nil && (s.config.Deploy == nil || s.config.Deploy.Replicas == nil) {
		return ""
	}
	return fmt.Sprintf("; the number of replicas, %d, does not count", s.config.GetScale())
}

// swarmKind returns the kind that deploy.mode asks for, and false for the ordinary, replicated mode.
func (s *service) swarmKind() (kind, bool) {
	if s.config.Deploy == nil {
		return kindNone, false
	}
	at := s.key("deploy", "mode")
	switch s.config.Deploy.Mode {
	case "global":
		s.reportf("kind-chosen", at, "", "%s becomes a DaemonSet: it runs once on every node%s", s.name, s.ignoredReplicas())
		return kindDaemonSet, true
	case "replicated-job":
		s.reportf("kind-chosen", at, "", "%s becomes a Job: deploy.mode is replicated-job", s.name)
		return kindJob, true
	case "global-job":
		s.report("global-job", at, "Kubernetes has no Job that runs once on every node; this one would run on a single node",
			"use mode: global with a program that keeps running after its work, or mode: replicated-job")
		return kindJob, true
	case "", "replicated":
		return kindNone, false
	}
	s.reportf("deploy-mode", at, "use replicated, global or replicated-job", "%q is not a mode that Swarm knows; the service is taken as replicated", s.config.Deploy.Mode)
	return kindNone, false
}

// reportEndpointMode reports what deploy.endpoint_mode cannot be.
func (s *service) reportEndpointMode() {
	if d := s.config.Deploy; d != nil && d.EndpointMode != "" && d.EndpointMode != "vip" && d.EndpointMode != "dnsrr" {
		s.reportf("deploy-mode", s.key("deploy", "endpoint_mode"), "use vip or dnsrr", "%q is not an endpoint mode that Swarm knows; the service gets one address, as with vip", d.EndpointMode)
	}
}
