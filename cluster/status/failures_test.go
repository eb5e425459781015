package status

import (
	"strconv"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/transship/transship/cluster/clustertest"
)

func TestPodTrouble(t *testing.T) {
	const scheduled = `{type: PodScheduled, status: "True"}`
	cases := map[string]struct {
		pod    string
		reason string
		fatal  bool
		grace  time.Duration
	}{
		"an image that does not exist": {
			`{phase: Pending, containerStatuses: [{name: web, image: x, state: {waiting: {reason: ErrImagePull, message: 'failed to resolve reference "x": not found'}}}]}`,
			"ErrImagePull", true, 0,
		},
		"a registry that is slow once": {
			`{phase: Pending, containerStatuses: [{name: web, image: x, state: {waiting: {reason: ErrImagePull, message: 'dial tcp: i/o timeout'}}}]}`,
			"ErrImagePull", false, 0,
		},
		"a registry that stays away": {
			`{phase: Pending, containerStatuses: [{name: web, image: x, state: {waiting: {reason: ImagePullBackOff}}}]}`,
			"ImagePullBackOff", true, 0,
		},
		"an init container without image": {
			`{phase: Pending, initContainerStatuses: [{name: init, state: {waiting: {reason: InvalidImageName, message: bad}}}], containerStatuses: [{name: web, state: {waiting: {reason: PodInitializing}}}]}`,
			"InvalidImageName", true, 0,
		},
		"a first crash": {
			`{phase: Running, containerStatuses: [{name: web, restartCount: 1, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]}`,
			"CrashLoopBackOff", false, 0,
		},
		"a crash loop": {
			`{phase: Running, containerStatuses: [{name: web, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]}`,
			"CrashLoopBackOff", true, 0,
		},
		"a missing key": {
			`{phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: CreateContainerConfigError, message: "couldn't find key a in Secret shop/b"}}}]}`,
			"CreateContainerConfigError", true, 2 * time.Second,
		},
		"a node that has not caught up": {
			`{phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: CreateContainerConfigError, message: 'failed to sync secret cache: timed out waiting for the condition'}}}]}`,
			"CreateContainerConfigError", false, 0,
		},
		"no node": {
			`{phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: '0/3 nodes are available: 3 Insufficient cpu.'}]}`,
			"Unschedulable", true, graceScheduling,
		},
		"no claim": {
			`{phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: 'persistentvolumeclaim "data" not found'}]}`,
			"MissingClaim", true, 0,
		},
		"a claim that is being bound": {
			`{phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.'}]}`,
			"UnboundClaim", true, graceBinding,
		},
		"room that is being made": {
			`{phase: Pending, nominatedNodeName: node-1, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: '0/1 nodes are available'}]}`,
			"Unschedulable", false, 0,
		},
		"an ordinary start": {
			`{phase: Pending, conditions: [` + scheduled + `], containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]}`,
			"", false, 0,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			trouble := podTrouble(clustertest.Object(t, "{apiVersion: v1, kind: Pod, metadata: {name: web, uid: 1}, status: "+c.pod+"}"))
			if trouble == nil {
				if c.reason != "" {
					t.Errorf("no trouble, want %s", c.reason)
				}
				return
			}
			if trouble.Reason != c.reason || trouble.fatal != c.fatal || trouble.grace != c.grace {
				t.Errorf("trouble is %+v", *trouble)
			}
		})
	}
}

func TestCrashOfAJobsPodIsTheJobsToJudge(t *testing.T) {
	pod := clustertest.Object(t, `{apiVersion: v1, kind: Pod, metadata: {name: x, ownerReferences: [{kind: Job, name: x, apiVersion: batch/v1, uid: 2}]}, status: {phase: Running, containerStatuses: [{name: x, restartCount: 5, state: {waiting: {reason: CrashLoopBackOff}}}]}}`)
	if trouble := podTrouble(pod); trouble == nil || trouble.fatal {
		t.Errorf("trouble is %+v", trouble)
	}
}

// TestMountsThatWait: what is over at the next attempt is not told, and hides nothing that lasts.
func TestMountsThatWait(t *testing.T) {
	t.Parallel()
	const (
		early = `failed to fetch PVC from API server: persistentvolumeclaims "data" is forbidden: User "system:node:n" cannot get resource: no relationship found between node 'n' and this object`
		lasts = `MountVolume.SetUp failed for volume "x": mount failed: exit status 32`
	)
	for name, c := range map[string]struct {
		messages []string
		want     string
	}{
		"nothing":                  {nil, ""},
		"a node that hears late":   {[]string{early, `object "shop"/"config" not registered`}, ""},
		"a mount that fails":       {[]string{lasts}, lasts},
		"one that came after that": {[]string{early, lasts}, lasts},
	} {
		p := &LiveState{stores: map[string]*kindStore{"Event": {objects: map[string]*unstructured.Unstructured{}, owners: map[types.UID]map[string]bool{"1": {}}}}}
		for i, message := range c.messages {
			key := strconv.Itoa(i)
			p.stores["Event"].owners["1"][key] = true
			p.stores["Event"].objects[key] = &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"resourceVersion": "7"}, "reason": "FailedMount", "message": message}}
		}
		got := ""
		if trouble := p.mountTrouble(clustertest.Object(t, `{apiVersion: v1, kind: Pod, metadata: {name: web, uid: "1"}, status: {phase: Pending}}`)); trouble != nil {
			got = trouble.message
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestRefusalsFromBefore: a Pod that was refused before the watch began may be allowed by now.
func TestRefusalsFromBefore(t *testing.T) {
	t.Parallel()
	for version, fails := range map[string]bool{"5": false, "6": true} {
		p := &LiveState{noticed: map[string]time.Time{}, stores: map[string]*kindStore{"Deployment": {old: map[string]string{"web": "5"}}}}
		o := &unstructured.Unstructured{Object: map[string]any{"kind": "Deployment", "metadata": map[string]any{"name": "web", "uid": "u", "resourceVersion": version}}}
		var v WorkloadStatus
		if p.cannotCreate(&v, o, "exceeded quota: few"); (v.Failure != nil) != fails {
			t.Errorf("version %s: failure %v, want %v", version, v.Failure, fails)
		}
		p.noticed["uQuotaExceeded"] = time.Now().Add(-time.Minute)
		if p.cannotCreate(&v, o, "exceeded quota: few"); v.Failure == nil {
			t.Errorf("version %s: no failure after a minute", version)
		}
	}
}
