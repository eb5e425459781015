package status

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
)

// WorkloadStatus is how a workload is doing, measured against what was just applied.
type WorkloadStatus struct {
	State   string // one word for people
	Reason  string
	Ready   int64
	Desired int64
	IsReady bool // as the project wants it; for a Job: completed
	Started bool // every container of a Pod has been started
	IsEnded bool // a Job is suspended, and none of its Pods is left
	Failure *Failure
}

// Failure is why a workload cannot become ready.
type Failure struct {
	Reason, Message string
	pod, container  string // whose last log lines explain it; may be empty
	previous        bool   // the container has been restarted since
}

// Status says how a workload is doing. Applied is what the server answered to the apply: a state of an older generation,
// or of an object of the same name that is gone, says nothing. The lock of the live state is held.
func (p *LiveState) Status(applied *unstructured.Unstructured) WorkloadStatus {
	ref := resource.RefOf(applied)
	if ref.Kind == "CronJob" {
		v := WorkloadStatus{State: "scheduled", IsReady: true, Started: true}
		if suspended, _, _ := unstructured.NestedBool(applied.Object, "spec", "suspend"); suspended {
			v.State = "suspended"
		}
		return v
	}
	if store := p.stores[ref.Kind]; store != nil && store.refused != nil {
		return WorkloadStatus{Failure: &Failure{Reason: "Forbidden", Message: store.refused.Error()}}
	}
	live := p.Find(ref)
	switch {
	case p.isRemoved(applied, live):
		return WorkloadStatus{State: "removed", Failure: &Failure{Reason: event.ReasonRemoved, Message: "it was removed meanwhile"}}
	case live == nil || live.GetUID() != applied.GetUID():
		return WorkloadStatus{State: "creating"}
	case live.GetGeneration() < applied.GetGeneration():
		return WorkloadStatus{State: "updating"}
	case isStopped(applied, live):
		return WorkloadStatus{State: "stopped", Failure: &Failure{Reason: "Stopped", Message: "it was stopped meanwhile; `transship up` starts it again"}}
	}
	switch ref.Kind {
	case "Deployment":
		return p.deploymentStatus(live)
	case "StatefulSet":
		return p.statefulSetStatus(live)
	case "DaemonSet":
		return p.daemonSetStatus(live)
	case "Job":
		return p.jobStatus(live)
	case "Pod":
		return p.podStatus(live)
	}
	return WorkloadStatus{State: "applied", IsReady: true, Started: true}
}

// isStopped reports whether somebody scaled a workload to nothing after it was applied with Pods: nobody who waits for it is to
// take that for ready.
func isStopped(applied, live *unstructured.Unstructured) bool {
	if k := applied.GetKind(); k != "Deployment" && k != "StatefulSet" || live.GetGeneration() == applied.GetGeneration() {
		return false
	}
	return resource.Replicas(applied) > 0 && resource.Replicas(live) == 0
}

func isObserved(o *unstructured.Unstructured) bool {
	return resource.Number(o, "status", "observedGeneration") >= o.GetGeneration()
}

func (p *LiveState) deploymentStatus(o *unstructured.Unstructured) WorkloadStatus {
	v := WorkloadStatus{State: "updating", Desired: resource.Replicas(o), Ready: resource.Number(o, "status", "availableReplicas")}
	if !isObserved(o) {
		return v
	}
	updated, total := resource.Number(o, "status", "updatedReplicas"), resource.Number(o, "status", "replicas")
	pods := p.deploymentPods(o)
	v.Started = v.Desired == 0 || countStarted(pods) > 0
	if updated >= v.Desired && total <= v.Desired && v.Ready >= v.Desired {
		if v.Desired == 0 {
			pods = p.podsNamedAfter(o) // also those of older versions
		}
		return p.readyIfSettled(v, pods)
	}
	v.Ready = min(v.Ready, updated, v.Desired)
	p.explainPods(&v, pods)
	if v.Failure == nil {
		if status, _, message, _ := resource.Condition(o, "ReplicaFailure"); status == "True" {
			p.cannotCreate(&v, o, message)
		}
	}
	if status, reason, message, found := resource.Condition(o, "Progressing"); found && status == "False" && v.Failure == nil {
		v.Failure = &Failure{Reason: reason, Message: message}
	}
	if v.State == "updating" && v.Reason == "" && total > max(v.Desired, updated) {
		v.Reason = resource.Count(int(total-updated), "Pod") + " of the old version still to end"
	}
	return v
}

// deploymentPods returns the Pods of the ReplicaSet that belongs to the current template.
func (p *LiveState) deploymentPods(o *unstructured.Unstructured) []*unstructured.Unstructured {
	if p.stores["ReplicaSet"].refused != nil {
		return p.podsNamedAfter(o)
	}
	for _, set := range p.owned("ReplicaSet", o.GetUID()) {
		if isCurrent(set, o) {
			return p.owned("Pod", set.GetUID())
		}
	}
	return nil
}

// isCurrent reports whether a ReplicaSet has the template that its Deployment has now, by which the controller of Deployments
// tells it as well. Of the same revision it is not always: with the strategy Recreate the controller ends the old Pods, and says
// that it has seen the new template, before it makes a ReplicaSet and counts up the revision.
func isCurrent(set, deployment *unstructured.Unstructured) bool {
	const revision, hash = "deployment.kubernetes.io/revision", "pod-template-hash"
	if set.GetAnnotations()[revision] != deployment.GetAnnotations()[revision] {
		return false
	}
	had, _, _ := unstructured.NestedMap(set.Object, "spec", "template")
	has, _, _ := unstructured.NestedMap(deployment.Object, "spec", "template")
	unstructured.RemoveNestedField(had, "metadata", "labels", hash)
	return equality.Semantic.DeepEqual(had, has)
}

// podsNamedAfter returns the Pods of a Deployment without a look at its ReplicaSets, which not everybody may see: those of
// the old version too, as long as there are any.
func (p *LiveState) podsNamedAfter(o *unstructured.Unstructured) []*unstructured.Unstructured {
	var out []*unstructured.Unstructured
	pods := p.stores["Pod"].objects
	for _, name := range resource.SortedKeys(pods) {
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

func (p *LiveState) statefulSetStatus(o *unstructured.Unstructured) WorkloadStatus {
	v := WorkloadStatus{State: "updating", Desired: resource.Replicas(o), Ready: resource.Number(o, "status", "readyReplicas")}
	if !isObserved(o) {
		return v
	}
	onDelete := resource.Text(o, "spec", "updateStrategy", "type") == "OnDelete"
	update := resource.Text(o, "status", "updateRevision")
	isCurrent := onDelete || update == resource.Text(o, "status", "currentRevision") || resource.Number(o, "status", "updatedReplicas") >= v.Desired
	var pods []*unstructured.Unstructured
	for _, pod := range p.owned("Pod", o.GetUID()) {
		if onDelete || v.Desired == 0 || pod.GetLabels()["controller-revision-hash"] == update {
			pods = append(pods, pod)
		}
	}
	v.Started = v.Desired == 0 || countStarted(pods) > 0
	if isCurrent && v.Ready >= v.Desired && resource.Number(o, "status", "replicas") <= v.Desired {
		return p.readyIfSettled(v, pods)
	}
	p.explainPods(&v, pods)
	p.explainEvents(&v, o)
	return v
}

func (p *LiveState) daemonSetStatus(o *unstructured.Unstructured) WorkloadStatus {
	v := WorkloadStatus{
		State: "updating", Desired: resource.Number(o, "status", "desiredNumberScheduled"), Ready: resource.Number(o, "status", "numberAvailable"),
	}
	if !isObserved(o) {
		return v
	}
	onDelete := resource.Text(o, "spec", "updateStrategy", "type") == "OnDelete"
	generation := o.GetAnnotations()["deprecated.daemonset.template.generation"]
	var pods []*unstructured.Unstructured
	for _, pod := range p.owned("Pod", o.GetUID()) {
		if onDelete || v.Desired == 0 || generation == "" || pod.GetLabels()["pod-template-generation"] == generation {
			pods = append(pods, pod)
		}
	}
	v.Started = v.Desired == 0 || countStarted(pods) > 0
	if (onDelete || resource.Number(o, "status", "updatedNumberScheduled") >= v.Desired) && v.Ready >= v.Desired {
		if v.Desired == 0 {
			v.Reason = "no node matches"
		}
		return p.readyIfSettled(v, pods)
	}
	p.explainPods(&v, pods)
	p.explainEvents(&v, o)
	return v
}

func (p *LiveState) jobStatus(o *unstructured.Unstructured) WorkloadStatus {
	v := WorkloadStatus{State: "starting", Desired: 1, Ready: resource.Number(o, "status", "succeeded")}
	if n, found, _ := unstructured.NestedInt64(o.Object, "spec", "completions"); found {
		v.Desired = n
	}
	pods := p.owned("Pod", o.GetUID())
	// A Pod that has failed has run, also when it is gone again or has not been heard of yet.
	v.Started = countStarted(pods) > 0 || resource.Number(o, "status", "failed") > 0
	if resource.IsTrue(o, "Complete") {
		v.State, v.IsReady, v.Started = "completed", true, true
		return v
	}
	if suspended, _, _ := unstructured.NestedBool(o.Object, "spec", "suspend"); suspended {
		v.State, v.IsEnded = "suspended", !slices.ContainsFunc(pods, func(pod *unstructured.Unstructured) bool { return !resource.HasPodEnded(pod) })
		return v
	}
	for _, kind := range []string{"Failed", "FailureTarget"} {
		if status, reason, message, _ := resource.Condition(o, kind); status == "True" {
			v.State, v.Failure = "failed", &Failure{Reason: reason, Message: message}
			p.blame(v.Failure, pods)
			return v
		}
	}
	p.explainPods(&v, pods)
	p.explainEvents(&v, o)
	if v.State == "starting" && v.Started {
		v.State = "running"
	}
	return v
}

func (p *LiveState) podStatus(o *unstructured.Unstructured) WorkloadStatus {
	v := WorkloadStatus{State: "starting", Desired: 1, Started: countStarted([]*unstructured.Unstructured{o}) > 0}
	switch resource.Text(o, "status", "phase") {
	case "Succeeded":
		v.State, v.Ready, v.IsReady, v.Started = "completed", 1, true, true
		return v
	case "Failed":
		v.Failure = &Failure{Reason: "Failed", Message: "the Pod failed"}
		p.blame(v.Failure, []*unstructured.Unstructured{o})
		return v
	}
	if resource.IsTrue(o, "Ready") {
		v.Ready = 1
		return p.readyIfSettled(v, []*unstructured.Unstructured{o})
	}
	p.explainPods(&v, []*unstructured.Unstructured{o})
	return v
}

// countStarted counts the Pods whose containers have all been started; they may have ended since.
func countStarted(pods []*unstructured.Unstructured) int {
	n := 0
	for _, pod := range pods {
		statuses := resource.Items(pod.Object, "status", "containerStatuses")
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
