// Package event has what happens while a cluster is changed or watched, as values, and who receives them.
package event

import (
	"fmt"
	"sync"
	"time"

	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
)

// Event is something that happened. Its JSON form is stable; Type names it there.
type Event interface{ Type() string }

// Sink receives events, one at a time, from any goroutine. It should return soon.
type Sink func(Event)

// Planned tells what a run is going to do, before the first change.
type Planned struct {
	Plan *plan.Plan `json:"plan"`
}

// Changing tells that a change of one object was sent.
type Changing struct {
	Ref    resource.Ref `json:"ref"`
	Action plan.Action  `json:"action"`
}

// Changed tells that the cluster has accepted a change of one object.
type Changed struct {
	Ref    resource.Ref `json:"ref"`
	Action plan.Action  `json:"action"`
}

// Waiting tells what a workload is waiting for. It is told again when the state or the reason changes.
type Waiting struct {
	Ref      resource.Ref `json:"ref"`
	Services []string     `json:"services,omitempty"`
	State    string       `json:"state"`            // one word: scheduling, pulling, starting, running, rolling out, …
	Reason   string       `json:"reason,omitempty"` // may be empty
	Ready    int64        `json:"ready"`
	Desired  int64        `json:"desired"`
}

// Ready tells that a workload is as it was asked to be.
type Ready struct {
	Ref      resource.Ref `json:"ref"`
	Services []string     `json:"services,omitempty"`
	Desired  int64        `json:"desired"`
	State    string       `json:"state"` // ready; completed for a Job; running where no more was asked for
}

// Failed tells that a workload cannot become ready.
type Failed struct {
	Ref      resource.Ref `json:"ref"`
	Services []string     `json:"services,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Message  string       `json:"message"`
	Logs     []string     `json:"logs,omitempty"`
	// Started: its containers have run, and Kubernetes goes on starting them again.
	Started bool  `json:"started,omitempty"`
	Cause   error `json:"-"` // of a change that the API server refused
}

// The reasons of failures that are not Kubernetes' own words.
const (
	ReasonDependency = "DependencyFailed" // what it waits for cannot become ready
	ReasonNotApplied = "NotApplied"       // the API server refused it
	ReasonRemoved    = "Removed"          // somebody deleted it meanwhile
	ReasonUnhealthy  = "Unhealthy"        // its healthcheck failed as often as it may
)

// Warning is anything that a user should know and that does not end the run.
type Warning struct {
	Message string `json:"message"`
}

// LogLine is one line that a container wrote.
type LogLine struct {
	Service   string    `json:"service"`
	Pod       string    `json:"pod"`
	Container string    `json:"container"`
	Time      time.Time `json:"time"`
	Text      string    `json:"text"`
}

// Forwarding tells that a published port answers on this machine.
type Forwarding struct {
	Service string `json:"service"`
	Address string `json:"address"` // host:port on this machine
	Target  int    `json:"target"`
}

// Removed tells that an object is gone.
type Removed struct {
	Ref resource.Ref `json:"ref"`
}

// Removable tells that an object would be removed, in a dry run.
type Removable struct {
	Ref resource.Ref `json:"ref"`
}

// Following tells that the log of a container is going to be read, before its first line. All containers that are there
// at the beginning are told before the first line of any.
type Following struct {
	Service   string `json:"service"`
	Pod       string `json:"pod"`
	Container string `json:"container"`
}

// Type names the event in its JSON form.
func (Planned) Type() string { return "planned" }

// Type names the event in its JSON form.
func (Changing) Type() string { return "changing" }

// Type names the event in its JSON form.
func (Changed) Type() string { return "changed" }

// Type names the event in its JSON form.
func (Waiting) Type() string { return "waiting" }

// Type names the event in its JSON form.
func (Ready) Type() string { return "ready" }

// Type names the event in its JSON form.
func (Failed) Type() string { return "failed" }

// Type names the event in its JSON form.
func (Warning) Type() string { return "warning" }

// Type names the event in its JSON form.
func (LogLine) Type() string { return "log" }

// Type names the event in its JSON form.
func (Forwarding) Type() string { return "forwarding" }

// Type names the event in its JSON form.
func (Removed) Type() string { return "removed" }

// Type names the event in its JSON form.
func (Removable) Type() string { return "removable" }

// Type names the event in its JSON form.
func (Following) Type() string { return "following" }

// Tell calls the sink if there is one.
func (s Sink) Tell(e Event) {
	if s != nil {
		s(e)
	}
}

// Warn tells the sink, if there is one, of a [Warning] with the formatted message.
func (s Sink) Warn(format string, args ...any) { s.Tell(Warning{fmt.Sprintf(format, args...)}) }

// OneAtATime keeps a sink from being called by two goroutines at once.
func OneAtATime(sink Sink) Sink {
	if sink == nil {
		return nil
	}
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		sink(e)
	}
}
