package convert

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/lockfile"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/images"
)

// ImageReport is what is known of the image of one service, and what the Compose file says instead.
type ImageReport struct {
	Service  string       `json:"service"` // or job
	Image    string       `json:"image"`
	Digest   string       `json:"digest,omitempty"`   // "sha256:…", where the image was read from a registry
	Platform string       `json:"platform,omitempty"` // os/arch[/variant]
	Facts    []FactReport `json:"facts"`
}

// FactReport is a fact about an image.
type FactReport struct {
	Fact   string `json:"fact"`  // ports, user, volumes, command, healthcheck, shell, or the target of a mount
	Value  string `json:"value"` // for people
	Source string `json:"source"`
}

// imageReports tells of every image what is known and where from, sorted by service.
func imageReports(loaded *loader.Loaded) []ImageReport {
	var out []ImageReport
	p := loaded.Project
	add := func(kind, name string, spec *types.ContainerSpec, build *types.BuildConfig, check *types.HealthCheckConfig) {
		stated := loaded.Images[name]
		image := lockfile.ImageOf(p.Name, name, spec, build)
		known := stated
		if row, found := images.Lookup(tableName(spec, build, stated)); found {
			known = source.MergeFacts(stated, row.Facts())
		}
		r := ImageReport{Service: name, Image: image, Digest: stated.Digest, Platform: stated.Platform, Facts: []FactReport{}}
		written := writtenFacts(kind, name, spec, check)
		for _, fact := range known.Stated() {
			if own, is := written[fact]; is {
				r.Facts = append(r.Facts, own)
				delete(written, fact)
				continue
			}
			r.Facts = append(r.Facts, FactReport{string(fact), factText(known, fact), known.SourceOf(fact)})
		}
		for _, fact := range sorted.Keys(written) {
			r.Facts = append(r.Facts, written[fact])
		}
		for _, p := range sorted.Keys(stated.Paths) {
			r.Facts = append(r.Facts, FactReport{p, pathText(stated.Paths[p]), stated.Source})
		}
		if len(r.Facts) > 0 {
			out = append(out, r)
		}
	}
	for name, s := range p.Services {
		add("services", name, &s.ContainerSpec, s.Build, s.HealthCheck)
	}
	for name, j := range p.Jobs {
		add("jobs", name, &j.ContainerSpec, j.Build, nil)
	}
	slices.SortFunc(out, func(a, b ImageReport) int { return strings.Compare(a.Service, b.Service) })
	return out
}

// tableName is the image that the built-in table is asked about: what is built is what it starts from.
func tableName(spec *types.ContainerSpec, build *types.BuildConfig, stated source.ImageFacts) string {
	if build != nil {
		return stated.BaseImage
	}
	return spec.Image
}

// writtenFacts are those that the Compose file itself decides, whatever the image has.
func writtenFacts(kind, name string, spec *types.ContainerSpec, h *types.HealthCheckConfig) map[source.Fact]FactReport {
	out := map[source.Fact]FactReport{}
	set := func(fact source.Fact, key, value string) {
		out[fact] = FactReport{string(fact), value, diag.At(kind, name, key).String()}
	}
	if spec.User != "" {
		set(source.FactUser, "user", spec.User)
	}
	if len(spec.Command) > 0 {
		set(source.FactCommand, "command", strings.Join(spec.Command, " "))
	}
	if len(spec.Entrypoint) > 0 {
		set(source.FactCommand, "entrypoint", strings.Join(slices.Concat(spec.Entrypoint, spec.Command), " "))
	}
	if h != nil && (h.Disable || len(h.Test) > 0) {
		value := strings.Join(h.Test, " ")
		if h.Disable {
			value = "none"
		}
		set(source.FactHealthcheck, "healthcheck", value)
	}
	return out
}

// maskedImages takes secrets out of what the project itself has written: an image, a command, the target of a mount.
func maskedImages(all []ImageReport, mask func(string) string) []ImageReport {
	for i := range all {
		all[i].Image = mask(all[i].Image)
		for j, f := range all[i].Facts {
			all[i].Facts[j] = FactReport{mask(f.Fact), mask(f.Value), mask(f.Source)}
		}
	}
	return all
}

func factText(f source.ImageFacts, fact source.Fact) string {
	list := func(values []string) string {
		if len(values) == 0 {
			return "none"
		}
		return strings.Join(values, " ")
	}
	switch fact {
	case source.FactPorts:
		return list(f.Ports)
	case source.FactUser:
		text := f.User
		if f.UID != nil {
			text = strings.TrimSpace(text + " " + owner(f.UID, f.GID))
		}
		return text
	case source.FactVolumes:
		return list(f.Volumes)
	case source.FactCommand:
		return list(slices.Concat(f.Entrypoint, f.Cmd))
	case source.FactHealthcheck:
		return list(f.Healthcheck.Test)
	case source.FactShell:
		if f.Shell {
			return "/bin/sh"
		}
		return "none"
	}
	return ""
}

// pathText says what is at a mount.
func pathText(p source.ImagePath) string {
	if p.Exists == source.No {
		return "nothing"
	}
	text := fmt.Sprintf("exists: %s, directory: %s, content: %s", p.Exists, p.Directory, p.Content)
	if p.UID != nil {
		text += ", owner " + owner(p.UID, p.GID)
	}
	if p.Mode != "" {
		text += ", mode " + p.Mode
	}
	if p.Evidence != "" {
		text += " (" + p.Evidence + ")"
	}
	return text
}

func owner(uid, gid *int64) string {
	if gid == nil {
		return strconv.FormatInt(*uid, 10)
	}
	return fmt.Sprintf("%d:%d", *uid, *gid)
}
