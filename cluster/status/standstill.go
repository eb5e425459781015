package status

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Standstill says why a container waits, read from its entry in the status of the Pod, and whether that passes by itself soon.
// The reason is empty for a container that runs, has ended or is being created.
func Standstill(pod *unstructured.Unstructured, status map[string]any) (why string, isPassing bool) {
	t := containerTrouble(pod, status)
	if t == nil {
		return "", true
	}
	return strings.Trim(t.Reason+": "+t.message, ": "), !t.fatal && t.Reason != "CrashLoopBackOff"
}
