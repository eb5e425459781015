// Package streams connects this machine with containers: logs, forwarded ports, and programs that run in them.
package streams

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// LogOptions say which log lines are wanted.
type LogOptions struct {
	Project   string
	Namespace string
	Services  []string // empty is all
	Pod       string   // only this one, if set
	Follow    bool     // new lines too, also of containers and Pods that come later
	Tail      int64    // lines per container to begin with; negative is all
	// Known are services whose containers ran before, so that of their past only the last few lines are of interest.
	Known []string
	// Replaced are services whose containers are about to be replaced, so that the past of those there are is of no interest.
	Replaced []string
	Since    time.Time
	Until    time.Time
}

// fewLines is how much is shown of the past of a service that ran before.
const fewLines = 10

// Logs tells each line as an [event.LogLine]. With Follow it returns when the context ends, or when all that is followed are
// one-shots that have ended.
func Logs(ctx context.Context, c *api.Conn, o LogOptions, sink event.Sink) error {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	p, err := status.Watch(watching, c, o.Project, o.Namespace)
	if err != nil {
		return err
	}
	if err := p.Synced(ctx); err != nil {
		return err
	}
	f := newFollower(c, p, o, event.OneAtATime(sink))
	if !o.Follow {
		p.View(func() { f.attach(ctx) })
		f.running.Wait()
		return errors.Join(f.errs...)
	}
	return f.follow(ctx, f.isOver)
}

func newFollower(c *api.Conn, p *status.LiveState, o LogOptions, sink event.Sink) *follower {
	return &follower{client: c, state: p, options: o, sink: sink, followed: map[string]bool{}}
}

// follow reads containers, also of those that come later, until nothing will write any more. The lock of the live state is
// held while that is asked.
func (f *follower) follow(ctx context.Context, isOver func() bool) error {
	err := f.state.Await(ctx, func() bool {
		f.attach(ctx)
		return isOver()
	})
	f.running.Wait()
	return err
}

// isOver reports whether nothing will write any more: everything that is followed runs to its end, and has. The lock of
// the live state is held.
func (f *follower) isOver() bool {
	ended := 0
	for _, kind := range []string{"Deployment", "StatefulSet", "DaemonSet", "Pod", "Job"} {
		objects := f.state.All(kind)
		for _, name := range resource.SortedKeys(objects) {
			o := objects[name]
			switch {
			case kind == "Pod" && len(o.GetOwnerReferences()) > 0, !f.wantsAnyOf(o):
			case kind == "Job" && len(o.GetOwnerReferences()) == 0 && (resource.IsTrue(o, "Complete") || resource.IsTrue(o, "Failed")):
				ended++
			default:
				return false
			}
		}
	}
	return ended > 0
}

// follower reads the logs of all containers of some services.
type follower struct {
	client  *api.Conn
	state   *status.LiveState
	options LogOptions
	sink    event.Sink

	followed map[string]bool // containers by Pod uid and name
	begun    bool            // what was there at the beginning is followed
	running  sync.WaitGroup
	mu       sync.Mutex
	errs     []error
}

// attach starts reading containers that are new. The lock of the live state is held.
func (f *follower) attach(ctx context.Context) {
	var fresh []func()
	pods := f.state.All("Pod")
	for _, name := range resource.SortedKeys(pods) {
		pod := pods[name]
		for _, list := range []string{"initContainerStatuses", "containerStatuses"} {
			for _, status := range resource.Items(pod.Object, "status", list) {
				container, _ := status["name"].(string)
				key := string(pod.GetUID()) + "/" + container
				service := f.state.ServiceOf(pod, container)
				if f.followed[key] || !hasRun(status) || !f.wants(pod, container, service) {
					continue
				}
				f.followed[key] = true
				f.sink.Tell(event.Following{Service: service, Pod: name, Container: container})
				isOld := !f.begun
				fresh = append(fresh, func() { f.read(ctx, pod, container, service, isOld) })
			}
		}
	}
	for _, read := range fresh {
		f.running.Go(read)
	}
	f.begun = true
}

func (f *follower) wants(pod *unstructured.Unstructured, container, service string) bool {
	wanted := f.options.Services
	if f.options.Pod != "" && pod.GetName() != f.options.Pod && pod.GetKind() == "Pod" {
		return false
	}
	return len(wanted) == 0 || slices.Contains(wanted, service) || slices.Contains(wanted, container) ||
		slices.Contains(wanted, pod.GetLabels()[resource.LabelName])
}

// wantsAnyOf reports whether a workload stands for a service that is followed, maybe among others.
func (f *follower) wantsAnyOf(o *unstructured.Unstructured) bool {
	if o.GetKind() == "Pod" && f.options.Pod != "" && o.GetName() != f.options.Pod {
		return false
	}
	return len(f.options.Services) == 0 || slices.ContainsFunc(f.options.Services, func(name string) bool { return resource.Stands(o, name) })
}

func hasRun(status map[string]any) bool {
	state, _ := status["state"].(map[string]any)
	restarts, _ := status["restartCount"].(int64)
	return state["running"] != nil || state["terminated"] != nil || restarts > 0
}

// read reads one container until its Pod is gone: over restarts of the container and breaks of the connection, no line
// twice.
func (f *follower) read(ctx context.Context, pod *unstructured.Unstructured, container, service string, isOld bool) {
	line := event.LogLine{Service: service, Pod: pod.GetName(), Container: container}
	told := position{}
	tail := f.options.Tail
	switch {
	case !isOld:
	case slices.Contains(f.options.Known, service):
		tail = fewLines
	case slices.Contains(f.options.Replaced, service):
		tail = 0
	}
	f.readEarlier(ctx, pod, container, tail, &told, func(at time.Time, text string) {
		line.Time, line.Text = at, text
		f.sink.Tell(line)
	})
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		id := f.containerID(pod, container)
		err := f.readOnce(ctx, pod, container, tail, &told, func(at time.Time, text string) {
			pause = 100 * time.Millisecond
			line.Time, line.Text = at, text
			f.sink.Tell(line)
		})
		if ctx.Err() != nil {
			return
		}
		if !f.options.Follow || apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
			f.fail(err)
			return
		}
		tail = -1
		if err == nil && !f.awaitNext(ctx, pod, container, id) {
			return
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

func (f *follower) fail(err error) {
	if err == nil || apierrors.IsNotFound(err) {
		return
	}
	f.mu.Lock()
	f.errs = append(f.errs, f.client.Explain(err, "read logs"))
	f.mu.Unlock()
	if f.options.Follow {
		f.sink.Warn("%v", f.client.Explain(err, "read logs"))
	}
}

// containerID returns which run of a container is the current one, and whether it still runs.
func (f *follower) containerID(pod *unstructured.Unstructured, container string) string {
	id := ""
	f.state.View(func() { id, _ = f.state.ContainerRun(pod, container) })
	return id
}

// awaitNext returns true when there is something to read again: the container has been restarted, or still runs and
// only the connection ended. It returns false when the Pod is gone or has ended.
func (f *follower) awaitNext(ctx context.Context, pod *unstructured.Unstructured, container, before string) bool {
	again := false
	err := f.state.Await(ctx, func() bool {
		id, state := f.state.ContainerRun(pod, container)
		if state == nil {
			return true
		}
		again = id != before && hasRun(map[string]any{"state": state}) || state["running"] != nil
		live := f.state.All("Pod")[pod.GetName()]
		phase := resource.Text(live, "status", "phase")
		return again || phase == "Succeeded" || phase == "Failed"
	})
	return err == nil && again
}

// readOnce reads one connection's worth of lines, from after the last one that was told.
func (f *follower) readOnce(ctx context.Context, pod *unstructured.Unstructured, container string, tail int64, told *position, tell func(time.Time, string)) error {
	query := url.Values{"container": {container}, "timestamps": {"true"}}
	if f.options.Follow {
		query.Set("follow", "true")
	}
	if tail >= 0 {
		query.Set("tailLines", strconv.FormatInt(tail, 10))
	}
	since := f.options.Since
	if told.last.After(since) {
		since = told.last
	}
	if !since.IsZero() {
		query.Set("sinceTime", since.UTC().Format(time.RFC3339)) // the server knows whole seconds only
	}
	told.reconnect()
	body, err := f.client.Stream(ctx, api.PodPath(f.options.Namespace, pod.GetName(), "log"), query)
	if err != nil {
		return err
	}
	defer body.Close()
	return api.EachLine(body, func(text string) {
		stamp, rest, _ := strings.Cut(text, " ")
		at, err := time.Parse(time.RFC3339Nano, stamp)
		switch {
		case err != nil:
			at, rest = told.last, text
		case at.Before(f.options.Since), !f.options.Until.IsZero() && at.After(f.options.Until), !told.isNews(at):
			return
		}
		tell(at, rest)
	})
}
