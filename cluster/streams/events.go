package streams

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
)

// EventOptions say which events are wanted.
type EventOptions struct {
	Project, Namespace string
	Services           []string  // empty is all
	Since              time.Time // also what happened since then, as far as the cluster remembers; zero is from now on
	Until              time.Time // zero is until the context ends
}

// eventActions are the words of docker compose for what the cluster says of containers and Pods. Other reasons stand for
// themselves.
var eventActions = map[string]string{
	"Created": "create", "Started": "start", "Killing": "kill", "Pulling": "pull", "Pulled": "pulled", "Unhealthy": "health_status: unhealthy",
	"BackOff": "backoff", "FailedScheduling": "unschedulable", "OOMKilling": "oom",
}

// eventGlance is how often the cluster is asked for news: its events come late by more than that.
const eventGlance = time.Second

// Events tells what happens to the containers of a project as [event.Happened], in the order of time: what the cluster
// itself notes, and each end of a container with its exit code.
func Events(ctx context.Context, c *api.Conn, o EventOptions, sink event.Sink) error {
	if _, err := find.Workloads(ctx, c, o.Project, o.Namespace, o.Services); err != nil {
		return err
	}
	from := o.Since
	if from.IsZero() {
		from = time.Now().Truncate(time.Second) // the cluster knows whole seconds only
	}
	told := map[string]bool{}
	ticker := time.NewTicker(eventGlance)
	defer ticker.Stop()
	for first := true; ; first = false {
		list, err := happened(ctx, c, o)
		if err != nil {
			return err
		}
		for _, h := range list {
			// What is new in the first second may have happened before the call.
			isNews := !told[h.key()] && !h.Time.Before(from) && (o.Until.IsZero() || !h.Time.After(o.Until))
			told[h.key()] = true
			if isNews && (!first || !o.Since.IsZero()) {
				sink.Tell(h.Happened)
			}
		}
		if !o.Until.IsZero() && time.Now().After(o.Until) {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

// noted is an event with what tells it from others.
type noted struct {
	event.Happened
	id string
}

func (n noted) key() string { return n.id + "\n" + n.Time.String() }

// happened returns what the cluster knows of the past of a project, sorted by time.
func happened(ctx context.Context, c *api.Conn, o EventOptions) ([]noted, error) {
	pods, err := c.List(ctx, "v1", "Pod", o.Namespace, resource.LabelInstance+"="+o.Project)
	if err != nil {
		return nil, err
	}
	workloads, err := find.Workloads(ctx, c, o.Project, o.Namespace, nil)
	if err != nil {
		return nil, err
	}
	events, err := c.List(ctx, "v1", "Event", o.Namespace, "")
	if err != nil {
		return nil, err
	}
	var out []noted
	for i := range events {
		if h, ok := fromEvent(&events[i], workloads, pods); ok {
			out = append(out, h)
		}
	}
	for i := range pods {
		out = append(out, ends(&pods[i], workloads)...)
	}
	out = slices.DeleteFunc(out, func(h noted) bool { return len(o.Services) > 0 && !slices.Contains(o.Services, h.Service) })
	slices.SortStableFunc(out, func(a, b noted) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.id, b.id)) })
	return out, nil
}

// fromEvent reads an event of the cluster; false if it is about something else than the project.
func fromEvent(e *unstructured.Unstructured, workloads []*unstructured.Unstructured, pods []unstructured.Unstructured) (noted, bool) {
	kind, name := resource.Text(e, "involvedObject", "kind"), resource.Text(e, "involvedObject", "name")
	var owner, pod *unstructured.Unstructured
	for i := range pods {
		if kind == "Pod" && pods[i].GetName() == name {
			pod = &pods[i]
		}
	}
	for _, w := range workloads {
		isIts := w.GetKind() == kind && w.GetName() == name || pod != nil && w.GetLabels()[resource.LabelName] == pod.GetLabels()[resource.LabelName]
		// Of a Pod that is gone, its name is all there is.
		isIts = isIts || (kind == "Pod" || kind == "ReplicaSet") && isNamedAfter(name, w.GetName())
		if isIts {
			owner = w
			break
		}
	}
	if owner == nil {
		return noted{}, false
	}
	container := ""
	if path := resource.Text(e, "involvedObject", "fieldPath"); strings.HasPrefix(path, "spec.") {
		_, container, _ = strings.Cut(strings.TrimSuffix(path, "}"), "{")
	}
	reason := resource.Text(e, "reason")
	h := event.Happened{
		Time: timeOf(e), Service: serviceIn(owner, container), ID: name, Action: cmp.Or(eventActions[reason], strings.ToLower(reason)),
		Attributes: map[string]string{"name": name, "kind": strings.ToLower(kind), "reason": reason, "message": resource.Text(e, "message")},
	}
	if container != "" {
		h.Attributes["container"] = container
	}
	if resource.Text(e, "type") == "Warning" {
		h.Attributes["severity"] = "warning"
	}
	return noted{h, string(e.GetUID()) + "/" + strconv.FormatInt(resource.Number(e, "count"), 10)}, true
}

// isNamedAfter reports whether the name of a Pod or ReplicaSet is that of a workload with what controllers add.
func isNamedAfter(name, workload string) bool {
	rest, is := strings.CutPrefix(name, workload+"-")
	return is && rest != "" && strings.Count(rest, "-") <= 1
}

func serviceIn(workload *unstructured.Unstructured, container string) string {
	services := resource.ServicesOf(workload)
	if len(services) > 1 && slices.Contains(services, container) {
		return container
	}
	return cmp.Or(workload.GetAnnotations()[resource.AnnotationService], services[0])
}

// timeOf returns when an event was seen last.
func timeOf(e *unstructured.Unstructured) time.Time {
	for _, field := range []string{"lastTimestamp", "eventTime", "firstTimestamp"} {
		if at, err := time.Parse(time.RFC3339Nano, resource.Text(e, field)); err == nil && !at.IsZero() {
			return at
		}
	}
	return e.GetCreationTimestamp().Time
}

// ends returns the ends of containers that a Pod still knows of, with their exit codes: the cluster notes no event for them.
func ends(pod *unstructured.Unstructured, workloads []*unstructured.Unstructured) []noted {
	var out []noted
	for _, w := range workloads {
		if w.GetLabels()[resource.LabelName] != pod.GetLabels()[resource.LabelName] {
			continue
		}
		for _, status := range resource.Items(pod.Object, "status", "containerStatuses") {
			container, _ := status["name"].(string)
			for _, when := range []string{"lastState", "state"} {
				ended, found, _ := unstructured.NestedMap(status, when, "terminated")
				if !found {
					continue
				}
				code, _ := ended["exitCode"].(int64)
				text, _ := ended["finishedAt"].(string)
				at, err := time.Parse(time.RFC3339, text)
				if err != nil {
					continue
				}
				attributes := map[string]string{"name": pod.GetName(), "kind": "pod", "container": container, "exitCode": strconv.FormatInt(code, 10)}
				if reason, _ := ended["reason"].(string); reason != "" {
					attributes["reason"] = reason
				}
				h := event.Happened{Time: at, Service: serviceIn(w, container), ID: pod.GetName(), Action: "die", Attributes: maps.Clone(attributes)}
				out = append(out, noted{h, fmt.Sprint(pod.GetUID(), container, ended["containerID"])})
			}
		}
		break
	}
	return out
}
