package plan

import (
	"time"

	"github.com/transship/transship/cluster/resource"
)

// Options say how a project is brought up.
type Options struct {
	Project   string
	Namespace string

	Adopt          bool // take over objects that the project did not make
	ForceConflicts bool // overwrite fields that others have set
	ForceRecreate  bool // replace all Pods and run all Jobs again
	RemoveOrphans  bool // delete what the project no longer has
	DryRun         bool // plan only
	Wait           bool // until everything is ready
	// Unordered: nothing starts, so nothing waits for what it depends on.
	Unordered bool
	// Disabled are services of profiles that are not enabled: what the cluster has of them is no orphan.
	Disabled []string
	// Named are services that were asked for by name. A one-shot among them that has ended runs again.
	Named []string
	// Partial: the objects are only a part of the project, so what is missing among them is no orphan.
	Partial bool
	// Pending are workloads that a run before did not come to restart after a service had changed that they depend on: the
	// services by the workload's [resource.Ref.Id].
	Pending map[string]string
	// Limit is which contexts the project allows. It is kept on the cluster, for commands that know the project's name only.
	Limit resource.Limit
	// IsSecret reports whether a variable is one whose value nobody is to see; nil is none.
	IsSecret func(name, value string) bool
	// Timeout bounds the whole run; 0 is no bound.
	Timeout time.Duration
}
