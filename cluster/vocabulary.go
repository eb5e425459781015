package cluster

import (
	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/apply"
	"github.com/transship/transship/cluster/containers"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/inventory"
	"github.com/transship/transship/cluster/oneoff"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/rights"
	"github.com/transship/transship/cluster/status"
	"github.com/transship/transship/cluster/streams"
	"github.com/transship/transship/cluster/workload"
)

// What callers of a [Client] need to name, so that they import this package only.
type (
	// UpOptions say how a project is brought up.
	UpOptions = plan.Options
	// DownOptions say how a project is removed.
	DownOptions = apply.DownOptions
	// StartOptions say which stopped workloads are brought back.
	StartOptions = apply.StartOptions
	// StopOptions say which workloads are stopped.
	StopOptions = apply.StopOptions
	// RestartOptions say which workloads are restarted.
	RestartOptions = apply.RestartOptions
	// LogOptions say which log lines are wanted.
	LogOptions = streams.LogOptions
	// AttendOptions say what is followed of an up while it is under way and afterwards.
	AttendOptions = streams.AttendOptions
	// RunOptions say how a one-off container of a service differs from the service.
	RunOptions = oneoff.Options
	// Session connects the streams of a process in a container with those of this one.
	Session = streams.Session
	// Size is that of a terminal.
	Size = streams.Size

	// Ref names one object of a project within its namespace.
	Ref = resource.Ref
	// PublishedPort is a port that the Compose file publishes on the host.
	PublishedPort = resource.PublishedPort
	// Container is one container of a project, as ps lists it.
	Container = containers.Container
	// ContainerState is what a container does, in docker compose's words.
	ContainerState = containers.State
	// Publisher is a port of a container, and where it answers while it is forwarded.
	Publisher = containers.Publisher
	// Entrance is where a service is reached from outside the cluster, without a forward.
	Entrance = streams.Entrance
	// NodeImages is what a node tells of its images.
	NodeImages = workload.NodeImages
	// Usage is what a container uses.
	Usage = workload.Usage
	// Volume is a claim of a project.
	Volume = workload.Volume
	// RightsError is a failure for want of rights, with all that are missing.
	RightsError = rights.Error
	// EventOptions say which events are wanted.
	EventOptions = streams.EventOptions
	// CopyOptions say how files are copied.
	CopyOptions = streams.CopyOptions
	// ProjectInfo is one project on the cluster.
	ProjectInfo = workload.ProjectInfo
	// Plan is what a run is going to do.
	Plan = plan.Plan
	// Step is what happens to one object.
	Step = plan.Step
	// Action is what a run does to an object.
	Action = plan.Action
	// Limit is which kubeconfig contexts a project allows.
	Limit = resource.Limit
	// Problem is a reason why a plan is refused, about one object.
	Problem = plan.Problem
)

// The actions of a plan.
const (
	Create    = plan.Create
	Update    = plan.Update
	Unchanged = plan.Unchanged
	Recreate  = plan.Recreate
	Restart   = plan.Restart
	Begin     = plan.Start
	Delete    = plan.Delete
)

// Events, and who receives them.
type (
	// Sink receives events, one at a time, from any goroutine. It should return soon.
	Sink = event.Sink
	// Event is something that happened. Its JSON form is stable; Type names it there.
	Event = event.Event
	// Planned tells what a run is going to do, before the first change.
	Planned = event.Planned
	// Changing tells that a change of one object was sent.
	Changing = event.Changing
	// Changed tells that the cluster has accepted a change of one object.
	Changed = event.Changed
	// Exited tells that a container has ended.
	Exited = event.Exited
	// Happened tells what happened to a container, as the cluster notes it.
	Happened = event.Happened
	// Waiting tells what a workload is waiting for.
	Waiting = event.Waiting
	// Ready tells that a workload is as the project wants it.
	Ready = event.Ready
	// Failed tells that a workload cannot become ready.
	Failed = event.Failed
	// Warning is anything that a user should know and that does not end the run.
	Warning = event.Warning
	// LogLine is one line that a container wrote.
	LogLine = event.LogLine
	// Forwarding tells that a published port answers on this machine.
	Forwarding = event.Forwarding
	// Removed tells that an object is gone.
	Removed = event.Removed
	// Removable tells that an object would be removed, in a dry run.
	Removable = event.Removable
	// Following tells that the log of a container is going to be read, before its first line.
	Following = event.Following
)

// Errors that callers tell apart.
type (
	// RefusedError says that nothing was changed, and why.
	RefusedError = plan.RefusedError
	// FailedError says that workloads cannot become what the project wants.
	FailedError = event.FailedError
	// RemovedError says that somebody removed the project while a run waited for it.
	RemovedError = event.RemovedError
	// TimeoutError says what was still missing when time was up.
	TimeoutError = event.TimeoutError
	// LockedError says that another run is changing the project.
	LockedError = inventory.LockedError
	// NoProjectError says that there is nothing of a project.
	NoProjectError = find.NoProjectError
	// NoServiceError says that a project has no service of a name on the cluster.
	NoServiceError = find.NoServiceError
	// ForbiddenError says which permission is missing.
	ForbiddenError = api.ForbiddenError
	// ExitError is the code that a process in a container ended with.
	ExitError = streams.ExitError
	// NotStartedError says that a container has no such program, or may not run it.
	NotStartedError = status.NotStartedError
)

// What is asked of objects before they are applied, or of workloads that were found.
var (
	// IsWorkload reports whether an object has Pods of its own.
	IsWorkload = resource.IsWorkload
	// Objects turns the typed objects of a conversion into what the API server takes: no status, no nulls.
	Objects = resource.Objects
	// Only returns the objects that serve the given services, and those that serve no single service.
	Only = resource.Only
	// SetReplicas changes how many Pods a service is to have, before it is applied.
	SetReplicas = resource.SetReplicas
	// SetPullPolicy changes when nodes pull the images of all containers, but for some images.
	SetPullPolicy = resource.SetPullPolicy
	// SetUnstarted changes workloads so that none of their containers starts, before they are applied.
	SetUnstarted = resource.SetUnstarted
	// Services returns the Compose services that objects stand for, sorted.
	Services = resource.Services
	// DependenciesOf returns what a workload depends on, by service, in the words of depends_on.
	DependenciesOf = resource.DependenciesOf
	// RefOf returns the name of an object.
	RefOf = resource.RefOf
	// RunsOn reports whether an object is a workload that does not end by itself.
	RunsOn = resource.RunsOn
	// WarnOfShared says which services share a Pod with those that were named.
	WarnOfShared = workload.WarnOfShared
)
