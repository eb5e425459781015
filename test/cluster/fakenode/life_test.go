package fakenode

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// brief tells a Pod's status in a line: phase, readiness, and each container with its state and restarts.
func brief(status corev1.PodStatus) string {
	parts := []string{string(status.Phase)}
	if condition(status.Conditions, corev1.PodReady).Status == corev1.ConditionTrue {
		parts = append(parts, "ready")
	}
	for _, c := range append(status.InitContainerStatuses, status.ContainerStatuses...) {
		state := "running"
		switch {
		case c.State.Waiting != nil:
			state = c.State.Waiting.Reason
		case c.State.Terminated != nil:
			state = fmt.Sprintf("%s(%d)", c.State.Terminated.Reason, c.State.Terminated.ExitCode)
		}
		parts = append(parts, fmt.Sprintf("%s:%s:%d", c.Name, state, c.RestartCount))
	}
	return strings.Join(parts, " ")
}

func TestPodStatus(t *testing.T) {
	job := []metav1.OwnerReference{{Kind: "Job", Controller: new(bool)}}
	*job[0].Controller = true
	always := corev1.ContainerRestartPolicyAlways
	one := corev1.PodSpec{RestartPolicy: corev1.RestartPolicyAlways, Containers: []corev1.Container{{Name: "a"}}}
	never := corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: one.Containers}
	withInit := corev1.PodSpec{
		RestartPolicy:  corev1.RestartPolicyNever,
		InitContainers: []corev1.Container{{Name: "i"}, {Name: "s", RestartPolicy: &always}}, Containers: one.Containers,
	}
	for _, test := range []struct {
		name        string
		spec        corev1.PodSpec
		owners      []metav1.OwnerReference
		annotations map[string]string
		age         time.Duration
		want        string
		next        time.Duration
	}{
		{"plain", one, nil, nil, 0, "Running ready a:running:0", 0},
		{"pending", one, nil, map[string]string{Pending: "2s"}, time.Second, "Pending a:ContainerCreating:0", 2 * time.Second},
		{"pending no more", one, nil, map[string]string{Pending: "2s"}, 2 * time.Second, "Running ready a:running:0", 0},
		{"pull fails", one, nil, map[string]string{ImagePullError: "always"}, 0, "Pending a:ErrImagePull:0", pullAttempt},
		{"pull backs off", one, nil, map[string]string{ImagePullError: "always"}, time.Second, "Pending a:ImagePullBackOff:0", 4 * pullAttempt},
		{"never ready", one, nil, map[string]string{NotReady: "always"}, time.Hour, "Running a:running:0", 0},
		{"not ready yet", one, nil, map[string]string{NotReady: "3s"}, time.Second, "Running a:running:0", 3 * time.Second},
		{"first crash", one, nil, map[string]string{ExitCode: "2"}, 0, "Running a:CrashLoopBackOff:0", firstBackoff},
		{"second crash", one, nil, map[string]string{ExitCode: "2"}, firstBackoff, "Running a:CrashLoopBackOff:1", 3 * firstBackoff},
		{"runs before it ends", one, nil, map[string]string{ExitCode: "2", ExitAfter: "1s"}, 0, "Running ready a:running:0", time.Second},
		{"recovers", one, nil, map[string]string{ExitCode: "2", Failures: "1"}, firstBackoff, "Running ready a:running:1", 0},
		{"ends for good", never, nil, map[string]string{ExitCode: "2"}, 0, "Failed a:Error(2):0", 0},
		{"ends well", never, nil, map[string]string{ExitCode: "0"}, 0, "Succeeded a:Completed(0):0", 0},
		{"out of memory", never, nil, map[string]string{OOMKilled: "true"}, 0, "Failed a:OOMKilled(137):0", 0},
		{"job", never, job, nil, 0, "Succeeded a:Completed(0):0", 0},
		{"job that runs on", never, job, map[string]string{ExitAfter: "always"}, time.Hour, "Running ready a:running:0", 0},
		{"init and sidecar", withInit, nil, nil, 0, "Running ready i:Completed(0):0 s:running:0 a:running:0", 0},
		{"init fails", withInit, nil, map[string]string{Container: "i", ExitCode: "4"}, 0, "Failed i:Error(4):0 s:PodInitializing:0 a:PodInitializing:0", 0},
		{"init takes time", withInit, nil, map[string]string{Container: "i", ExitAfter: "1s"}, 0, "Pending i:running:0 s:PodInitializing:0 a:PodInitializing:0", time.Second},
		{"after init", withInit, nil, map[string]string{Container: "i", ExitAfter: "1s"}, time.Second, "Running ready i:Completed(0):0 s:running:0 a:running:0", 0},
		{"nonsense", one, nil, map[string]string{ExitCode: "x"}, 0, "Pending a:CreateContainerConfigError:0", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Annotations: test.annotations, OwnerReferences: test.owners}, Spec: test.spec}
			status, next := podStatus(pod, body{born: time.Now(), ip: "10.97.0.2", hostIP: hostIP}, test.age)
			if got := brief(status); got != test.want {
				t.Errorf("want %q, got %q", test.want, got)
			}
			if next != test.next {
				t.Errorf("next change: want %s, got %s", test.next, next)
			}
		})
	}
}
