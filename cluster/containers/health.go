package containers

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// unknown is for a number of failures that nobody has counted.
const unknown = -1

// HealthOf says how a container that runs is. Failures is how often the probe that it stands at has failed since it started.
//
// Docker counts failures of a healthcheck, and calls a container unhealthy after so many in a row; the status of a Pod says
// no more than whether a container is ready. Where failures are not known, one that is not ready has failed as often as it
// may once it has run for as long as that many probes take. Where some are, others may not have been counted, so the same
// holds after a time in which a slow one fails as often. Where none is, nothing is held against the container: the news of
// its health may be what is late.
func HealthOf(spec *corev1.Container, status *corev1.ContainerStatus, failures int, now time.Time) Health {
	probe := spec.ReadinessProbe
	running := status.State.Running
	switch {
	case probe == nil && spec.StartupProbe == nil || running == nil:
		return NoHealth
	case status.Ready && (status.Started == nil || *status.Started || spec.StartupProbe == nil):
		return Healthy
	}
	took := now.Sub(running.StartedAt.Time)
	var isOver bool
	switch {
	case status.Started != nil && !*status.Started && spec.StartupProbe != nil:
		isOver = startFailed(spec, failures, took)
	case probe == nil:
		return Healthy // the startup probe has succeeded, and there is no other
	case failures == unknown:
		isOver = took > patience(probe)+startup(spec)
	default:
		isOver = failures >= int(threshold(probe)) || failures > 0 && took > patience(probe)+startup(spec)+slowness(probe)
	}
	if isOver {
		return Unhealthy
	}
	return Starting
}

// startFailed reports whether a container that has not started has used up the time that its healthcheck gives it. The
// converter makes of a start_period a startup probe that is the healthcheck and has ten times as long, or 60 tries, because
// a kubelet kills a container whose startup probe fails. That is what any other startup probe does in the end.
func startFailed(spec *corev1.Container, failures int, took time.Duration) bool {
	probe := spec.StartupProbe
	isHealthcheck := spec.ReadinessProbe != nil && equality.Semantic.DeepEqual(spec.ReadinessProbe.ProbeHandler, probe.ProbeHandler)
	const fewest, wider = 60, 10
	if !isHealthcheck || spec.LivenessProbe != nil || threshold(probe) < fewest {
		return false
	}
	budget := max(patience(probe)/wider, patience(spec.ReadinessProbe))
	hasTried := failures == unknown || time.Duration(failures+1)*period(probe) >= budget
	return took > budget && hasTried || failures > 0 && took > budget+slowness(spec.ReadinessProbe)
}

// patience is how long a probe takes to fail as often as it may, if it fails at once.
func patience(probe *corev1.Probe) time.Duration {
	const slack = time.Second // the kubelet looks once a second
	return time.Duration(probe.InitialDelaySeconds)*time.Second + time.Duration(threshold(probe))*period(probe) + slack
}

// slowness is how much longer it takes if it takes its time each time.
func slowness(probe *corev1.Probe) time.Duration {
	return time.Duration(threshold(probe)) * time.Duration(max(probe.TimeoutSeconds, 1)) * time.Second
}

func period(probe *corev1.Probe) time.Duration {
	if probe.PeriodSeconds == 0 {
		return 10 * time.Second // the API's default
	}
	return time.Duration(probe.PeriodSeconds) * time.Second
}

func threshold(probe *corev1.Probe) int32 {
	if probe.FailureThreshold == 0 {
		return 3 // the API's default
	}
	return probe.FailureThreshold
}

// startup is the least that a startup probe, which has succeeded, has taken before the other one began.
func startup(spec *corev1.Container) time.Duration {
	if spec.StartupProbe == nil {
		return 0
	}
	return time.Duration(max(spec.StartupProbe.PeriodSeconds, 1)) * time.Second
}
