package status

import (
	"cmp"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/internal/pattern"
)

// NotStartedError says that a container has no such program, or may not run it.
type NotStartedError struct {
	Program string
	Reason  string
	Missing bool // there is no such program
}

// Error implements error.
func (e *NotStartedError) Error() string {
	if e.Missing {
		return fmt.Sprintf("there is no program %q in the container", e.Program)
	}
	return fmt.Sprintf("the container cannot run %q: %s", e.Program, e.Reason)
}

// startFailure matches what runc and crun say about a program that they could not start.
var startFailure = pattern.New(`exec: "([^"]+)": (?:stat [^:]+: )?([^:"]+)|executable file ` + "`" + `([^` + "`" + `]+)` + "`" + ` (not found)`)

// StartError finds in the words of a container runtime which program could not be started; nil if they say nothing
// of it.
func StartError(message string) error {
	m := startFailure.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	program, reason := cmp.Or(m[1], m[3]), cmp.Or(m[2], m[4])
	return &NotStartedError{
		Program: program, Reason: reason,
		Missing: strings.Contains(reason, "not found") || strings.Contains(reason, "no such file"),
	}
}

// StartErrorOf says that a container of a Pod could not be started at all.
func StartErrorOf(pod *unstructured.Unstructured) error {
	for _, status := range resource.Items(pod.Object, "status", "containerStatuses") {
		ended, _, _ := unstructured.NestedMap(status, "state", "terminated")
		if reason, _ := ended["reason"].(string); reason == "StartError" || reason == "ContainerCannotRun" {
			message, _ := ended["message"].(string)
			return cmp.Or(StartError(message), fmt.Errorf("the container could not be started: %s", resource.FirstLine(message)))
		}
	}
	return nil
}
