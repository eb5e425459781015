package workload

import (
	"math"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// Conditions under which a container is started again, in one spelling for `restart` and deploy.restart_policy.
const (
	restartNo        = "no"
	RestartOnFailure = "on-failure"
	RestartAlways    = "always"
)

// RestartWish is what the file says about starting again.
type RestartWish struct {
	Condition string    // "" if nothing is written
	Attempts  int64     // for on-failure: how often; 0 is without end
	At        diag.Path // the key that says so
}

// RestartOf reads `restart`, or deploy.restart_policy, which replaces it (source: docker/compose pkg/compose,
// getRestartPolicy). A policy without a condition means any to Swarm and none to docker compose; Swarm is taken at its
// word, because a deploy section states what an orchestrator should do.
func RestartOf(s *input.Service) RestartWish {
	if s.Config.Deploy != nil && s.Config.Deploy.RestartPolicy != nil {
		policy := s.Config.Deploy.RestartPolicy
		w := RestartWish{At: s.Key("deploy", "restart_policy"), Condition: RestartAlways}
		switch policy.Condition {
		case "none":
			w.Condition = restartNo
		case "on-failure":
			w.Condition = RestartOnFailure
		}
		if policy.MaxAttempts != nil {
			w.Attempts = int64(min(*policy.MaxAttempts, math.MaxInt32))
		}
		return w
	}
	w := RestartWish{At: s.Key("restart")}
	condition, count, _ := strings.Cut(s.Config.Restart, ":")
	switch condition {
	case "":
	case "no":
		w.Condition = restartNo
	case "on-failure":
		w.Condition = RestartOnFailure
		if n, err := strconv.ParseInt(count, 10, 32); err == nil && n > 0 {
			w.Attempts = n
		}
	default: // always, unless-stopped
		w.Condition = RestartAlways
	}
	return w
}

// JobRestarts returns how a Job repeats what fails.
//
// Docker's on-failure:N is N starts after the first. With the Pod policy OnFailure the Job controller gives up when the
// restarts *reach* backoffLimit, one too early, and deletes the Pod with its logs; with Never it makes N+1 Pods and keeps
// them (source: kubernetes pkg/controller/job, pastBackoffLimitOnFailure).
func JobRestarts(s *input.Service) (corev1.RestartPolicy, int32) {
	wish := RestartOf(s)
	if s.Ext.BackoffLimit != nil {
		return corev1.RestartPolicyNever, *s.Ext.BackoffLimit
	}
	if s.Job != nil {
		return corev1.RestartPolicyNever, 0
	}
	if isSwarmJob(s) && wish.Condition != restartNo {
		wish.Condition = RestartOnFailure // what Swarm does with a job unless it says none
	}
	switch wish.Condition {
	case RestartOnFailure:
		if wish.Attempts > 0 {
			return corev1.RestartPolicyNever, int32(min(wish.Attempts, math.MaxInt32))
		}
		return corev1.RestartPolicyOnFailure, math.MaxInt32
	case RestartAlways:
		return corev1.RestartPolicyOnFailure, math.MaxInt32
	default:
		return corev1.RestartPolicyNever, 0
	}
}

// isSwarmJob reports whether deploy.mode makes a job of the service.
func isSwarmJob(s *input.Service) bool {
	return s.Config.Deploy != nil && (s.Config.Deploy.Mode == "replicated-job" || s.Config.Deploy.Mode == "global-job")
}

// isOfSwarm reports whether a service is written for a stack of Swarm: it says what only Swarm does. There, what ends is started again unless a
// policy says otherwise. Source: https://docs.docker.com/reference/compose-file/deploy/#restart_policy
func isOfSwarm(p *input.Project, s *input.Service) bool {
	for name := range s.Config.Networks {
		if p.Compose.Networks[name].Driver == "overlay" {
			return true
		}
	}
	d := s.Config.Deploy
	return d != nil && (d.Mode == "global" || d.EndpointMode != "" || d.UpdateConfig != nil || d.RollbackConfig != nil || len(d.Placement.Constraints)+len(d.Placement.Preferences) > 0)
}

// reportRestartValue reports what `restart` and deploy.restart_policy.condition cannot be; compose-go takes any text, Docker refuses it.
func reportRestartValue(s *input.Service, findings *report.Findings) {
	if d := s.Config.Deploy; d != nil && d.RestartPolicy != nil {
		if condition := d.RestartPolicy.Condition; !slices.Contains([]string{"", "none", RestartOnFailure, "any"}, condition) {
			findings.Addf("restart-policy", s.Key("deploy", "restart_policy", "condition"), "write none, on-failure or any", "%q is no restart condition: it is taken as any", condition)
		}
	}
	condition, count, counted := strings.Cut(s.Config.Restart, ":")
	known := slices.Contains([]string{"", "no", RestartAlways, "unless-stopped", RestartOnFailure}, condition)
	if _, err := strconv.ParseUint(count, 10, 31); known && (!counted || err == nil && condition == RestartOnFailure) {
		return
	}
	taken := RestartOf(s).Condition
	findings.Addf("restart-policy", s.Key("restart"), "write no, always, unless-stopped, on-failure or on-failure:3", "%q is no restart policy: it is taken as %s", s.Config.Restart, taken)
}

// reportRestartConflict reports a service that others wait to complete and that is to be started again for ever.
func reportRestartConflict(s *input.Service, findings *report.Findings) {
	if wish := RestartOf(s); wish.Condition == RestartAlways {
		findings.Addf("restart-conflict", wish.At, "write restart: \"no\" or on-failure",
			"%s is to be started again for ever, but others wait for it to complete; it becomes a Job that ends when it succeeds", s.Name)
	}
}

// isServer reports whether a service is a program that keeps running: one that ends without failure is then rare, and a Deployment
// that starts it again does little harm. Words of work with an end tell otherwise, and to be started before another is no sign of a server.
func (d *kinds) isServer(s *input.Service, sign string, k Kind) bool {
	return (sign != "" && !d.isOnlyFirst(s) || k == DaemonSet || k == StatefulSet || isServer(s) || keepsRunning(s)) && shotWord(s) == "" && !hasEnd(s)
}

// reportRestart reports what a workload of this kind, which always restarts, takes from the policy in the file.
func (d *kinds) reportRestart(s *input.Service, g *group, k Kind) {
	wish := RestartOf(s)
	why := "nothing tells that it ends"
	sign := d.daemonSign(s)
	switch {
	case k == DaemonSet:
		why = "it runs on every node"
	case k == StatefulSet:
		why = "x-kubernetes says what it is"
	case wish.Condition == restartNo && len(g.members) > 1:
		why = "it shares its Pod with " + otherNames(g.members, s)
	case sign != "":
		why = sign
	}
	remedy := "x-kubernetes: {kind: Job} if it is meant to end"
	if len(s.Joins) > 0 { // a container of the Pod of another cannot be a Job
		remedy = apartRemedy(s) + " if it is meant to end"
	}
	_, ends := d.endsInPod(s)
	code, help := "restart-policy", remedy
	if d.isServer(s, sign, k) {
		code, help = "restart-on-success", "write restart: unless-stopped, so that Docker restarts it as well"
		if s.Config.Deploy != nil && s.Config.Deploy.RestartPolicy != nil { // which counts more than restart
			help = "write condition: any, so that Swarm restarts it as well"
		}
	}
	switch {
	case len(g.members) > 1 && ends != "": // one-shot-in-pod says it, and what to do
	case wish.Condition == restartNo && s.Scale() == 0: // none of it runs
	case wish.Condition == restartNo:
		d.findings.Addf("restart-policy", wish.At, remedy,
			"%s is started again whenever it ends, although the file says no: %s, so it is a %s", s.Name, why, k)
	case wish.Condition == RestartOnFailure && wish.Attempts > 0:
		d.findings.Addf(code, wish.At, help,
			"%s is started again also when it ends without failure, and more often than %d times: %s, so it is a %s", s.Name, wish.Attempts, why, k)
	case wish.Condition == RestartOnFailure:
		d.findings.Addf(code, wish.At, help,
			"%s is started again also when it ends without failure: %s, so it is a %s", s.Name, why, k)
	case wish.Attempts > 0:
		d.findings.Addf("restart-on-success", wish.At.Key("max_attempts"), "remove max_attempts: a Deployment has no such limit", "%s is started again more often than %d times", s.Name, wish.Attempts)
	}
	if s.Config.Deploy != nil && s.Config.Deploy.RestartPolicy != nil && s.Config.Deploy.RestartPolicy.Condition == "" {
		d.findings.Addf("restart-condition", wish.At, "write the condition: any, on-failure or none",
			"the policy names no condition: taken as any, as Swarm does; docker compose would not restart %s at all", s.Name)
	}
}
