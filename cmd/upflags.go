package cmd

import (
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
)

// upFlags are the choices of up, and of the commands that bring up a part of a project.
type upFlags struct {
	liveFlags
	streams  Streams
	mapping  mappingFlags
	findings findingFlags

	detach, wait, dryRun, noDeps, downOnExit bool
	noForward, attachDependencies            bool
	timeout                                  time.Duration
	options                                  cluster.UpOptions
	scale                                    []string
	pull, progress                           string
	logs                                     logFlags
	exit                                     exitFlags
	started                                  time.Time              // before the first change
	begun                                    func(*converted) error // called before the first change; nil calls nobody
	show                                     *progress.Display      // where everything is told that happens; nil for commands without one
	earlier                                  *converted             // what was started while images were built; nil if nothing was
	startedEarly                             []string               // the services of it
	noStart                                  bool                   // make everything, and start nothing
	onlyErrors                               bool                   // of the findings, for commands that are about something else
	effect                                   effect
	attached, unattached                     []string
	images                                   imageFlags
}

// converted is a project ready to be applied.
type converted struct {
	*live
	objects  []*unstructured.Unstructured
	services []string
	disabled []string // services of profiles that are not enabled
}
