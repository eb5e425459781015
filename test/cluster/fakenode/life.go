package fakenode

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The kubelet waits 10 s, 20 s, … before it restarts or pulls again; a test should not.
const (
	firstBackoff = 500 * time.Millisecond
	lastBackoff  = 8 * time.Second
	pullAttempt  = 500 * time.Millisecond
)

// life is one container's course: what happens is a function of how long ago its turn came.
type life struct {
	behaviour
	image   string
	born    time.Time
	policy  corev1.RestartPolicy
	ordains bool // the container ends by itself with code 0: an init container, or one of a Job
}

// moment is what one sees of a container at some time.
type moment struct {
	state, last corev1.ContainerState
	restarts    int32
	ready       bool
	// over says that the container has ended for good, code with what, endedAt when.
	over    bool
	code    int32
	endedAt time.Duration
	// next is when the picture changes; zero: never.
	next time.Duration
}

// at returns the picture at an age.
func (l life) at(age time.Duration) moment {
	if m, shown := l.beforeStart(age); shown {
		return m
	}
	begin := l.start()
	var last corev1.ContainerState
	for run := 0; ; run++ {
		code, ends := l.outcome(run)
		if !ends || age < begin+l.exitAfter {
			return l.running(age, begin, ends, int32(run), last)
		}
		end := begin + l.exitAfter
		terminated := l.terminated(code, begin, end)
		if !l.restartsAfter(code) {
			return moment{state: terminated, last: last, restarts: int32(run), over: true, code: code, endedAt: end}
		}
		last = terminated
		back := min(firstBackoff<<min(run, 10), lastBackoff)
		if age < end+back {
			state := waiting("CrashLoopBackOff", fmt.Sprintf("back-off %s restarting failed container", back))
			return moment{state: state, last: last, restarts: int32(run), next: end + back}
		}
		begin = end + back
	}
}

func (l life) start() time.Duration { return max(l.pending, l.pullError) }

// beforeStart shows a container that is being created or whose image cannot be pulled.
func (l life) beforeStart(age time.Duration) (moment, bool) {
	if age >= l.start() {
		return moment{}, false
	}
	m := moment{next: l.start()}
	if age >= l.pullError {
		m.state = waiting("ContainerCreating", "")
		return m, true
	}
	// An attempt that fails, then a pause, in turns.
	round := age % (4 * pullAttempt)
	if round < pullAttempt {
		m.state = waiting("ErrImagePull", fmt.Sprintf("failed to pull image %q: not found", l.image))
		m.next = age - round + pullAttempt
	} else {
		m.state = waiting("ImagePullBackOff", fmt.Sprintf("Back-off pulling image %q: ErrImagePull: not found", l.image))
		m.next = age - round + 4*pullAttempt
	}
	return m, true
}

// outcome says how the n-th run ends, if it does.
func (l life) outcome(run int) (code int32, ends bool) {
	if l.exitAfter == forever {
		return 0, false
	}
	if l.exits && run < l.failures {
		return l.exitCode, true
	}
	return 0, l.ordains
}

func (l life) restartsAfter(code int32) bool {
	return l.policy == corev1.RestartPolicyAlways || l.policy == corev1.RestartPolicyOnFailure && code != 0
}

func (l life) running(age, begin time.Duration, ends bool, restarts int32, last corev1.ContainerState) moment {
	m := moment{last: last, restarts: restarts}
	m.state.Running = &corev1.ContainerStateRunning{StartedAt: l.clock(begin)}
	m.ready = l.notReady != forever && age >= begin+l.notReady
	if ends {
		m.next = begin + l.exitAfter
	}
	if !m.ready && l.notReady != forever && (m.next == 0 || begin+l.notReady < m.next) {
		m.next = begin + l.notReady
	}
	return m
}

func (l life) terminated(code int32, begin, end time.Duration) corev1.ContainerState {
	reason := "Completed"
	switch {
	case code == 137 && l.oomKilled:
		reason = "OOMKilled"
	case code != 0:
		reason = "Error"
	}
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: code, Reason: reason, StartedAt: l.clock(begin), FinishedAt: l.clock(end),
	}}
}

func (l life) clock(age time.Duration) metav1.Time { return metav1.NewTime(l.born.Add(age)) }

func waiting(reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}
