package input

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/images"
)

// mountedFile is the text of a file of the project at its place in a container.
type mountedFile struct{ place, text string }

// readsSettings returns a function that tells whether a program reads the file at a place as its settings: one that its words name, else one where it
// looks by itself. It is nil where that is not known.
func readsSettings(c *types.ServiceConfig) func(place string) bool {
	known, ok := images.SettingsOf(c.Image)
	if !ok || startsWithScript(c) {
		return nil
	}
	words := slices.Concat(c.Entrypoint, c.Command)
	named := namedSettings(c, known, words)
	isAbsent := len(named) == 0 && known.OfCommand && len(words) > 0
	switch {
	case slices.ContainsFunc(named, func(file string) bool { return strings.ContainsAny(file, "$`") }):
		return nil // a file whose name nobody knows here
	case isAbsent && c.WorkingDir != "", len(named) == 0 && len(c.Entrypoint) > 0:
		return nil // a program may look in its working directory
	}
	told := []string{strings.Join(words, " ")}
	for _, value := range c.Environment {
		if value != nil && strings.Contains(*value, "/") {
			told = append(told, *value)
		}
	}
	said := strings.Join(told, "\n")
	return func(place string) bool {
		if slices.ContainsFunc(named, func(file string) bool { return isAt(place, file) }) || strings.Contains(said, place) {
			return true
		}
		return len(named) == 0 && !isAbsent && slices.ContainsFunc(known.Places, func(at string) bool {
			matches, _ := path.Match(at, place)
			return matches || source.Within(place, at)
		})
	}
}

// startsWithScript reports whether a container is started by a shell or by a script, of which nobody knows what it does with files.
func startsWithScript(c *types.ServiceConfig) bool {
	isScript := func(word string) bool {
		return IsShell(word) || strings.HasSuffix(word, ".sh") || slices.ContainsFunc(c.Configs, func(ref types.ServiceConfigObjConfig) bool { return ref.Target == word })
	}
	words := slices.Concat(c.Entrypoint, c.Command)
	return slices.ContainsFunc(words, isScript) || len(words) > 0 && slices.ContainsFunc(c.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Target == words[0] })
}

// namedSettings returns the files that an option among the words of a container, or a variable, names as those with the settings of its program.
func namedSettings(c *types.ServiceConfig, known *images.Settings, words []string) (named []string) {
	for _, m := range known.Option.FindAllStringSubmatch(strings.Join(words, " "), -1) {
		for _, group := range m[1:] {
			for file := range strings.SplitSeq(group, ",") {
				if file != "" {
					named = append(named, path.Clean(file))
				}
			}
		}
	}
	for _, variable := range known.Variables {
		if value := c.Environment[variable]; value != nil && *value != "" {
			named = append(named, path.Clean(*value))
		}
	}
	return named
}

// isAt reports whether a place is that of a file or in a directory that is named. One that is named relatively may lie anywhere.
func isAt(place, file string) bool {
	if path.IsAbs(file) {
		return source.Within(place, file)
	}
	return strings.HasSuffix(place, "/"+file)
}

// pathWord matches what may be a path, or a pattern of paths, in settings.
var pathWord = pattern.New(`[\w./*+@-]+`)

// readTexts returns the texts of the files of a list that are read, then of those that a file which is read names: by their name, their directory, or a
// pattern.
func readTexts(files []mountedFile, isRead func(place string) bool) string {
	var read []mountedFile
	byName, byDirectory := map[string][]int{}, map[string][]int{}
	for i, f := range files {
		if isRead(f.place) {
			read = append(read, f)
			continue
		}
		dir := path.Dir(f.place)
		byName[path.Base(f.place)] = append(byName[path.Base(f.place)], i)
		byDirectory[dir] = append(byDirectory[dir], i)
		byDirectory[path.Base(dir)] = append(byDirectory[path.Base(dir)], i)
	}
	taken := map[int]bool{}
	take := func(list []int, name string) {
		for _, i := range list {
			if matches, _ := path.Match(name, path.Base(files[i].place)); matches && !taken[i] {
				taken[i] = true
				read = append(read, files[i])
			}
		}
	}
	seen := map[string]bool{}
	for at := 0; at < len(read) && len(taken) < len(files); at++ {
		for _, word := range pathWord.FindAllString(read[at].text, -1) {
			if seen[word] {
				continue
			}
			seen[word] = true
			dir, name := path.Split(word)
			switch {
			case strings.Contains(name, "*"):
				take(byDirectory[path.Clean(dir)], name)
				take(byDirectory[path.Base(dir)], name)
			case name != "":
				take(byName[name], name)
			}
			if path.IsAbs(word) {
				take(byDirectory[path.Clean(word)], "*")
			}
		}
	}
	var texts strings.Builder
	for _, f := range read {
		texts.WriteString(f.text + "\n")
	}
	return texts.String()
}
