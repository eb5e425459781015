package status

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/internal/pattern"
)

// trouble is what keeps a Pod from becoming ready.
type trouble struct {
	state     string
	Reason    string
	message   string
	container string
	previous  bool
	// fatal: it cannot succeed any more; after grace, if that is set.
	fatal bool
	grace time.Duration
	// isUnready: everything runs, but the probe does not succeed.
	isUnready bool
}

// crashes is after how many exits a container counts as one that will not run. Kubernetes starts it again at once, after
// ten and after twenty seconds: time for a dependency that is only a little late.
const crashes = 3

// explainPods says what the Pods of a workload wait for: the worst of it.
func (p *LiveState) explainPods(v *WorkloadStatus, pods []*unstructured.Unstructured) {
	for _, pod := range pods {
		if pod.GetDeletionTimestamp() != nil {
			continue
		}
		t := podTrouble(pod)
		switch {
		case t == nil:
			t = p.mountTrouble(pod)
		case t.isUnready:
			p.explainProbe(t, pod)
			p.judgeHealth(t, pod)
		}
		if t == nil {
			continue
		}
		if v.Reason == "" || t.fatal {
			v.State, v.Reason = t.state, strings.TrimPrefix(t.Reason+": "+t.message, ": ")
		}
		if t.fatal && p.lasting(string(pod.GetUID())+t.Reason, t.grace) {
			v.Failure = &Failure{Reason: t.Reason, Message: t.message, pod: pod.GetName(), container: t.container, previous: t.previous}
			return
		}
	}
}

// podTrouble reads the status of one Pod; nil if nothing is wrong with it.
func podTrouble(pod *unstructured.Unstructured) *trouble {
	if status, reason, message, found := resource.Condition(pod, "PodScheduled"); found && status == "False" {
		return schedulingTrouble(pod, reason, message)
	}
	for _, list := range []string{"initContainerStatuses", "containerStatuses"} {
		for _, status := range resource.Items(pod.Object, "status", list) {
			if t := containerTrouble(pod, status); t != nil {
				return t
			}
		}
	}
	if resource.Text(pod, "status", "phase") == "Failed" {
		return &trouble{state: "failed", Reason: resource.Text(pod, "status", "reason"), message: resource.Text(pod, "status", "message")}
	}
	if resource.Text(pod, "status", "phase") == "Running" && !resource.IsTrue(pod, "Ready") && !resource.IsJobPod(pod) {
		return &trouble{state: "starting", message: notReadyYet, isUnready: true}
	}
	return nil
}

var missingObject = pattern.New(`(secret|configmap|persistentvolumeclaim|serviceaccount) "[^"]*" not found|couldn't find key|references non-existent (?:secret|config) key`)

// preemption matches what the scheduler adds about Pods that it could evict instead.
var preemption = pattern.New(`[.,]? *(no new claims to deallocate, *)?preemption: .*$`)

func schedulingTrouble(pod *unstructured.Unstructured, reason, message string) *trouble {
	t := &trouble{state: "scheduling", Reason: reason, message: preemption.ReplaceAllString(message, "")}
	switch {
	case reason == "SchedulingGated":
	case strings.Contains(message, "persistentvolumeclaim") && missingObject.MatchString(message):
		t.Reason, t.fatal = "MissingClaim", true
		t.message = missingObject.FindString(message) + orMakeIt
	case resource.Text(pod, "status", "nominatedNodeName") != "":
		// Others are being evicted to make room.
	case strings.Contains(message, "unbound immediate PersistentVolumeClaims"), strings.Contains(message, "waiting for"):
		t.Reason, t.fatal, t.grace = "UnboundClaim", true, graceBinding
	case reason == "Unschedulable":
		t.fatal, t.grace = true, graceScheduling
	}
	return t
}

// containerTrouble returns why a container waits, read from its entry in the status of the Pod. It returns nil for a
// container that runs, has ended or is being created.
func containerTrouble(pod *unstructured.Unstructured, status map[string]any) *trouble {
	name, _ := status["name"].(string)
	restarts, _ := status["restartCount"].(int64)
	waiting, _, _ := unstructured.NestedMap(status, "state", "waiting")
	if waiting == nil {
		return nil
	}
	reason, _ := waiting["reason"].(string)
	message, _ := waiting["message"].(string)
	t := &trouble{state: "starting", Reason: reason, message: message, container: name}
	switch reason {
	case "ErrImagePull", "ImagePullBackOff":
		t.state = "pulling"
		t.fatal = reason == "ImagePullBackOff" || permanentPull.MatchString(message)
		t.message = pullMessage(status, message)
	case "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed":
		t.state, t.fatal = "pulling", true
	case "CreateContainerConfigError", "CreateContainerError", "RunContainerError":
		t.fatal = !strings.Contains(message, "timed out waiting for the condition")
		t.grace = configGrace(message)
		if failed := StartError(message); failed != nil {
			t.message = failed.Error()
		}
	case "CrashLoopBackOff":
		t.state, t.previous = "crashing", true
		t.message = lastExit(status, restarts)
		t.fatal = restarts+1 >= crashes && !resource.IsJobPod(pod)
	case "ContainerCreating", "PodInitializing", "":
		return nil
	}
	return t
}

// pullNoise matches what container runtimes put before the reason, each layer of them naming the image again.
var pullNoise = pattern.New(`^(?:Back-off pulling image "[^"]*": |ErrImagePull: |rpc error: code = \w+ desc = |` +
	`failed to pull and unpack image "[^"]*": |failed to resolve (?:reference|image) "[^"]*": )`)

// pullMessage says why an image cannot be pulled, and what helps.
func pullMessage(status map[string]any, message string) string {
	image, _ := status["image"].(string)
	for pullNoise.MatchString(message) {
		message = pullNoise.ReplaceAllString(message, "")
	}
	what := "cannot pull " + image
	if message != "" {
		what += ": " + message
	}
	return what + " (the nodes pull it from its registry; `docker compose push` puts it there)"
}

var permanentPull = pattern.New(`(?i)not found|manifest unknown|unauthorized|denied|no match for platform|forbidden|invalid reference`)

// orMakeIt is what helps against a missing object.
const orMakeIt = ": make it, or let the project make it (without external: true)"

// configGrace lets the node's view of a Secret or ConfigMap that was only just changed catch up.
func configGrace(message string) time.Duration {
	if missingObject.MatchString(message) {
		return 2 * time.Second
	}
	return 0
}

// lastExit says how a container ended the last time.
func lastExit(status map[string]any, restarts int64) string {
	ended, _, _ := unstructured.NestedMap(status, "lastState", "terminated")
	code, _ := ended["exitCode"].(int64)
	how := fmt.Sprintf("exited with code %d", code)
	if reason, _ := ended["reason"].(string); reason == "OOMKilled" {
		how = "was killed because it used more memory than its limit allows"
	}
	name, _ := status["name"].(string)
	return fmt.Sprintf("container %s %s, %s", name, how, resource.Count(int(restarts)+1, "time"))
}

const notReadyYet = "the container runs and is not ready yet"

// explainProbe adds what the probe of a container that is not ready says.
func (p *LiveState) explainProbe(t *trouble, pod *unstructured.Unstructured) {
	for _, e := range p.warningsAbout(pod.GetUID()) {
		if resource.Text(e, "reason") == "Unhealthy" {
			t.message = notReadyYet + ": " + strings.TrimSuffix(strings.TrimSpace(resource.FirstLine(resource.Text(e, "message"))), ":")
		}
	}
}

// notYetHeard is what a kubelet says while it or the API server's node authorizer has not heard yet of an object that a new Pod
// uses. It asks again at once; the event stays for an hour.
var notYetHeard = pattern.New(`no relationship found between node|failed to sync (?:secret|configmap) cache|object "[^"]*"/"[^"]*" not registered`)

// mountTrouble reads the events of a Pod that waits for its volumes: its status does not say why.
func (p *LiveState) mountTrouble(pod *unstructured.Unstructured) *trouble {
	if resource.Text(pod, "status", "phase") != "Pending" {
		return nil
	}
	for _, e := range p.warningsAbout(pod.GetUID()) {
		reason, message := resource.Text(e, "reason"), resource.Text(e, "message")
		switch reason {
		case "FailedMount", "FailedAttachVolume":
			if notYetHeard.MatchString(message) {
				continue
			}
			t := &trouble{state: "mounting", Reason: reason, message: message}
			if missing := missingObject.FindString(message); missing != "" {
				t.message, t.fatal = missing+orMakeIt, true
			}
			return t
		case "FailedCreatePodSandBox":
			return &trouble{state: "starting", Reason: reason, message: message}
		}
	}
	return nil
}

// explainEvents looks at what a controller complained about that creates Pods itself.
func (p *LiveState) explainEvents(v *WorkloadStatus, o *unstructured.Unstructured) {
	if v.Failure != nil {
		return
	}
	for _, e := range p.warningsAbout(o.GetUID()) {
		if resource.Text(e, "reason") == "FailedCreate" {
			p.cannotCreate(v, o, resource.Text(e, "message"))
		}
	}
}

var refusedPod = pattern.New(`exceeded quota|violates PodSecurity|denied the request|denied request|is forbidden|is invalid|minimum memory|maximum memory|minimum cpu|maximum cpu`)

// cannotCreate handles a Pod that the API server refuses: by quota, Pod Security or another admission check.
func (p *LiveState) cannotCreate(v *WorkloadStatus, o *unstructured.Unstructured, message string) {
	v.State, v.Reason = "creating", message
	if strings.Contains(message, "because it is being terminated") {
		return // the namespace goes, and the workload with it: who waits is told so when that has happened
	}
	reason := "NotAdmitted"
	if strings.Contains(message, "exceeded quota") {
		reason = "QuotaExceeded"
	}
	grace := graceCreation
	if refusedPod.MatchString(message) && !strings.Contains(message, "error looking up service account") {
		grace = 0
	}
	if s := p.stores[o.GetKind()]; s != nil && s.old[o.GetName()] == o.GetResourceVersion() {
		grace = graceCreation // it was refused before anybody watched: what refused it may be gone, and the controller has not tried again
	}
	if p.lasting(string(o.GetUID())+reason, grace) {
		v.Failure = &Failure{Reason: reason, Message: message}
	}
}

// blame finds the container whose failure made a Job or Pod fail.
func (p *LiveState) blame(d *Failure, pods []*unstructured.Unstructured) {
	for _, pod := range slices.Backward(pods) {
		for _, list := range []string{"initContainerStatuses", "containerStatuses"} {
			for _, status := range resource.Items(pod.Object, "status", list) {
				if p.blameContainer(d, pod, status) {
					return
				}
			}
		}
	}
}

func (p *LiveState) blameContainer(d *Failure, pod *unstructured.Unstructured, status map[string]any) bool {
	name, _ := status["name"].(string)
	for _, when := range []string{"state", "lastState"} {
		ended, found, _ := unstructured.NestedMap(status, when, "terminated")
		code, _ := ended["exitCode"].(int64)
		if !found || code == 0 {
			continue
		}
		d.pod, d.container, d.previous = pod.GetName(), name, when == "lastState"
		d.Message = fmt.Sprintf("container %s exited with code %d (%s)", name, code, d.Message)
		return true
	}
	return false
}
