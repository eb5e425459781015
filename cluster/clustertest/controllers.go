package clustertest

import (
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Deployments is a reaction for [Server.React]: each Deployment gets a ReplicaSet and a Pod in the state that podStatus
// says, in YAML, of its name. An empty status is a container that runs and is ready.
func Deployments(podStatus func(name string) map[string]any) func(*unstructured.Unstructured) []*unstructured.Unstructured {
	return func(o *unstructured.Unstructured) []*unstructured.Unstructured {
		if o.GetKind() != "Deployment" {
			return nil
		}
		revision := strconv.FormatInt(o.GetGeneration(), 10)
		status := podStatus(o.GetName())
		ready := int64(0)
		if status == nil {
			ready, status = 1, running()
		}
		o.SetAnnotations(withRevision(o.GetAnnotations(), revision))
		o.Object["status"] = map[string]any{
			"observedGeneration": o.GetGeneration(), "replicas": int64(1), "updatedReplicas": int64(1),
			"readyReplicas": ready, "availableReplicas": ready,
		}
		set := owned(o, "apps/v1", "ReplicaSet", o.GetName()+"-"+revision)
		set.SetAnnotations(withRevision(nil, revision))
		template, _, _ := unstructured.NestedMap(o.Object, "spec", "template")
		_ = unstructured.SetNestedField(template, revision, "metadata", "labels", "pod-template-hash")
		set.Object["spec"] = map[string]any{"template": template}
		pod := owned(set, "v1", "Pod", set.GetName()+"-x")
		spec, _, _ := unstructured.NestedMap(o.Object, "spec", "template", "spec")
		pod.Object["spec"], pod.Object["status"] = spec, status
		return []*unstructured.Unstructured{o, set, pod}
	}
}

// running is the status of a Pod whose container has run for a while and is ready.
func running() map[string]any {
	return map[string]any{
		"phase":      "Running",
		"conditions": []any{map[string]any{"type": "Ready", "status": "True"}},
		"containerStatuses": []any{map[string]any{
			"name": "main", "ready": true, "restartCount": int64(0), "state": map[string]any{
				"running": map[string]any{"startedAt": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)},
			},
		}},
	}
}

// Crashing is the status of a Pod whose container has ended several times and waits for its next start.
func Crashing() map[string]any {
	return map[string]any{
		"phase": "Running",
		"containerStatuses": []any{map[string]any{
			"name": "main", "ready": false, "restartCount": int64(4),
			"state":     map[string]any{"waiting": map[string]any{"reason": "CrashLoopBackOff"}},
			"lastState": map[string]any{"terminated": map[string]any{"exitCode": int64(4)}},
		}},
	}
}

// Starting is the status of a Pod whose container runs and is not ready yet.
func Starting() map[string]any {
	status := running()
	status["conditions"] = []any{map[string]any{"type": "Ready", "status": "False"}}
	return status
}

func withRevision(annotations map[string]string, revision string) map[string]string {
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations["deployment.kubernetes.io/revision"] = revision
	return annotations
}

func owned(by *unstructured.Unstructured, apiVersion, kind, name string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": apiVersion, "kind": kind}}
	o.SetName(name)
	o.SetNamespace(by.GetNamespace())
	o.SetLabels(by.GetLabels())
	id := by.GetUID()
	if id == "" {
		id = uid(len(name)*1000 + int(by.GetGeneration()))
	}
	o.SetUID(id + "-" + uid(len(kind)))
	o.Object["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{
		"apiVersion": by.GetAPIVersion(), "kind": by.GetKind(), "name": by.GetName(), "uid": string(id), "controller": true,
	}}
	return o
}
