package binds

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/databases"
)

// Survey is what is decided about the bind mounts of a project before the first becomes something.
type Survey struct {
	sources   map[string]*use                  // who binds which local path
	decisions map[*input.Container][]*Decision // by the index of the item of volumes; nil for what is no bind mount
	inherited map[*input.Container][]Inherited
}

// Inherited is a bind mount that a container takes from another by `volumes_from`, and that is left out there because the image of the
// other has what it shows. This container has another image, so it needs the mount.
type Inherited struct {
	types.ServiceVolumeConfig
	Decision
	From *input.Container
	Own  extension.Mount // what x-kubernetes says about the mount
}

// use is what is known about a local path that containers bind.
type use struct {
	users   []string // services, each once, by name
	seers   []string // those of them that see what is there on Docker and have something of the project in its place here
	isStore bool     // a database keeps its files there, which is for nobody else
	written bool     // at least one mount lets its container write
	seeded  bool     // at least one mount wants the volume to begin with the files, so all do
	isClaim bool     // at least one mount makes it a volume, so all do: they would not see the same files otherwise
	only    []string // services that mount it read-only
}

// Decide classifies every bind mount before the first becomes something: whoever binds the same path sees the same
// files on Docker, so all mounts of a path, and of paths below it, must become the same volume. translated returns an item of
// volumes as the bind mount that it is, where the driver options of its volume make it one; providers are the containers whose mounts
// another takes by `volumes_from`.
func Decide(p *input.Project, containers []*input.Container, translated func(types.ServiceVolumeConfig) types.ServiceVolumeConfig,
	providers func(*input.Container) []*input.Container,
) *Survey {
	all := &Survey{sources: map[string]*use{}, decisions: map[*input.Container][]*Decision{}, inherited: map[*input.Container][]Inherited{}}
	for _, u := range containers {
		all.decisions[u] = make([]*Decision, len(u.Spec.Volumes))
		for i := range u.Spec.Volumes {
			v := translated(u.Spec.Volumes[i])
			if v.Type != types.VolumeTypeBind {
				continue
			}
			decision := all.decide(Of(p, u, v, p.Mount(u, i)))
			all.decisions[u][i] = &decision
		}
	}
	for _, u := range containers {
		for _, from := range providers(u) {
			all.inherit(p, u, from, translated)
		}
	}
	all.tellOfUnfilled(p, containers, translated)
	all.tellOfReaders(p, containers, translated)
	all.tellOfSharers(p, containers, translated)
	all.tellOfHidden(containers, translated)
	return all
}

// tellOfReaders completes what is told of files that become objects although a program may write to them: other services that mount the
// same files, one of them, or the directory they are in, have a copy of their own.
func (all *Survey) tellOfReaders(p *input.Project, containers []*input.Container, translated func(types.ServiceVolumeConfig) types.ServiceVolumeConfig) {
	for _, u := range containers {
		for i, decision := range all.decisions[u] {
			if decision == nil || decision.Code != "bind-read-only" && decision.Code != "bind-config" && decision.Code != copied {
				continue
			}
			b := Of(p, u, translated(u.Spec.Volumes[i]), p.Mount(u, i))
			if decision.Code == "bind-config" {
				if !all.isWrittenForOthers(b) {
					continue
				}
				decision.Code = "bind-read-only"
			}
			if readers := all.othersAt(b.Path, u.Service.Name); len(readers) > 0 {
				decision.Message += fmt.Sprintf("; %s would see nothing of what it writes, where on Docker the files are shared", report.Enumerate(readers, 3))
				if b.IsFile() {
					decision.Help = "if they do share it, put the file into a directory of its own that all of them mount, which x-kubernetes.seed makes a volume that begins with its files"
					continue
				}
				decision.Help = "let all of them mount one directory, with x-kubernetes: {seed: true} in the long form of the mounts: that is a volume which begins with the files; mount it with :ro if nothing writes to it"
			}
		}
	}
}

// isWrittenForOthers reports whether one service may write to a directory that another one mounts read-only: who tells them apart means it.
func (all *Survey) isWrittenForOthers(b Bind) bool {
	return b.mayWrite() && !b.IsFile() && slices.ContainsFunc(all.sources[b.Path].only, func(name string) bool { return name != b.Container.Service.Name })
}

// othersAt returns the other services that bind a path, or one above or below it, by name. Who binds the machine itself, such as an exporter with
// all of its files, shares nothing with the project: such a mount is left out or one of the node, and a finding of its own says so.
func (all *Survey) othersAt(at, service string) []string {
	var names []string
	for file, of := range all.sources {
		if file != at && of.isStore {
			continue
		}
		if source.Within(file, at) || source.Within(at, file) {
			names = append(names, of.seers...)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == service })
}

// tellOfUnfilled marks the volumes that stay empty: every container that mounts such a directory, or one above or below it, only reads. A directory in the
// project that is empty here is empty on Docker as well, unless a container is told of files in it, which lie there where Docker runs.
func (all *Survey) tellOfUnfilled(p *input.Project, containers []*input.Container, translated func(types.ServiceVolumeConfig) types.ServiceVolumeConfig) {
	var written []string
	for file, of := range all.sources {
		if of.written {
			written = append(written, file+"/")
		}
	}
	slices.Sort(written)
	isWritten := func(file string) bool {
		if i, _ := slices.BinarySearch(written, file+"/"); i < len(written) && strings.HasPrefix(written[i], file+"/") {
			return true
		}
		for dir := path.Dir(file); dir != "/" && dir != "."; dir = path.Dir(dir) {
			if of := all.sources[dir]; of != nil && of.written {
				return true
			}
		}
		return false
	}
	for _, u := range containers {
		for i, decision := range all.decisions[u] {
			if decision == nil || decision.Code != "bind-elsewhere" && decision.Code != "bind-volume" {
				continue
			}
			b := Of(p, u, translated(u.Spec.Volumes[i]), p.Mount(u, i))
			b.tellUnfilled(decision, isWritten(b.Path))
		}
	}
}

// tellUnfilled completes what is told of a new volume without files. isWritten tells that a container of the project may write to it.
func (b Bind) tellUnfilled(decision *Decision, isWritten bool) {
	switch {
	case isWritten && (decision.Code != "bind-volume" || b.mayWrite() || !b.isToldOfFileBelow()):
	case isWritten:
		decision.Code, decision.Help = "bind-never-filled", b.fillRemedy()
		decision.Message = fmt.Sprintf("%s has no files here and becomes a new volume: the files in it of which %s is told are missing until another program of the project writes them", b.Shown(), b.Container.Service.Name)
	case decision.Code == "bind-elsewhere":
		decision.Code = "bind-never-filled"
		decision.Message = b.Shown() + " is not on this machine and becomes a new volume, to which nothing in the project writes: it stays empty, whatever the directory holds where Docker runs"
	case b.isToldOfFileBelow():
		decision.Code, decision.Help = "bind-never-filled", b.fillRemedy()
		decision.Message = fmt.Sprintf("%s has no files here and becomes a new volume, to which nothing in the project writes: the files in it of which %s is told are missing", b.Shown(), b.Container.Service.Name)
	}
}

// decide classifies a bind mount and notes who uses its source.
func (all *Survey) decide(b Bind) Decision {
	of := all.sources[b.Path]
	if of == nil {
		of = &use{}
		all.sources[b.Path] = of
	}
	if !slices.Contains(of.users, b.Container.Service.Name) {
		of.users = append(of.users, b.Container.Service.Name)
		of.isStore = of.isStore || databases.IsUsual(b.Target)
	}
	decision := b.Decide()
	if !decision.isOfMachine() && !slices.Contains(of.seers, b.Container.Service.Name) {
		of.seers = append(of.seers, b.Container.Service.Name)
	}
	of.seeded = of.seeded || b.Own.Seed && decision.Fate == AsClaim
	of.written = of.written || b.mayWrite()
	if !b.writable() {
		of.only = append(of.only, b.Container.Service.Name)
	}
	of.isClaim = of.isClaim || decision.Fate == AsClaim
	return decision
}

// readers matches the images of servers that write nothing below /etc.
var readers = pattern.New(`(?i)(^|/)(nginx|nginx-unprivileged|openresty|httpd|haproxy|envoy)(:|@|$)`).Holding("nginx", "openresty", "httpd", "haproxy", "envoy")

// mayWrite reports whether the program of a container may write to a mount.
func (b Bind) mayWrite() bool {
	return b.writable() && (!readers.MatchAny(b.Container.ImageNames()) || !source.Within(path.Clean(b.Target), "/etc"))
}

// inherit classifies, for a container with an image of its own, the mounts of another that are left out because of its image.
func (all *Survey) inherit(p *input.Project, u, from *input.Container, translated func(types.ServiceVolumeConfig) types.ServiceVolumeConfig) {
	if u.Spec.Image != "" && u.Spec.Image == from.Spec.Image {
		return
	}
	for i, decision := range all.decisions[from] {
		if decision == nil || decision.Fate != BuiltIn {
			continue
		}
		m := Inherited{ServiceVolumeConfig: translated(from.Spec.Volumes[i]), From: from, Own: p.Mount(from, i)}
		m.Decision = all.decide(Of(p, u, m.ServiceVolumeConfig, m.Own))
		all.inherited[u] = append(all.inherited[u], m)
	}
}

// Inherited returns the bind mounts that a container takes from another with an image that has what they show.
func (all *Survey) Inherited(u, from *input.Container) []Inherited {
	return slices.DeleteFunc(slices.Clone(all.inherited[u]), func(m Inherited) bool { return m.From != from })
}

// Decision returns what is decided about the i-th item of a container's volumes, which must be a bind mount.
func (all *Survey) Decision(u *input.Container, i int) Decision { return *all.decisions[u][i] }

// Seeded returns the mount with the wish of another one of the same directory that its volume begins with the files.
func (all *Survey) Seeded(b Bind, decision Decision) (Bind, Decision) {
	if of := all.sources[b.Path]; of == nil || !of.seeded || b.Own.Seed || b.Own.As != "" {
		return b, decision
	}
	b.Own.Seed = true
	return b, b.seeded()
}

// IsShared reports whether several services bind a path.
func (all *Survey) IsShared(path string) bool {
	return all.sources[path] != nil && len(all.sources[path].users) > 1
}

// ClaimRoot returns the topmost path that has become a volume and holds the source, or "".
func (all *Survey) ClaimRoot(b Bind) string {
	root := ""
	for dir := b.Path; dir != "/" && dir != "."; dir = path.Dir(dir) {
		if use := all.sources[dir]; use != nil && use.isClaim {
			root = dir
		}
	}
	return root
}
