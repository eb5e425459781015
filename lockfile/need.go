package lockfile

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// Need is what a project has to know about one image. All lists are sorted, each value once.
type Need struct {
	Reference string
	Platform  string // as the project asks for it; "" leaves it open
	Services  []string
	At        diag.Path // the first key that names the image

	Paths  []string // targets of mounts, absolute and cleaned
	Users  []string // names of users to look up
	Groups []string // names of groups to look up

	// Built tells that the project builds the image; Base that a Dockerfile of the project starts from it.
	Built, Base bool
}

// Needs returns what the enabled services and jobs of a project have to know, sorted by reference and platform. bases are
// the images that the Dockerfiles of the project start from, by service or job name.
func Needs(p *types.Project, bases map[string]string) []Need {
	n := needs{project: p, bases: bases, found: map[string]*Need{}}
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		at := diag.At("services", name)
		n.add(name, at, &s.ContainerSpec, s.Build)
		for i := range s.PreStart {
			if hook := &s.PreStart[i].ContainerSpec; hook.Image != "" && hook.Image != s.Image {
				n.add(name, at.Key("pre_start").Index(i), hook, nil)
			}
		}
	}
	for _, name := range sorted.Keys(p.Jobs) {
		j := p.Jobs[name]
		n.add(name, diag.At("jobs", name), &j.ContainerSpec, j.Build)
	}
	var out []Need
	for _, key := range sorted.Keys(n.found) {
		need := n.found[key]
		for _, list := range []*[]string{&need.Services, &need.Paths, &need.Users, &need.Groups} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
		out = append(out, *need)
	}
	return out
}

// References returns the images of all services and jobs, also of those that no profile enables, and the bases.
func References(p *types.Project, bases map[string]string) map[string]bool {
	out := map[string]bool{}
	for name, s := range p.AllServices() {
		out[ImageOf(p.Name, name, &s.ContainerSpec, s.Build)] = true
		for _, hook := range s.PreStart {
			out[hook.Image] = true
		}
	}
	for name, j := range p.AllJobs() {
		out[ImageOf(p.Name, name, &j.ContainerSpec, j.Build)] = true
	}
	for _, base := range bases {
		out[base] = true
	}
	delete(out, "")
	return out
}

// ImageOf returns the image that a service runs: the one that it names, or the one that docker compose names after project
// and service when it builds it. It is empty for a service with neither.
func ImageOf(project, name string, spec *types.ContainerSpec, build *types.BuildConfig) string {
	if spec.Image == "" && build != nil {
		return project + "-" + name
	}
	return spec.Image
}

type needs struct {
	project *types.Project
	bases   map[string]string
	found   map[string]*Need
}

func (n *needs) add(name string, at diag.Path, spec *types.ContainerSpec, build *types.BuildConfig) {
	named := at.Key("image")
	if spec.Image == "" {
		named = at.Key("build")
	}
	n.addImage(ImageOf(n.project.Name, name, spec, build), name, named, spec, build != nil, false)
	if base := n.bases[name]; build != nil && base != "" && base != "scratch" {
		n.addImage(base, name, at.Key("build"), spec, false, true)
	}
}

func (n *needs) addImage(reference, name string, at diag.Path, spec *types.ContainerSpec, built, base bool) {
	if reference == "" {
		return
	}
	key := reference + " " + normalPlatform(spec.Platform)
	need := n.found[key]
	if need == nil {
		need = &Need{Reference: reference, Platform: spec.Platform, At: at}
		n.found[key] = need
	}
	need.Services = append(need.Services, name)
	need.Built, need.Base = need.Built || built, need.Base || base
	need.Paths = append(need.Paths, n.targets(spec, map[string]bool{})...)
	user, group, _ := strings.Cut(spec.User, ":")
	if isName(user) {
		need.Users = append(need.Users, user)
	}
	for _, g := range append(slices.Clone(spec.GroupAdd), group) {
		if isName(g) {
			need.Groups = append(need.Groups, g)
		}
	}
}

// isName tells a name of a user or group from a number, and from nothing.
func isName(word string) bool {
	_, err := strconv.ParseInt(word, 10, 64)
	return word != "" && err != nil
}

// targets returns where a container mounts something, also by volumes_from.
func (n *needs) targets(spec *types.ContainerSpec, seen map[string]bool) []string {
	out := MountTargets(spec)
	for _, ref := range spec.VolumesFrom {
		name, _, _ := strings.Cut(ref, ":")
		other, ok := n.project.Services[name]
		if ok && !seen[name] {
			seen[name] = true
			out = append(out, n.targets(&other.ContainerSpec, seen)...)
		}
	}
	return out
}

// MountTargets returns the targets of a container's own mounts, cleaned, without those that are not absolute.
func MountTargets(spec *types.ContainerSpec) []string {
	var out []string
	for _, v := range spec.Volumes {
		out = append(out, v.Target)
	}
	for _, t := range spec.Tmpfs {
		target, _, _ := strings.Cut(t, ":")
		out = append(out, target)
	}
	out = slices.DeleteFunc(out, func(target string) bool { return !path.IsAbs(target) })
	for i := range out {
		out[i] = path.Clean(out[i])
	}
	return out
}

// Lack returns why an entry does not say what a need asks, as a clause; "" if it does. What the entry could not read
// because of the image itself counts as said.
func (i Image) Lack(n Need) string {
	if i.FilesUnknown != "" {
		return ""
	}
	for _, p := range n.Paths {
		if _, ok := i.Paths[p]; !ok {
			return "it does not tell what the image has at " + p
		}
	}
	for _, u := range n.Users {
		if _, ok := i.Users[u]; !ok {
			return "it does not tell which user " + u + " is"
		}
	}
	for _, g := range n.Groups {
		if _, ok := i.GroupIDs[g]; !ok {
			return "it does not tell which group " + g + " is"
		}
	}
	return ""
}

// Update returns the file with the entries of read instead of those of the same reference and platform. Of the others it
// keeps those whose reference the project still has.
func (f *File) Update(read []Image, references map[string]bool) *File {
	out := &File{LockfileVersion: formatVersion, GeneratedBy: writtenBy}
	replaced := map[string]bool{}
	for _, image := range read {
		replaced[image.Reference+" "+normalPlatform(image.Platform)] = true
	}
	if f != nil {
		for _, old := range f.Images {
			if references[old.Reference] && !replaced[old.Reference+" "+normalPlatform(old.Platform)] {
				out.Images = append(out.Images, old)
			}
		}
	}
	out.Images = append(out.Images, read...)
	slices.SortFunc(out.Images, func(a, b Image) int {
		return cmp.Or(strings.Compare(a.Reference, b.Reference), strings.Compare(a.Platform, b.Platform))
	})
	return out
}

// And returns what both needs ask of one image.
func (n Need) And(other Need) Need {
	join := func(a, b []string) []string {
		all := slices.Concat(a, b)
		slices.Sort(all)
		return slices.Compact(all)
	}
	n.Services, n.Paths = join(n.Services, other.Services), join(n.Paths, other.Paths)
	n.Users, n.Groups = join(n.Users, other.Users), join(n.Groups, other.Groups)
	n.Built, n.Base = n.Built || other.Built, n.Base || other.Base
	return n
}
