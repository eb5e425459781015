package transform

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/names"
)

// project is one conversion under way: what it looks at, what it has decided, what it found. Its methods read it as
// the passes of Transform fill it; the comment of each field names the pass.
type project struct {
	in      Input
	options Options       // with defaults filled in and the project's own x-kubernetes applied (newProject)
	ext     extension.All // newProject

	services   []*service             // services and jobs, sorted by name (collectServices)
	byName     map[string]*service    // the same, by compose name
	pods       []*pod                 // one per workload, sorted by the name of the service they belong to (groupPods)
	dependents map[string][]dependent // who depends on a service, by its name (decideKinds)
	names      *names.Registry        // every name of every object

	storage    storage    // claims, ConfigMaps and Secrets on demand
	references references // what the texts of the project say about its names (scanReferences)

	secretValues    map[string]string     // the variable that holds each secret-looking value (collectSecrets)
	secretSpellings map[string][]spelling // what those values look like in texts, by their first bytes (collectSecrets)

	objects  []runtime.Object
	findings diag.List
}

// service is a compose service or job.
type service struct {
	*project
	name   string              // compose name
	path   diag.Path           // services.web or jobs.backup
	config types.ServiceConfig // of a job: what jobs and services have in common
	job    *types.JobConfig    // nil for a service
	ext    extension.Service
	facts  source.ImageFacts
	dns    string // normalized name: of the workload, its container and its Service
	kind   kind
	ports  []port // the container ports it is reachable on
	pod    *pod   // the Pod its container lives in (groupPods)
}

func newProject(in Input) *project {
	p := &project{in: in, options: in.Options, byName: map[string]*service{}, names: names.NewRegistry()}
	if in.Locate == nil {
		p.in.Locate = func(diag.Path) diag.Range { return diag.Range{} }
	}
	p.readExtensions()
	p.options = p.options.withDefaults(p.ext.Project)
	return p
}

// report adds a finding with the severity that the table of codes gives it, or a warning for an error that the user
// allows. A code that is not in the table is a bug that a test catches.
func (p *project) report(code string, at diag.Path, message, help string) {
	severity := severityOf(code)
	if severity == diag.Error {
		if p.options.allows(code) {
			severity = diag.Warning
		} else {
			help = joinSentences(help, "--allow="+code+" makes it a warning")
		}
	}
	p.findings.Add(diag.Finding{
		Severity: severity, Code: code, Path: at, Range: p.in.Locate(at), Message: message, Help: help,
	})
}

// reportf is report with a formatted message.
func (p *project) reportf(code string, at diag.Path, help, format string, args ...any) {
	p.report(code, at, fmt.Sprintf(format, args...), help)
}

func joinSentences(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// emit adds an object to the output.
func (p *project) emit(o runtime.Object) { p.objects = append(p.objects, o) }

// wrote reports whether the user's files hold this key, also when its value is the zero value of its type.
func (p *project) wrote(at diag.Path) bool {
	_, ok := p.lookup(at)
	return ok
}

// written returns the value of a key as the merged files have it, or nil.
func (p *project) written(at diag.Path) any {
	value, _ := p.lookup(at)
	return value
}

func (p *project) lookup(at diag.Path) (any, bool) {
	var node any = p.in.Model
	for i, key := range at {
		if index, isItem := at[:i+1].ListIndex(); isItem {
			list, ok := node.([]any)
			if !ok || index >= len(list) {
				return nil, false
			}
			node = list[index]
			continue
		}
		m, ok := node.(map[string]any)
		if !ok {
			return nil, false
		}
		if node, ok = m[key]; !ok {
			return nil, false
		}
	}
	return node, true
}

// collectServices lists services and jobs in one order: by name.
func (p *project) collectServices() {
	add := func(s *service) {
		s.project = p
		s.ext = p.ext.Services[s.name]
		s.facts = p.imageFacts(s)
		p.services = append(p.services, s)
		p.byName[s.name] = s
	}
	for _, name := range sortedKeys(p.in.Project.Services) {
		add(&service{name: name, path: diag.At("services", name), config: p.in.Project.Services[name]})
	}
	for _, name := range sortedKeys(p.in.Project.Jobs) {
		job := p.in.Project.Jobs[name]
		add(&service{name: name, path: diag.At("jobs", name), config: serviceOfJob(name, job), job: &job})
	}
	slices.SortFunc(p.services, func(a, b *service) int { return compareStrings(a.name, b.name) })
}
