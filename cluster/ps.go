package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Process is one container of a project, as ps lists it.
type Process struct {
	Name      string `json:"Name"` // of the Pod
	Container string `json:"Container"`
	Image     string `json:"Image"`
	Service   string `json:"Service"`
	Project   string `json:"Project"`
	Created   time.Time
	State     string `json:"State"` // created, running, restarting, exited, removing, as docker compose has it
	Status    string `json:"Status"`
	Health    string `json:"Health"` // healthy or starting; empty if it does not run
	ExitCode  int64  `json:"ExitCode"`
	Restarts  int64  `json:"Restarts"`
	Node      string `json:"Node"`
	Ports     string `json:"Ports"`
}

// Processes lists the containers of a project; without all, those that have ended are left out.
func (c *Client) Processes(ctx context.Context, project, namespace string, services []string, all bool) ([]Process, error) {
	workloads, err := c.Workloads(ctx, project, namespace, services)
	if err != nil {
		return nil, err
	}
	pods, err := c.list(ctx, "v1", "Pod", namespace, labelInstance+"="+project)
	if err != nil {
		return nil, err
	}
	var out []Process
	for i := range pods {
		for _, w := range workloads {
			isIts := w.GetLabels()[labelName] == pods[i].GetLabels()[labelName]
			if isIts || isOneOff(&pods[i]) && stands(w, pods[i].GetAnnotations()[annotationService]) {
				out = append(out, processes(&pods[i], w, project)...)
				break
			}
		}
	}
	out = slices.DeleteFunc(out, func(p Process) bool { return !all && p.State == "exited" })
	slices.SortFunc(out, func(a, b Process) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Container, b.Container))
	})
	return out, nil
}

// processes returns the containers of a Pod.
func processes(pod, workload *unstructured.Unstructured, project string) []Process {
	var out []Process
	services := servicesOf(workload)
	if isOneOff(pod) {
		services = servicesOf(pod)
	}
	for _, spec := range items(pod.Object, "spec", "containers") {
		p := Process{Name: pod.GetName(), Project: project, Created: pod.GetCreationTimestamp().Time, Node: text(pod, "spec", "nodeName")}
		p.Container, _ = spec["name"].(string)
		p.Image, _ = spec["image"].(string)
		p.Service = p.Container
		if len(services) == 1 {
			p.Service = services[0]
		}
		p.Ports = containerPorts(spec)
		p.State, p.Status = "created", strings.ToLower(cmp.Or(text(pod, "status", "phase"), "pending"))
		for _, status := range items(pod.Object, "status", "containerStatuses") {
			if status["name"] == p.Container {
				p.read(pod, status)
			}
		}
		if pod.GetDeletionTimestamp() != nil {
			p.State, p.Status = "removing", "ending"
		}
		out = append(out, p)
	}
	return out
}

// read takes over what the status of a container says.
func (p *Process) read(pod *unstructured.Unstructured, status map[string]any) {
	p.Restarts, _ = status["restartCount"].(int64)
	state, _ := status["state"].(map[string]any)
	switch {
	case state["running"] != nil:
		p.State, p.Status, p.Health = "running", "running", "starting"
		if ready, _ := status["ready"].(bool); ready {
			p.Health = "healthy"
		}
	case state["terminated"] != nil:
		ended, _ := state["terminated"].(map[string]any)
		p.ExitCode, _ = ended["exitCode"].(int64)
		p.State, p.Status = "exited", fmt.Sprintf("exited (%d)", p.ExitCode)
	default:
		if t := containerTrouble(pod, status); t != nil {
			p.Status = t.reason
			if t.reason == "CrashLoopBackOff" {
				p.State = "restarting"
			}
		}
	}
	if p.Restarts > 0 {
		p.Status += ", restarted " + count(int(p.Restarts), "time")
	}
}

func containerPorts(container map[string]any) string {
	var out []string
	for _, port := range items(container, "ports") {
		protocol, _ := port["protocol"].(string)
		out = append(out, fmt.Sprintf("%v/%s", port["containerPort"], strings.ToLower(cmp.Or(protocol, "TCP"))))
	}
	return strings.Join(out, ", ")
}

// ProjectInfo is one project on the cluster.
type ProjectInfo struct {
	Name      string `json:"Name"`
	Namespace string `json:"Namespace"`
	Status    string `json:"Status"`
}

// Projects lists the projects of all namespaces; of the given one only, if that is asked for or nothing else may be read.
func (c *Client) Projects(ctx context.Context, namespace string, only bool) ([]ProjectInfo, error) {
	within := ""
	if only {
		within = namespace
	}
	inventories, err := c.list(ctx, "v1", "ConfigMap", within, labelManagedBy+"="+managedBy)
	denied := (*ForbiddenError)(nil)
	if errors.As(err, &denied) && namespace != "" && !only {
		inventories, err = c.list(ctx, "v1", "ConfigMap", namespace, labelManagedBy+"="+managedBy)
	}
	if errors.As(err, &denied) && within == "" && namespace == "" {
		return nil, fmt.Errorf("%w; those of one namespace are listed with -n NAMESPACE", err)
	}
	if err != nil {
		return nil, err
	}
	var out []ProjectInfo
	for i := range inventories {
		o := &inventories[i]
		if !isInventory(o) {
			continue
		}
		info := ProjectInfo{Name: o.GetLabels()[labelInstance], Namespace: o.GetNamespace()}
		pods, err := c.list(ctx, "v1", "Pod", info.Namespace, labelInstance+"="+info.Name)
		if err != nil {
			return nil, err
		}
		info.Status = phases(pods)
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b ProjectInfo) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Namespace, b.Namespace))
	})
	return out, nil
}

// phases counts Pods in docker compose's words: running(3), exited(1).
func phases(pods []unstructured.Unstructured) string {
	words := map[string]string{"Pending": "created", "Running": "running", "Succeeded": "exited", "Failed": "exited"}
	counts := map[string]int{}
	for i := range pods {
		word := cmp.Or(words[text(&pods[i], "status", "phase")], "unknown")
		if pods[i].GetDeletionTimestamp() != nil {
			word = "removing"
		}
		counts[word]++
	}
	var out []string
	for _, phase := range sortedKeys(counts) {
		out = append(out, fmt.Sprintf("%s(%d)", phase, counts[phase]))
	}
	return cmp.Or(strings.Join(out, ", "), "stopped")
}
