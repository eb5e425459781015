package workload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
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
func Processes(ctx context.Context, c *api.Conn, project, namespace string, services []string, all bool) ([]Process, error) {
	workloads, err := find.Workloads(ctx, c, project, namespace, services)
	if err != nil {
		return nil, err
	}
	pods, err := c.List(ctx, "v1", "Pod", namespace, resource.LabelInstance+"="+project)
	if err != nil {
		return nil, err
	}
	var out []Process
	for i := range pods {
		for _, w := range workloads {
			isIts := w.GetLabels()[resource.LabelName] == pods[i].GetLabels()[resource.LabelName]
			if isIts || resource.IsOneOff(&pods[i]) && resource.Stands(w, pods[i].GetAnnotations()[resource.AnnotationService]) {
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
	services := resource.ServicesOf(workload)
	if resource.IsOneOff(pod) {
		services = resource.ServicesOf(pod)
	}
	for _, spec := range resource.Items(pod.Object, "spec", "containers") {
		p := Process{Name: pod.GetName(), Project: project, Created: pod.GetCreationTimestamp().Time, Node: resource.Text(pod, "spec", "nodeName")}
		p.Container, _ = spec["name"].(string)
		p.Image, _ = spec["image"].(string)
		p.Service = p.Container
		if len(services) == 1 {
			p.Service = services[0]
		}
		p.Ports = containerPorts(spec)
		p.State, p.Status = "created", strings.ToLower(cmp.Or(resource.Text(pod, "status", "phase"), "pending"))
		for _, status := range resource.Items(pod.Object, "status", "containerStatuses") {
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
func (p *Process) read(pod *unstructured.Unstructured, report map[string]any) {
	p.Restarts, _ = report["restartCount"].(int64)
	state, _ := report["state"].(map[string]any)
	switch {
	case state["running"] != nil:
		p.State, p.Status, p.Health = "running", "running", "starting"
		if ready, _ := report["ready"].(bool); ready {
			p.Health = "healthy"
		}
	case state["terminated"] != nil:
		ended, _ := state["terminated"].(map[string]any)
		p.ExitCode, _ = ended["exitCode"].(int64)
		p.State, p.Status = "exited", fmt.Sprintf("exited (%d)", p.ExitCode)
	default:
		if t := status.ContainerTrouble(pod, report); t != nil {
			p.Status = t.Reason
			if t.Reason == "CrashLoopBackOff" {
				p.State = "restarting"
			}
		}
	}
	if p.Restarts > 0 {
		p.Status += ", restarted " + resource.Count(int(p.Restarts), "time")
	}
}

func containerPorts(container map[string]any) string {
	var out []string
	for _, port := range resource.Items(container, "ports") {
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
func Projects(ctx context.Context, c *api.Conn, namespace string, only bool) ([]ProjectInfo, error) {
	within := ""
	if only {
		within = namespace
	}
	inventories, err := c.List(ctx, "v1", "ConfigMap", within, resource.LabelManagedBy+"="+resource.ManagedBy)
	denied := (*api.ForbiddenError)(nil)
	if errors.As(err, &denied) && namespace != "" && !only {
		inventories, err = c.List(ctx, "v1", "ConfigMap", namespace, resource.LabelManagedBy+"="+resource.ManagedBy)
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
		if !resource.IsInventory(o) {
			continue
		}
		info := ProjectInfo{Name: o.GetLabels()[resource.LabelInstance], Namespace: o.GetNamespace()}
		pods, err := c.List(ctx, "v1", "Pod", info.Namespace, resource.LabelInstance+"="+info.Name)
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
		word := cmp.Or(words[resource.Text(&pods[i], "status", "phase")], "unknown")
		if pods[i].GetDeletionTimestamp() != nil {
			word = "removing"
		}
		counts[word]++
	}
	var out []string
	for _, phase := range resource.SortedKeys(counts) {
		out = append(out, fmt.Sprintf("%s(%d)", phase, counts[phase]))
	}
	return cmp.Or(strings.Join(out, ", "), "stopped")
}
