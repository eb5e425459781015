package convert

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/keys"
)

// Story tells what became of one service, and why.
type Story struct {
	Service  string        `json:"service"` // services.web or jobs.backup
	Place    string        `json:"place"`   // "compose.yaml:12", "" if it is not known
	Objects  []StoryObject `json:"objects"` // in apply order
	Reasons  []FindingNote `json:"reasons"` // what was decided for the service: findings of severity info
	Problems []FindingNote `json:"problems"`
	Keys     []StoryKey    `json:"keys"` // what its keys become, in the order of their names
}

// StoryObject is an object that is there because of the service.
type StoryObject struct {
	Name string `json:"name"` // Kind/name
	Says string `json:"says"` // what it does, in one line
}

// StoryKey is a key of the service.
type StoryKey struct {
	Key        string   `json:"key"` // below the service
	Kubernetes string   `json:"kubernetes"`
	Place      string   `json:"place,omitempty"` // "compose.yaml:12"; only [Story.Examine] knows it and what follows
	Sets       []string `json:"sets,omitempty"`  // "Deployment/web spec.replicas"
	Prevents   []string `json:"prevents,omitempty"`
	Findings   []string `json:"findings,omitempty"` // codes
	Silent     bool     `json:"silent,omitempty"`   // without the key the project would become the same
}

// NewStory returns the story of a service or job of a project, or false if it has none of that name. Objects are missing when
// the project has errors.
func NewStory(r *Result, name string) (Story, bool) {
	if r.Loaded == nil {
		return Story{}, false
	}
	project := r.Loaded.Project
	at := diag.At("services", name)
	service, ok := project.Services[name]
	if !ok {
		if _, ok = project.Jobs[name]; !ok {
			return Story{}, false
		}
		at = diag.At("jobs", name)
	}
	story := Story{Service: at.String(), Objects: []StoryObject{}, Reasons: []FindingNote{}, Problems: []FindingNote{}, Keys: []StoryKey{}}
	if place := r.Loaded.Locate(at); place.IsKnown() {
		story.Place = fmt.Sprintf("%s:%d", place.File, place.Line)
	}
	parts := partsOf(at, service)
	for _, o := range r.Objects {
		if meta, ok := o.(metav1.Object); ok && isMadeFor(r.Origins[o], name, parts) {
			story.Objects = append(story.Objects, StoryObject{o.GetObjectKind().GroupVersionKind().Kind + "/" + meta.GetName(), summaryOf(o)})
		}
	}
	if reason := reasonOfKind(story.Objects); reason != "" && !slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code == "kind-chosen" && isAt(f.Path, at.String()) }) {
		story.Reasons = append(story.Reasons, FindingNote{Severity: diag.Info.String(), Code: "kind", Path: at.String(), Message: reason})
	}
	for _, f := range r.Findings {
		if !isAt(f.Path, at.String()) && !isNamed(f, name) {
			continue
		}
		note := FindingNote{Severity: f.Severity.String(), Code: f.Code, Path: f.Path.String(), Message: f.Message, Help: f.Help}
		if f.Severity == diag.Info {
			story.Reasons = append(story.Reasons, note)
		} else {
			story.Problems = append(story.Problems, note)
		}
	}
	for _, k := range keys.Walk(r.Loaded.Model) {
		if len(k.Path) > len(at) && isAt(k.Path, at.String()) {
			story.Keys = append(story.Keys, StoryKey{Key: k.Path[len(at):].String(), Kubernetes: k.Row.Kubernetes})
		}
	}
	story.mask(r.Mask)
	return story, true
}

// mask takes secrets out of what names parts of the project; findings have none.
func (s *Story) mask(mask func(string) string) {
	s.Service, s.Place = mask(s.Service), mask(s.Place)
	for i, o := range s.Objects {
		s.Objects[i] = StoryObject{mask(o.Name), mask(o.Says)}
	}
	for i, k := range s.Keys {
		s.Keys[i].Key = mask(k.Key)
	}
	for _, notes := range [][]FindingNote{s.Reasons, s.Problems} {
		for i := range notes {
			notes[i].Path = mask(notes[i].Path)
		}
	}
}

// reasonOfKind says why the workload is of the kind that services have by default.
func reasonOfKind(objects []StoryObject) string {
	for _, o := range objects {
		if strings.HasPrefix(o.Name, "Deployment/") {
			return "it becomes a Deployment: nothing says that it ends, that every node needs one, or that its Pods are not interchangeable"
		}
	}
	return ""
}

// partsOf returns the paths of a service and of the volumes, configs and secrets that it uses.
func partsOf(at diag.Path, s types.ServiceConfig) map[string]bool {
	parts := map[string]bool{at.String(): true}
	for _, v := range s.Volumes {
		if v.Type == types.VolumeTypeVolume {
			parts[diag.At("volumes", v.Source).String()] = true
		}
	}
	for _, c := range s.Configs {
		parts[diag.At("configs", c.Source).String()] = true
	}
	for _, c := range s.Secrets {
		parts[diag.At("secrets", c.Source).String()] = true
	}
	return parts
}

// isMadeFor reports whether an object was made for a service, or for something that it uses.
func isMadeFor(origin transform.Origin, service string, parts map[string]bool) bool {
	return slices.Contains(origin.Services, service) || slices.ContainsFunc(origin.Paths, func(p diag.Path) bool {
		return len(p) > 1 && parts[p[:2].String()]
	})
}

// isNamed reports whether a finding about all services names this one.
func isNamed(f diag.Finding, service string) bool {
	return len(f.Path) < 2 && slices.Contains(strings.FieldsFunc(f.Message, func(r rune) bool { return strings.ContainsRune(" ,:;", r) }), service)
}

// summaryOf says in one line what an object does.
func summaryOf(o runtime.Object) string {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return "keeps " + pods(o.Spec.Replicas) + " running: " + containers(o.Spec.Template.Spec)
	case *appsv1.StatefulSet:
		return "keeps " + pods(o.Spec.Replicas) + " running, each with a name of its own: " + containers(o.Spec.Template.Spec)
	case *appsv1.DaemonSet:
		return "runs a Pod on every node: " + containers(o.Spec.Template.Spec)
	case *corev1.Pod:
		return "runs once: " + containers(o.Spec)
	case *batchv1.Job:
		return "runs to its end: " + containers(o.Spec.Template.Spec)
	case *batchv1.CronJob:
		return "starts a Job at " + o.Spec.Schedule + ": " + containers(o.Spec.JobTemplate.Spec.Template.Spec)
	case *corev1.Service:
		return serviceSummary(o)
	case *corev1.PersistentVolumeClaim:
		return "asks for " + o.Spec.Resources.Requests.Storage().String() + " of storage, which outlives the Pods"
	case *corev1.ConfigMap:
		return "holds " + strings.Join(sorted.Keys(o.Data), ", ")
	case *corev1.Secret:
		keys := slices.AppendSeq(slices.Collect(maps.Keys(o.Data)), maps.Keys(o.StringData)) // the latter of a patch
		slices.Sort(keys)
		return "holds " + strings.Join(slices.Compact(keys), ", ")
	case *corev1.ServiceAccount:
		return "is the name under which the Pods ask the cluster"
	case *rbacv1.Role:
		return "lists what that name may ask"
	case *rbacv1.RoleBinding:
		return "gives the rights of the Role to the ServiceAccount"
	case *networkingv1.NetworkPolicy:
		return "says who may reach the Pods"
	case *networkingv1.Ingress:
		return "leads HTTP requests from outside to the Service"
	default:
		return ""
	}
}

func pods(replicas *int32) string {
	if replicas == nil || *replicas == 1 {
		return "1 Pod"
	}
	return fmt.Sprintf("%d Pods", *replicas)
}

func containers(spec corev1.PodSpec) string {
	var list []string
	for _, c := range spec.Containers {
		list = append(list, fmt.Sprintf("container %s from %s", c.Name, c.Image))
	}
	text := strings.Join(list, ", ")
	if n := len(spec.InitContainers); n > 0 {
		var first []string
		for _, c := range spec.InitContainers {
			first = append(first, c.Name)
		}
		text += "; before that " + strings.Join(first, ", ")
	}
	return text
}

func serviceSummary(s *corev1.Service) string {
	var ports []string
	for _, p := range s.Spec.Ports {
		ports = append(ports, fmt.Sprintf("%d/%s", p.Port, strings.ToLower(cmp.Or(string(p.Protocol), "TCP"))))
	}
	switch {
	case s.Spec.Type == corev1.ServiceTypeExternalName:
		return "the name leads to " + s.Spec.ExternalName
	case s.Spec.ClusterIP == corev1.ClusterIPNone:
		return "the name leads straight to the Pods, with every port"
	case s.Spec.Type == "" || s.Spec.Type == corev1.ServiceTypeClusterIP:
		return "the name has an address inside the cluster, ports " + strings.Join(ports, ", ")
	default:
		return string(s.Spec.Type) + " makes ports " + strings.Join(ports, ", ") + " reachable from outside"
	}
}
