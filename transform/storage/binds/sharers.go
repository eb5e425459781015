package binds

import (
	"fmt"
	"path"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// tellOfSharers completes what is told of source that the image has: other services that mount the same directory, one in it or one above it,
// have what their own images have there, and no more what this one writes, such as an uploaded picture that a web server hands out.
func (all *Survey) tellOfSharers(p *input.Project, containers []*input.Container, translated func(types.ServiceVolumeConfig) types.ServiceVolumeConfig) {
	of := func(u *input.Container, i int) Bind { return Of(p, u, translated(u.Spec.Volumes[i]), p.Mount(u, i)) }
	for _, u := range containers {
		for i, decision := range all.decisions[u] {
			if decision == nil || decision.Fate != BuiltIn {
				continue
			}
			b := of(u, i)
			if !b.writable() {
				continue
			}
			var sharers []string
			for _, other := range containers {
				if other.Service != u.Service && !all.sharesVolume(b, other) && all.showsPart(b, other, of) {
					sharers = append(sharers, other.Service.Name)
				}
			}
			slices.Sort(sharers)
			sharers = slices.Compact(sharers)
			if len(sharers) == 0 {
				continue
			}
			decision.Message += fmt.Sprintf("; %s would see nothing of what it writes, where on Docker the files are shared", report.Enumerate(sharers, 3))
			if len(b.keptOut()) > 0 {
				continue
			}
			decision.Help = "build the image from the current source; for a directory that one of them writes to and another reads, mount a named volume in both"
			if dir := b.uploads(); dir != "" {
				decision.Help = fmt.Sprintf("build the image from the current source; for a directory that one of them writes to and another reads, such as %s, mount a named volume in both", dir)
			}
		}
	}
}

// showsPart reports whether another container mounts the directory of a mount, one in it or one above it. Not meant are files and directories of
// settings, the data of a database, and what the container of the mount sees as well, for it mounts that by itself.
func (all *Survey) showsPart(b Bind, other *input.Container, of func(*input.Container, int) Bind) bool {
	isPart := func(o Bind, v Decision) bool {
		switch {
		case o.IsFile() || all.sources[o.Path] != nil && all.sources[o.Path].isStore:
			return false
		case o.Path == b.Path || source.Within(b.Path, o.Path):
			return true
		case !source.Within(o.Path, b.Path), (v.Fate == AsConfigMap || v.Fate == AsSecret) && o.isConfiguration():
			return false
		}
		return !slices.ContainsFunc(b.Container.Spec.Volumes, func(own types.ServiceVolumeConfig) bool {
			return own.Type == types.VolumeTypeBind && own.Source != b.Path && source.Within(own.Source, b.Path) && source.Within(o.Path, own.Source)
		})
	}
	for i, v := range all.decisions[other] {
		if v != nil && isPart(of(other, i), *v) {
			return true
		}
	}
	return slices.ContainsFunc(all.inherited[other], func(m Inherited) bool { return path.Clean(m.Source) == b.Path })
}

// sharesVolume reports whether a named volume below a mount is mounted by another container as well: what one writes for the other lies there.
func (all *Survey) sharesVolume(b Bind, other *input.Container) bool {
	return slices.ContainsFunc(b.Container.Spec.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeVolume && v.Source != "" && source.Within(path.Clean(v.Target), path.Clean(b.Target)) &&
			slices.ContainsFunc(other.Spec.Volumes, func(o types.ServiceVolumeConfig) bool { return o.Type == v.Type && o.Source == v.Source })
	})
}

// uploadsName matches directories for files that users send, and uploadsWord the path of one in source code.
var (
	uploadsName = pattern.New(`(?i)(^|/)uploads$|^media$`).Holding("uploads", "media")
	uploadsWord = pattern.New("(?i)[\"'`](?:/?\\.{1,2}/)*/?((?:[\\w-]+/){0,3}uploads)/?[\"'`]").Holding("uploads")
)

// uploads returns the directory of a mount in which a program keeps the files that users send, as the container has it, "" if there is none in sight.
func (b Bind) uploads() string {
	if b.File == nil {
		return ""
	}
	for _, e := range b.File.Entries {
		dir := path.Dir(e.Path)
		if e.Kind == source.Directory {
			dir = e.Path
		}
		for ; dir != "."; dir = path.Dir(dir) {
			if uploadsName.MatchString(dir) {
				return path.Join(b.Target, dir)
			}
		}
	}
	for _, e := range b.File.Entries {
		if e.Kind != source.Regular || !codeName.MatchString(path.Base(e.Path)) {
			continue
		}
		if m := uploadsWord.FindStringSubmatch(string(e.Data)); m != nil && b.has(path.Dir(m[1])) {
			return path.Join(b.Target, m[1])
		}
	}
	return ""
}

// has reports whether the source of a mount has a directory with files.
func (b Bind) has(dir string) bool {
	return dir == "." || slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool { return source.Within(e.Path, dir) })
}
