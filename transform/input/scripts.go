package input

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
)

// Programs returns the words that may be paths of scripts.
func Programs(words []string) []string {
	var paths []string
	for _, word := range words {
		for _, part := range strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune(" \t\n;&|'\"", r) }) {
			if path.IsAbs(part) {
				paths = append(paths, path.Clean(part))
			}
		}
	}
	return paths
}

// ScriptAt returns the text of a file that the project mounts into a container at a path, or builds into its image; or "".
func ScriptAt(p *Project, u *Container, at string) string {
	for _, v := range u.Spec.Volumes {
		target := path.Clean(v.Target)
		if v.Type != types.VolumeTypeBind || !source.Within(at, target) {
			continue
		}
		if f := FileAt(p.Files, path.Join(path.Clean(v.Source), strings.TrimPrefix(at, target))); f != nil && f.Kind == source.Regular && source.IsText(f.Data) {
			return string(f.Data)
		}
	}
	for _, t := range u.Facts.Texts {
		if t.Place == at {
			return t.Text
		}
	}
	return ""
}

// FileAt returns what lies at a path: what was read there, or the part of a directory above it that was read.
func FileAt(files source.Files, at string) *source.File {
	if f := files[at]; f != nil {
		return f
	}
	for dir := path.Dir(at); dir != "/" && dir != "."; dir = path.Dir(dir) {
		whole := files[dir]
		if whole == nil {
			continue
		}
		if whole.Kind != source.Directory {
			return nil
		}
		part := &source.File{Kind: source.Missing}
		for _, e := range whole.Entries {
			full := path.Join(dir, e.Path)
			if full == at {
				return &e.File
			}
			if source.Within(full, at) {
				part.Kind, part.Size = source.Directory, part.Size+e.Size
				e.Path = strings.TrimPrefix(full, at+"/")
				part.Entries = append(part.Entries, e)
			}
		}
		return part
	}
	return nil
}

// becomes returns what the command of a container, or a script that it runs, says about the user that its program becomes.
func (p *Project) becomes(c *Container) becoming {
	entrypoint, command := c.Spec.Entrypoint, c.Spec.Command
	if entrypoint == nil {
		entrypoint = c.Facts.Entrypoint
		if len(command) == 0 {
			command = c.Facts.Cmd
		}
	}
	words := slices.Concat(entrypoint, command)
	texts := []string{strings.Join(words, " ")}
	for _, at := range Programs(words) {
		texts = append(texts, ScriptAt(p, c, at))
	}
	for _, t := range c.Facts.Texts { // which a shell finds by its name
		if slices.Contains(words, path.Base(t.Place)) {
			texts = append(texts, t.Text)
		}
	}
	found := becomingOf(texts)
	if found.by != "" || slices.ContainsFunc(texts, givesOwner.MatchString) {
		return found
	}
	settings := p.settingsOf(c)
	for _, t := range c.Facts.Texts {
		settings = append(settings, t.Text)
	}
	for _, text := range settings {
		if name := userOfPrograms(text); name != "" {
			found.by = "user=" + name + " of supervisord"
			if owner := c.ImageUser(name); owner != nil && owner.GID > 0 {
				found.group = &owner.GID
			}
			return found
		}
	}
	return found
}

// ToldPrivate returns the files that a program of the container refuses where others may read them, and the program, by what its settings say.
func (c *Container) ToldPrivate() map[string]string { return c.toldPrivate() }

// maxTold is the size of the largest file that is looked through for the names of other files.
const maxTold = 64 << 10

// settingsOf returns the texts that a container is given: its command, variables, mounted files and configs.
func (p *Project) settingsOf(u *Container) []string {
	texts := []string{strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " ")}
	for _, name := range sorted.Keys(u.Spec.Environment) {
		if value := u.Spec.Environment[name]; value != nil {
			texts = append(texts, name+"="+*value)
		}
	}
	for _, v := range u.Spec.Volumes {
		f := p.Files[path.Clean(v.Source)]
		if v.Type != types.VolumeTypeBind || f == nil {
			continue
		}
		for _, e := range append([]source.Entry{{File: *f}}, f.Entries...) {
			if e.Kind == source.Regular && len(e.Data) < maxTold && source.IsText(e.Data) {
				texts = append(texts, string(e.Data))
			}
		}
	}
	for _, ref := range u.Spec.Configs {
		texts = append(texts, p.Compose.Configs[ref.Source].Content)
	}
	return texts
}
