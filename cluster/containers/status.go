package containers

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/docker/go-units"
	corev1 "k8s.io/api/core/v1"
)

// read takes over what the status of a container says. A status that is missing is that of a container nobody has begun
// with.
func (c *Container) read(pod *corev1.Pod, spec *corev1.Container, status *corev1.ContainerStatus, now time.Time) {
	switch status {
	case nil:
		c.Reason = notScheduled(pod)
		if pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
			c.State = Exited // evicted before it began
		}
	default:
		_, c.ID, _ = strings.Cut(status.ContainerID, "://")
		c.ImageID = status.ImageID
		c.Restarts = int64(status.RestartCount)
		if ended := status.LastTerminationState.Terminated; ended != nil {
			c.ended(ended)
		}
		c.readState(pod, spec, status, now)
	}
	if pod.DeletionTimestamp != nil {
		c.State, c.Health = Removing, NoHealth
	}
}

func (c *Container) readState(pod *corev1.Pod, spec *corev1.Container, status *corev1.ContainerStatus, now time.Time) {
	switch state := status.State; {
	case state.Running != nil:
		c.State, c.StartedAt = Running, state.Running.StartedAt.Time
		c.Health = HealthOf(spec, status, unknown, now)
	case state.Terminated != nil:
		c.ended(state.Terminated)
		c.State = Exited
		if willRestart(pod, spec, state.Terminated.ExitCode) {
			c.State = Restarting
		}
	case state.Waiting != nil && state.Waiting.Reason == "CrashLoopBackOff":
		c.State = Restarting
	case state.Waiting != nil && c.hasEndedOnce && state.Waiting.Reason == "ContainerCreating":
		c.State = Restarting
	case state.Waiting != nil:
		c.Reason = waitingReason(pod, state.Waiting)
	}
}

func (c *Container) ended(how *corev1.ContainerStateTerminated) {
	c.hasEndedOnce = true
	c.ExitCode, c.EndedAt = int64(how.ExitCode), how.FinishedAt.Time
	if how.Reason != "Completed" && how.Reason != "Error" {
		c.Reason = how.Reason
	}
}

// willRestart reports whether the kubelet starts a container again that has ended: for a moment, it says no more than that
// it has.
func willRestart(pod *corev1.Pod, spec *corev1.Container, code int32) bool {
	if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed || pod.DeletionTimestamp != nil {
		return false
	}
	policy := pod.Spec.RestartPolicy
	if spec.RestartPolicy != nil {
		policy = corev1.RestartPolicy(*spec.RestartPolicy)
	}
	switch policy {
	case corev1.RestartPolicyNever:
		return false
	case corev1.RestartPolicyOnFailure:
		return code != 0
	}
	return true
}

// notScheduled says why no node has begun with a Pod; nothing if it is only too early to say.
func notScheduled(pod *corev1.Pod) string {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return condition.Reason
		}
	}
	return pod.Status.Reason
}

// waitingReason says what a container waits for that has never run.
func waitingReason(pod *corev1.Pod, waiting *corev1.ContainerStateWaiting) string {
	if waiting.Reason != "PodInitializing" {
		return strings.TrimPrefix(waiting.Reason, "ContainerCreating")
	}
	for i := range pod.Status.InitContainerStatuses {
		first := &pod.Status.InitContainerStatuses[i]
		switch state := first.State; {
		case state.Waiting != nil:
			return "init " + first.Name + ": " + cmp.Or(state.Waiting.Reason, "waiting")
		case state.Running != nil && (first.Started == nil || !*first.Started):
			return "init " + first.Name
		case state.Terminated != nil && state.Terminated.ExitCode != 0:
			return fmt.Sprintf("init %s: exited with code %d", first.Name, state.Terminated.ExitCode)
		}
	}
	return ""
}

// Status says what a container does as docker compose does: Up 3 seconds (healthy), Restarting (1) 3 seconds ago.
func (c *Container) Status(now time.Time) string {
	ago := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return " " + units.HumanDuration(max(now.Sub(t), 0)) + " ago"
	}
	switch c.State {
	case Running:
		up := "Up " + units.HumanDuration(max(now.Sub(c.StartedAt), 0))
		switch c.Health {
		case NoHealth:
			return up
		case Starting:
			return up + " (health: starting)"
		}
		return up + " (" + string(c.Health) + ")"
	case Restarting:
		return fmt.Sprintf("Restarting (%d)%s", c.ExitCode, ago(c.EndedAt))
	case Exited:
		status := fmt.Sprintf("Exited (%d)%s", c.ExitCode, ago(c.EndedAt))
		if !c.hasEndedOnce {
			status = "Exited" // of what was stopped, no container is left to ask
		}
		return withReason(status, c.Reason)
	case Removing:
		return "Removal In Progress"
	case Paused:
		return "Paused"
	}
	return withReason("Created", c.Reason)
}

func withReason(status, reason string) string {
	if reason == "" {
		return status
	}
	return status + " (" + reason + ")"
}

// Without is a container that stands for a service of which no Pod is left, or none was made yet.
func Without(workload, service string, state State, created time.Time, reason string) Container {
	return Container{Pod: workload, Service: service, State: state, CreatedAt: created, Reason: reason}
}
