package cluster

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// verdict is how a workload is doing, measured against what was just applied.
type verdict struct {
	state   string // one word for people
	reason  string
	ready   int64
	desired int64
	isReady bool // as the project wants it; for a Job: completed
	started bool // every container of a Pod has been started
	doomed  *doom
}

// doom is why a workload cannot become ready.
type doom struct {
	reason, message string
	pod, container  string // whose last log lines explain it; may be empty
	previous        bool   // the container has been restarted since
}

// waiting tells a verdict that is not ready.
func waiting(t *task, v verdict) Waiting {
	return Waiting{Ref: t.step.Ref, Services: t.step.Services, State: v.state, Reason: v.reason, Ready: v.ready, Desired: v.desired}
}

// judge says how a workload is doing. Applied is what the server answered to the apply: a state of an older generation,
// or of an object of the same name that is gone, says nothing. The lock of the picture is held.
func (p *picture) judge(applied *unstructured.Unstructured) verdict {
	ref := RefOf(applied)
	if ref.Kind == "CronJob" {
		v := verdict{state: "scheduled", isReady: true, started: true}
		if suspended, _, _ := unstructured.NestedBool(applied.Object, "spec", "suspend"); suspended {
			v.state = "suspended"
		}
		return v
	}
	if store := p.stores[ref.Kind]; store != nil && store.refused != nil {
		return verdict{doomed: &doom{reason: "Forbidden", message: store.refused.Error()}}
	}
	live := p.find(ref)
	switch {
	case live == nil || live.GetUID() != applied.GetUID():
		return verdict{state: "creating"}
	case live.GetDeletionTimestamp() != nil:
		return verdict{state: "deleting"}
	case live.GetGeneration() < applied.GetGeneration():
		return verdict{state: "updating"}
	}
	switch ref.Kind {
	case "Deployment":
		return p.judgeDeployment(live)
	case "StatefulSet":
		return p.judgeStatefulSet(live)
	case "DaemonSet":
		return p.judgeDaemonSet(live)
	case "Job":
		return p.judgeJob(live)
	case "Pod":
		return p.judgePod(live)
	}
	return verdict{state: "applied", isReady: true, started: true}
}

func replicas(o *unstructured.Unstructured) int64 {
	if n, found, _ := unstructured.NestedInt64(o.Object, "spec", "replicas"); found {
		return n
	}
	return 1
}

func isObserved(o *unstructured.Unstructured) bool {
	return number(o, "status", "observedGeneration") >= o.GetGeneration()
}

func (p *picture) judgeDeployment(o *unstructured.Unstructured) verdict {
	v := verdict{state: "updating", desired: replicas(o), ready: number(o, "status", "availableReplicas")}
	if !isObserved(o) {
		return v
	}
	updated, total := number(o, "status", "updatedReplicas"), number(o, "status", "replicas")
	pods := p.deploymentPods(o)
	v.started = v.desired == 0 || countStarted(pods) > 0
	if updated >= v.desired && total <= v.desired && v.ready >= v.desired {
		if v.desired == 0 {
			pods = p.podsNamedAfter(o) // also those of older versions
		}
		return p.readyIfSettled(v, pods)
	}
	v.ready = min(v.ready, updated, v.desired)
	p.explainPods(&v, pods)
	if v.doomed == nil {
		if status, _, message, _ := condition(o, "ReplicaFailure"); status == "True" {
			p.cannotCreate(&v, o, message)
		}
	}
	if status, reason, message, found := condition(o, "Progressing"); found && status == "False" && v.doomed == nil {
		v.doomed = &doom{reason: reason, message: message}
	}
	if v.state == "updating" && v.reason == "" && total > max(v.desired, updated) {
		v.reason = count(int(total-updated), "Pod") + " of the old version still to end"
	}
	return v
}

// deploymentPods returns the Pods of the ReplicaSet that belongs to the current template.
func (p *picture) deploymentPods(o *unstructured.Unstructured) []*unstructured.Unstructured {
	const revision = "deployment.kubernetes.io/revision"
	if p.stores["ReplicaSet"].refused != nil {
		return p.podsNamedAfter(o)
	}
	for _, set := range p.owned("ReplicaSet", o.GetUID()) {
		if set.GetAnnotations()[revision] == o.GetAnnotations()[revision] {
			return p.owned("Pod", set.GetUID())
		}
	}
	return nil
}

// podsNamedAfter returns the Pods of a Deployment without a look at its ReplicaSets, which not everybody may see: those of
// the old version too, as long as there are any.
func (p *picture) podsNamedAfter(o *unstructured.Unstructured) []*unstructured.Unstructured {
	var out []*unstructured.Unstructured
	pods := p.stores["Pod"].objects
	for _, name := range sortedKeys(pods) {
		owner := metav1.GetControllerOf(pods[name])
		if owner != nil && owner.Kind == "ReplicaSet" && replicaSetOf(o.GetName(), owner.Name) {
			out = append(out, pods[name])
		}
	}
	return out
}

// replicaSetOf reports whether a ReplicaSet has the name of a Deployment and a hash.
func replicaSetOf(deployment, set string) bool {
	hash, found := strings.CutPrefix(set, deployment+"-")
	return found && !strings.Contains(hash, "-")
}

func (p *picture) judgeStatefulSet(o *unstructured.Unstructured) verdict {
	v := verdict{state: "updating", desired: replicas(o), ready: number(o, "status", "readyReplicas")}
	if !isObserved(o) {
		return v
	}
	onDelete := text(o, "spec", "updateStrategy", "type") == "OnDelete"
	update := text(o, "status", "updateRevision")
	isCurrent := onDelete || update == text(o, "status", "currentRevision") || number(o, "status", "updatedReplicas") >= v.desired
	var pods []*unstructured.Unstructured
	for _, pod := range p.owned("Pod", o.GetUID()) {
		if onDelete || v.desired == 0 || pod.GetLabels()["controller-revision-hash"] == update {
			pods = append(pods, pod)
		}
	}
	v.started = v.desired == 0 || countStarted(pods) > 0
	if isCurrent && v.ready >= v.desired && number(o, "status", "replicas") <= v.desired {
		return p.readyIfSettled(v, pods)
	}
	p.explainPods(&v, pods)
	p.explainEvents(&v, o)
	return v
}

func (p *picture) judgeDaemonSet(o *unstructured.Unstructured) verdict {
	v := verdict{
		state: "updating", desired: number(o, "status", "desiredNumberScheduled"), ready: number(o, "status", "numberAvailable"),
	}
	if !isObserved(o) {
		return v
	}
	onDelete := text(o, "spec", "updateStrategy", "type") == "OnDelete"
	generation := o.GetAnnotations()["deprecated.daemonset.template.generation"]
	var pods []*unstructured.Unstructured
	for _, pod := range p.owned("Pod", o.GetUID()) {
		if onDelete || v.desired == 0 || generation == "" || pod.GetLabels()["pod-template-generation"] == generation {
			pods = append(pods, pod)
		}
	}
	v.started = v.desired == 0 || countStarted(pods) > 0
	if (onDelete || number(o, "status", "updatedNumberScheduled") >= v.desired) && v.ready >= v.desired {
		if v.desired == 0 {
			v.reason = "no node matches"
		}
		return p.readyIfSettled(v, pods)
	}
	p.explainPods(&v, pods)
	p.explainEvents(&v, o)
	return v
}

func (p *picture) judgeJob(o *unstructured.Unstructured) verdict {
	v := verdict{state: "starting", desired: 1, ready: number(o, "status", "succeeded")}
	if n, found, _ := unstructured.NestedInt64(o.Object, "spec", "completions"); found {
		v.desired = n
	}
	pods := p.owned("Pod", o.GetUID())
	v.started = countStarted(pods) > 0
	if isTrue(o, "Complete") {
		v.state, v.isReady, v.started = "completed", true, true
		return v
	}
	if suspended, _, _ := unstructured.NestedBool(o.Object, "spec", "suspend"); suspended {
		v.state = "suspended"
		return v
	}
	for _, kind := range []string{"Failed", "FailureTarget"} {
		if status, reason, message, _ := condition(o, kind); status == "True" {
			v.doomed = &doom{reason: reason, message: message}
			p.blame(v.doomed, pods)
			return v
		}
	}
	p.explainPods(&v, pods)
	p.explainEvents(&v, o)
	if v.state == "starting" && v.started {
		v.state = "running"
	}
	return v
}

func (p *picture) judgePod(o *unstructured.Unstructured) verdict {
	v := verdict{state: "starting", desired: 1, started: countStarted([]*unstructured.Unstructured{o}) > 0}
	switch text(o, "status", "phase") {
	case "Succeeded":
		v.state, v.ready, v.isReady, v.started = "completed", 1, true, true
		return v
	case "Failed":
		v.doomed = &doom{reason: "Failed", message: "the Pod failed"}
		p.blame(v.doomed, []*unstructured.Unstructured{o})
		return v
	}
	if isTrue(o, "Ready") {
		v.ready = 1
		return p.readyIfSettled(v, []*unstructured.Unstructured{o})
	}
	p.explainPods(&v, []*unstructured.Unstructured{o})
	return v
}

// countStarted counts the Pods whose containers have all been started; they may have ended since.
func countStarted(pods []*unstructured.Unstructured) int {
	n := 0
	for _, pod := range pods {
		statuses := items(pod.Object, "status", "containerStatuses")
		started := len(statuses) > 0
		for _, s := range statuses {
			state, _ := s["state"].(map[string]any)
			restarts, _ := s["restartCount"].(int64)
			started = started && (state["running"] != nil || state["terminated"] != nil || restarts > 0)
		}
		if started {
			n++
		}
	}
	return n
}

// Grace is how long some troubles may last before they count: others come right by themselves.
const (
	graceScheduling = 10 * time.Second // nodes come back, and Pods that are ending make room
	graceBinding    = time.Minute      // a volume is being made
	graceCreation   = 10 * time.Second // a service account appears shortly after its namespace
)
