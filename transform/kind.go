package transform

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

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

// oneShotWord finds words that name work with an end, such as a migration.
var oneShotWord = regexp.MustCompile(`(?i)(^|[^a-z])(migrat(e|or|ions?)|init|setup|seed(er|ing)?|bootstrap|provision|create-?buckets?|import(er)?|fixtures|permissions?)([^a-z]|$)`)

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

// oneShot returns why the service is work with an end, or "".
func (s *service) oneShot() string {
	for _, d := range s.dependents[s.name] {
		if d.condition == types.ServiceConditionCompletedSuccessfully {
			return d.by.name + " waits for it to complete"
		}
	}
	wish := s.restartWish()
	switch wish.condition {
	case restartNo:
		if s.daemonSign() == "" {
			return "the file says that it is not started again"
		}
	case restartOnFailure:
		if s.daemonSign() == "" {
			if word := s.oneShotWord(); word != "" {
				return fmt.Sprintf("it is started again only on failure, and %q tells of work with an end", word)
			}
		}
	}
	return ""
}

// processOne names programs that are called init because they are process 1, not because they prepare something.
var processOne = regexp.MustCompile(`^/(.*/)?init$|(^|/)(dumb-init|docker-init|my_init)$`)

// lastCommand returns the last command of a script that does more than set the exit status.
func lastCommand(script string) string {
	commands := strings.FieldsFunc(script, func(r rune) bool { return strings.ContainsRune(";&|\n", r) })
	for _, c := range slices.Backward(commands) {
		if words := strings.Fields(c); len(words) > 0 && !slices.Contains([]string{"exit", "echo", "true", ":"}, words[0]) {
			return c
		}
	}
	return ""
}

// oneShotWord returns the word in the service's name or command that tells of work with an end, or "". Of a script only its
// last command counts, because many services migrate something before they start; flags tell how a program works, not what
// it does.
func (s *service) oneShotWord() string {
	words := append([]string{s.name}, s.config.Entrypoint...)
	for _, text := range append(words, s.config.Command...) {
		if strings.HasPrefix(text, "-") || processOne.MatchString(text) {
			continue
		}
		if m := oneShotWord.FindStringSubmatch(lastCommand(text)); m != nil {
			return m[2]
		}
	}
	return ""
}

// daemonSign returns what tells that the service is meant to keep running, or "".
func (s *service) daemonSign() string {
	switch {
	case len(s.config.Ports) > 0:
		return "it publishes ports"
	case len(s.config.Expose) > 0:
		return "it exposes ports"
	case s.hasHealthcheck():
		return "it has a healthcheck"
	}
	// service_started is the default and often says no more than that the work is to begin first.
	ends := oneShotWord.MatchString(s.name)
	for _, d := range s.dependents[s.name] {
		if d.condition != types.ServiceConditionCompletedSuccessfully && (d.condition != types.ServiceConditionStarted || !ends) {
			return d.by.name + " depends on it"
		}
	}
	if peer := s.calledBy(); peer != "" {
		return peer + " uses its name as a host"
	}
	return ""
}

// hasHealthcheck reports whether the file gives the service a healthcheck, or times for the one of its image.
func (s *service) hasHealthcheck() bool {
	h := s.config.HealthCheck
	return h != nil && !h.Disable && (len(h.Test) == 0 || h.Test[0] != "NONE")
}

// calledBy returns a peer whose environment or command names this service where a host stands.
func (s *service) calledBy() string {
	quoted := regexp.QuoteMeta(s.name)
	host := regexp.MustCompile(`(//|@)` + quoted + `([:/?,]|$)|(^|[\s,;='"/@])` + quoted + `:[0-9]+`)
	for _, peer := range s.services {
		if peer == s {
			continue
		}
		for _, name := range sortedKeys(peer.config.Environment) {
			value := peer.config.Environment[name]
			if value != nil && strings.Contains(*value, s.name) && host.MatchString(*value) {
				return peer.name
			}
		}
		for _, word := range slices.Concat(peer.config.Entrypoint, peer.config.Command) {
			if strings.Contains(word, s.name) && host.MatchString(word) {
				return peer.name
			}
		}
	}
	return ""
}

// checkSharedOneShots reports work with an end that shares the Pod of another service, where nothing can end.
func (b *pod) checkSharedOneShots() {
	if len(b.members) == 1 {
		return
	}
	for _, s := range b.members {
		for _, d := range s.dependents[s.name] {
			if d.condition == types.ServiceConditionCompletedSuccessfully {
				s.reportf("one-shot-in-pod", d.at, "give it a network of its own, or make it a pre_start hook",
					"%s shares a Pod with %s, where it is started again whenever it ends; nothing waits for it", s.name, b.otherNames(s))
				break
			}
		}
	}
}

func (b *pod) otherNames(s *service) string {
	var others []string
	for _, m := range b.members {
		if m != s {
			others = append(others, m.name)
		}
	}
	return strings.Join(others, ", ")
}
