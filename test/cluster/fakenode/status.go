package fakenode

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// body is what the node knows of a Pod beyond its object.
type body struct {
	born       time.Time
	ip, hostIP string
	// missing is why the containers cannot be created: a ConfigMap or Secret that is not there.
	missing *corev1.ContainerStateWaiting
}

// podStatus returns the status of a Pod at an age and the age at which it changes (zero: never).
// What the annotations leave open goes well and takes no time.
func podStatus(pod *corev1.Pod, b body, age time.Duration) (corev1.PodStatus, time.Duration) {
	s := &sketch{pod: pod, body: b, age: age}
	want, err := behaviourOf(pod.Annotations)
	if err != nil {
		s.body.missing = &corev1.ContainerStateWaiting{Reason: "CreateContainerConfigError", Message: err.Error()}
	}
	s.want = want
	start := s.initContainers()
	s.containers(start)
	return s.status(), s.next
}

// sketch collects the status of one Pod.
type sketch struct {
	pod  *corev1.Pod
	body body
	want behaviour
	age  time.Duration

	inits, mains         []corev1.ContainerStatus
	initialized, ready   bool
	failed, over, begins bool
	next                 time.Duration
}

// initContainers goes through the init containers in order and returns the age at which the last was done.
func (s *sketch) initContainers() (done time.Duration) {
	s.initialized, s.ready = true, true
	for i := range s.pod.Spec.InitContainers {
		c := &s.pod.Spec.InitContainers[i]
		sidecar := c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		if !s.initialized || s.failed {
			s.inits = append(s.inits, s.containerStatus(c, moment{state: waiting("PodInitializing", "")}))
			continue
		}
		m := s.live(c, initRestartPolicy(s.pod, sidecar), !sidecar, done)
		s.inits = append(s.inits, s.containerStatus(c, m))
		switch {
		case sidecar && m.state.Running != nil:
			s.ready = s.ready && m.ready
		case !m.over:
			s.initialized = false
		case m.code != 0:
			s.failed, s.initialized = true, false
		default:
			done += m.endedAt
			s.inits[len(s.inits)-1].Ready = true
		}
	}
	return done
}

// initRestartPolicy says what follows an init container's end: success is final but for a sidecar, and a failure
// fails the Pod under Never only.
func initRestartPolicy(pod *corev1.Pod, sidecar bool) corev1.RestartPolicy {
	switch {
	case sidecar:
		return corev1.RestartPolicyAlways
	case pod.Spec.RestartPolicy == corev1.RestartPolicyNever:
		return corev1.RestartPolicyNever
	default:
		return corev1.RestartPolicyOnFailure
	}
}

// containers shows the app containers, which begin together at the age start.
func (s *sketch) containers(start time.Duration) {
	ofJob := metav1.GetControllerOf(s.pod) != nil && metav1.GetControllerOf(s.pod).Kind == "Job"
	s.over = true
	for i := range s.pod.Spec.Containers {
		c := &s.pod.Spec.Containers[i]
		if !s.initialized {
			s.over, s.ready = false, false
			s.mains = append(s.mains, s.containerStatus(c, moment{state: waiting("PodInitializing", "")}))
			continue
		}
		m := s.live(c, s.pod.Spec.RestartPolicy, ofJob, start)
		s.begins = s.begins || m.state.Waiting == nil || m.restarts > 0 || m.last.Terminated != nil
		s.ready = s.ready && m.ready
		s.over = s.over && m.over
		s.failed = s.failed || m.code != 0
		s.mains = append(s.mains, s.containerStatus(c, m))
	}
}

// live returns the picture of a container whose turn came at the age start.
func (s *sketch) live(c *corev1.Container, policy corev1.RestartPolicy, ordains bool, start time.Duration) moment {
	if s.body.missing != nil {
		return moment{state: corev1.ContainerState{Waiting: s.body.missing}}
	}
	l := life{
		behaviour: s.want.of(c.Name), image: c.Image, born: s.body.born.Add(start), policy: policy, ordains: ordains,
	}
	m := l.at(s.age - start)
	if m.next != 0 && m.next != forever && (s.next == 0 || start+m.next < s.next) {
		s.next = start + m.next
	}
	return m
}

func (s *sketch) containerStatus(c *corev1.Container, m moment) corev1.ContainerStatus {
	started := m.state.Running != nil
	status := corev1.ContainerStatus{
		Name: c.Name, Image: c.Image, State: m.state, LastTerminationState: m.last,
		Ready: m.ready, RestartCount: m.restarts, Started: &started,
	}
	if m.state.Waiting == nil || m.last.Terminated != nil {
		status.ImageID = c.Image
		status.ContainerID = "fake://" + string(s.pod.UID) + "/" + c.Name
	}
	return status
}

func (s *sketch) phase() corev1.PodPhase {
	switch {
	case s.failed && (s.over || !s.initialized):
		return corev1.PodFailed
	case s.over:
		return corev1.PodSucceeded
	case s.begins:
		return corev1.PodRunning
	default:
		return corev1.PodPending
	}
}

func (s *sketch) status() corev1.PodStatus {
	born := metav1.NewTime(s.body.born)
	phase := s.phase()
	status := corev1.PodStatus{
		Phase: phase, StartTime: &born, HostIP: s.body.hostIP, HostIPs: []corev1.HostIP{{IP: s.body.hostIP}},
		PodIP: s.body.ip, PodIPs: []corev1.PodIP{{IP: s.body.ip}},
		InitContainerStatuses: s.inits, ContainerStatuses: s.mains, QOSClass: s.pod.Status.QOSClass,
	}
	ended := phase == corev1.PodSucceeded || phase == corev1.PodFailed
	if ended {
		s.next = 0
	}
	containersReady := s.ready && !ended
	status.Conditions = s.conditions(map[corev1.PodConditionType]bool{
		corev1.PodReadyToStartContainers: !ended,
		corev1.PodInitialized:            s.initialized,
		corev1.ContainersReady:           containersReady,
		corev1.PodReady:                  containersReady && s.gatesOpen(),
	}, phase)
	return status
}

// gatesOpen says whether every readiness gate of the Pod has been opened by whoever owns it.
func (s *sketch) gatesOpen() bool {
	for _, gate := range s.pod.Spec.ReadinessGates {
		if condition(s.pod.Status.Conditions, gate.ConditionType).Status != corev1.ConditionTrue {
			return false
		}
	}
	return true
}

// conditions keeps those others set and the times of those that stay as they were.
func (s *sketch) conditions(truth map[corev1.PodConditionType]bool, phase corev1.PodPhase) []corev1.PodCondition {
	var out []corev1.PodCondition
	for _, old := range s.pod.Status.Conditions {
		if _, ours := truth[old.Type]; !ours {
			out = append(out, old)
		}
	}
	for _, kind := range []corev1.PodConditionType{
		corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady,
	} {
		c := corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now()}
		if !truth[kind] {
			c.Status = corev1.ConditionFalse
			switch {
			case phase == corev1.PodSucceeded:
				c.Reason = "PodCompleted"
			case phase == corev1.PodFailed:
				c.Reason = "PodFailed"
			case kind == corev1.PodInitialized:
				c.Reason = "ContainersNotInitialized"
			default:
				c.Reason = "ContainersNotReady"
			}
		}
		if old := condition(s.pod.Status.Conditions, kind); old.Status == c.Status {
			c.LastTransitionTime = old.LastTransitionTime
		}
		out = append(out, c)
	}
	return out
}

func condition(all []corev1.PodCondition, kind corev1.PodConditionType) corev1.PodCondition {
	for _, c := range all {
		if c.Type == kind {
			return c
		}
	}
	return corev1.PodCondition{}
}
