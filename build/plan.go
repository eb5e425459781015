package build

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
)

// Target is one image that a project builds.
type Target struct {
	// Service is the service, or the job, that has the build section.
	Service string
	// Users are all services and jobs that run the image, Service among them, sorted.
	Users []string
	// Image is the name that docker compose gives the image: that of the project, else <project>-<service>.
	Image string
	// IsNamed: the project names the image.
	IsNamed bool
	// IsJob: it is a job that has the build section.
	IsJob bool
	// Section is the build section, with absolute paths.
	Section *types.BuildConfig
	// Platform is that of the service, such as linux/arm64; empty if it names none.
	Platform string
	// PullPolicy is that of the service; with "build", the image is built each time.
	PullPolicy string
	// Path and Range say where the build section stands.
	Path  diag.Path
	Range diag.Range

	isVariant bool // one of several platforms
}

// Plan returns the images that the services and jobs of a project build, sorted by service. locate finds keys in the
// files; nil is allowed.
func Plan(p *types.Project, locate source.Locate) []Target {
	var out []Target
	add := func(kind, name string, w types.WorkloadSpec, c types.ContainerSpec) {
		if w.Build == nil {
			return
		}
		t := Target{
			Service: name, Image: strings.TrimSpace(c.Image), IsNamed: c.Image != "", IsJob: kind == "jobs", Section: w.Build,
			Platform: c.Platform, PullPolicy: c.PullPolicy, Path: diag.At(kind, name, "build"),
		}
		if !t.IsNamed {
			t.Image = p.Name + "-" + name
		}
		if locate != nil {
			t.Range = locate(t.Path)
		}
		t.Users = users(p, t)
		out = append(out, t)
	}
	for _, name := range sorted.Keys(p.Services) {
		s := p.Services[name]
		if s.Provider == nil {
			add("services", name, s.WorkloadSpec, s.ContainerSpec)
		}
	}
	for _, name := range sorted.Keys(p.Jobs) {
		j := p.Jobs[name]
		add("jobs", name, j.WorkloadSpec, j.ContainerSpec)
	}
	return out
}

// users returns who runs the image of a target: also services that name it, or a further tag of it, and build nothing themselves.
func users(p *types.Project, t Target) []string {
	out := []string{t.Service}
	for name, s := range p.Services {
		if t.isCalled(s.Image) {
			out = append(out, name)
		}
	}
	for name, j := range p.Jobs {
		if t.isCalled(j.Image) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// isCalled reports whether a name is one of the image: its own, or a further tag that the build gives it.
func (t Target) isCalled(image string) bool {
	if sameImage(image, t.Image) {
		return true
	}
	if t.Section == nil { // others make it
		return false
	}
	return slices.ContainsFunc(t.Section.Tags, func(tag string) bool { return sameImage(image, tag) })
}

// sameImage reports whether two names stand for the same image: without a tag, latest is meant.
func sameImage(a, b string) bool {
	return a != "" && strings.TrimSuffix(strings.TrimSpace(a), ":latest") == strings.TrimSuffix(strings.TrimSpace(b), ":latest")
}

// finding is something to say about a target.
func (t Target) finding(code, message, help string) diag.Finding {
	return diag.Finding{Severity: severityOf(code), Code: code, Path: t.Path, Range: t.Range, Message: message, Help: help}
}

// names returns the services that build the targets, sorted.
func names(targets []Target) []string {
	out := make([]string, 0, len(targets))
	for _, t := range targets {
		out = append(out, t.Service)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
