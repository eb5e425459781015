package convert

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/loader"
	"github.com/transship/transship/lockfile"
	"github.com/transship/transship/source"
)

// ImageReport is what the project itself tells about the image of one service: its Dockerfile and transship.lock.
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
	for _, name := range slices.Sorted(maps.Keys(loaded.Images)) {
		f := loaded.Images[name]
		r := ImageReport{Service: name, Digest: f.Digest, Platform: f.Platform, Facts: []FactReport{}}
		if s, ok := loaded.Project.Services[name]; ok {
			r.Image = lockfile.ImageOf(loaded.Project.Name, name, &s.ContainerSpec, s.Build)
		} else if j, ok := loaded.Project.Jobs[name]; ok {
			r.Image = lockfile.ImageOf(loaded.Project.Name, name, &j.ContainerSpec, j.Build)
		}
		for _, fact := range f.Stated() {
			r.Facts = append(r.Facts, FactReport{string(fact), factText(f, fact), f.SourceOf(fact)})
		}
		for _, p := range slices.Sorted(maps.Keys(f.Paths)) {
			r.Facts = append(r.Facts, FactReport{p, pathText(f.Paths[p]), f.Source})
		}
		if len(r.Facts) > 0 {
			out = append(out, r)
		}
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
