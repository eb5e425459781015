package transform

import (
	"math"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// Conditions under which a container is started again, in one spelling for `restart` and deploy.restart_policy.
const (
	restartNo        = "no"
	restartOnFailure = "on-failure"
	restartAlways    = "always"
)

// restartWish is what the file says about starting again.
type restartWish struct {
	condition string    // "" if nothing is written
	attempts  int64     // for on-failure: how often; 0 is without end
	at        diag.Path // the key that says so
}

// restartWish reads `restart`, or deploy.restart_policy, which replaces it (source: docker/compose pkg/compose,
// getRestartPolicy). A policy without a condition means any to Swarm and none to docker compose; Swarm is taken at its
// word, because a deploy section states what an orchestrator should do.
func (s *service) restartWish() restartWish {
	if s.config.Deploy != nil && s.config.Deploy.RestartPolicy != nil {
		policy := s.config.Deploy.RestartPolicy
		w := restartWish{at: s.key("deploy", "restart_policy"), condition: restartAlways}
		switch policy.Condition {
		case "none":
			w.condition = restartNo
		case "on-failure":
			w.condition = restartOnFailure
		}
		if policy.MaxAttempts != nil {
			w.attempts = int64(min(*policy.MaxAttempts, math.MaxInt32))
		}
		return w
	}
	w := restartWish{at: s.key("restart")}
	condition, count, _ := strings.Cut(s.config.Restart, ":")
	switch condition {
	case "":
	case "no":
		w.condition = restartNo
	case "on-failure":
		w.condition = restartOnFailure
		if n, err := strconv.ParseInt(count, 10, 32); err == nil && n > 0 {
			w.attempts = n
		}
	default: // always, unless-stopped
		w.condition = restartAlways
	}
	return w
}

// restartPolicy returns the Pod's restart policy; "" is the default, Always, the only one a Deployment may have.
func (b *pod) restartPolicy() corev1.RestartPolicy {
	switch b.main.kind {
	case kindJob, kindCronJob:
		policy, _ := b.main.jobRestarts()
		return policy
	case kindPod:
		switch b.main.restartWish().condition {
		case restartAlways:
			return ""
		case restartOnFailure:
			return corev1.RestartPolicyOnFailure
		}
		return corev1.RestartPolicyNever
	}
	return ""
}

// jobRestarts returns how a Job repeats what fails.
//
// Docker's on-failure:N is N starts after the first. With the Pod policy OnFailure the Job controller gives up when the
// restarts *reach* backoffLimit, one too early, and deletes the Pod with its logs; with Never it makes N+1 Pods and keeps
// them (source: kubernetes pkg/controller/job, pastBackoffLimitOnFailure).
func (s *service) jobRestarts() (corev1.RestartPolicy, int32) {
	wish := s.restartWish()
	if s.ext.BackoffLimit != nil {
		return corev1.RestartPolicyNever, *s.ext.BackoffLimit
	}
	if s.job != nil {
		return corev1.RestartPolicyNever, 0
	}
	if s.isSwarmJob() && wish.condition != restartNo {
		wish.condition = restartOnFailure // what Swarm does with a job unless it says none
	}
	switch wish.condition {
	case restartOnFailure:
		if wish.attempts > 0 {
			return corev1.RestartPolicyNever, int32(min(wish.attempts, math.MaxInt32))
		}
		return corev1.RestartPolicyOnFailure, math.MaxInt32
	case restartAlways:
		return corev1.RestartPolicyOnFailure, math.MaxInt32
	default:
		return corev1.RestartPolicyNever, 0
	}
}

// isSwarmJob reports whether deploy.mode makes a job of the service.
func (s *service) isSwarmJob() bool {
	return s.config.Deploy != nil && (s.config.Deploy.Mode == "replicated-job" || s.config.Deploy.Mode == "global-job")
}

// reportRestartValue reports what `restart` and deploy.restart_policy.condition cannot be; compose-go takes any text, Docker refuses it.
func (s *service) reportRestartValue() {
	if d := s.config.Deploy; d != nil && d.RestartPolicy != nil {
		if condition := d.RestartPolicy.Condition; !slices.Contains([]string{"", "none", restartOnFailure, "any"}, condition) {
			s.reportf("restart-policy", s.key("deploy", "restart_policy", "condition"), "write none, on-failure or any", "%q is no restart condition: it is taken as any", condition)
		}
	}
	condition, count, counted := strings.Cut(s.config.Restart, ":")
	known := slices.Contains([]string{"", "no", restartAlways, "unless-stopped", restartOnFailure}, condition)
	if _, err := strconv.ParseUint(count, 10, 31); known && (!counted || err == nil && condition == restartOnFailure) {
		return
	}
	taken := s.restartWish().condition
	s.reportf("restart-policy", s.key("restart"), "write no, always, unless-stopped, on-failure or on-failure:3", "%q is no restart policy: it is taken as %s", s.config.Restart, taken)
}

// reportRestartConflict reports a service that others wait to complete and that is to be started again for ever.
func (s *service) reportRestartConflict() {
	if wish := s.restartWish(); wish.condition == restartAlways {
		s.reportf("restart-conflict", wish.at, "write restart: \"no\" or on-failure",
			"%s is to be started again for ever, but others wait for it to complete; it becomes a Job that ends when it succeeds", s.name)
	}
}

// reportRestart reports what a workload of this kind, which always restarts, takes from the policy in the file.
func (s *service) reportRestart(b *pod, k kind) {
	wish := s.restartWish()
	why := "nothing tells that it ends"
	sign := s.daemonSign()
	switch {
	case k == kindDaemonSet:
		why = "it runs on every node"
	case k == kindStatefulSet:
		why = "x-kubernetes says what it is"
	case wish.condition == restartNo && len(b.members) > 1:
		why = "it shares its Pod with " + b.otherNames(s)
	case sign != "":
		why = sign
	}
	switch {
	case wish.condition == restartNo:
		s.reportf("restart-policy", wish.at, "x-kubernetes: {kind: Job} if it is meant to end",
			"%s is started again whenever it ends, although the file says no: %s, so it is a %s", s.name, why, k)
	case wish.condition == restartOnFailure && wish.attempts > 0:
		s.reportf("restart-policy", wish.at, "x-kubernetes: {kind: Job} if it is meant to end",
			"%s is started again also when it ends without failure, and more often than %d times: %s, so it is a %s", s.name, wish.attempts, why, k)
	case wish.condition == restartOnFailure:
		s.reportf("restart-policy", wish.at, "x-kubernetes: {kind: Job} if it is meant to end",
			"%s is started again also when it ends without failure: %s, so it is a %s", s.name, why, k)
	case wish.attempts > 0:
		s.reportf("restart-policy", wish.at.Key("max_attempts"), "", "%s is started again more often than %d times", s.name, wish.attempts)
	}
	if s.config.Deploy != nil && s.config.Deploy.RestartPolicy != nil && s.config.Deploy.RestartPolicy.Condition == "" {
		s.reportf("restart-condition", wish.at, "write the condition: any, on-failure or none",
			"the policy names no condition: taken as any, as Swarm does; docker compose would not restart %s at all", s.name)
	}
}
