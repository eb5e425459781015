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

// SettingsText returns the texts of the files of the project that a service mounts and that its program reads as settings: those that its words name,
// else those where the program looks by itself, and what they name. Of a program of which that is not known it is all of [Project.MountedText].
func (p *Project) SettingsText(s *Service) string { return s.settings() }

func (p *Project) settingsText(s *Service) string {
	known, ok := images.SettingsOf(s.Config.Image)
	if !ok || s.build != nil || len(s.Config.Volumes)+len(s.Config.Configs) == 0 || startsWithScript(s) {
		return s.mounted()
	}
	words := slices.Concat(s.Config.Entrypoint, s.Config.Command)
	named := namedSettings(s, known, words)
	isAbsent := len(named) == 0 && known.OfCommand && len(words) > 0
	switch {
	case slices.ContainsFunc(named, func(file string) bool { return strings.ContainsAny(file, "$`") }):
		return s.mounted() // a file whose name nobody knows here
	case isAbsent && s.Config.WorkingDir != "", len(named) == 0 && len(s.Config.Entrypoint) > 0:
		return s.mounted() // a program may look in its working directory
	}
	said := strings.Join(words, " ")
	for _, value := range s.Config.Environment {
		if value != nil && strings.Contains(*value, "/") {
			said += "\n" + *value
		}
	}
	isRead := func(place string) bool {
		if slices.ContainsFunc(named, func(file string) bool { return isAt(place, file) }) || strings.Contains(said, place) {
			return true
		}
		return len(named) == 0 && !isAbsent && slices.ContainsFunc(known.Places, func(at string) bool {
			matches, _ := path.Match(at, place)
			return matches || source.Within(place, at)
		})
	}
	var texts []string
	for _, f := range readFiles(p.mountedFiles(s), isRead) {
		texts = append(texts, f.text)
	}
	return strings.Join(texts, "\n")
}

// startsWithScript reports whether a service is started by a shell or by a script, of which nobody knows what it does with files.
func startsWithScript(s *Service) bool {
	isScript := func(word string) bool {
		return IsShell(word) || strings.HasSuffix(word, ".sh") || slices.ContainsFunc(s.Config.Configs, func(c types.ServiceConfigObjConfig) bool { return c.Target == word })
	}
	words := slices.Concat(s.Config.Entrypoint, s.Config.Command)
	return slices.ContainsFunc(words, isScript) || len(words) > 0 && slices.ContainsFunc(s.Config.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Target == words[0] })
}

// namedSettings returns the files that an option among the words of a service, or a variable, names as those with the settings of its program.
func namedSettings(s *Service, known *images.Settings, words []string) (named []string) {
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
		if value := s.Config.Environment[variable]; value != nil && *value != "" {
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

// readFiles returns the files of a list that are read, then those that a file which is read names: by their name, their directory, or a pattern.
func readFiles(files []mountedFile, isRead func(place string) bool) []mountedFile {
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
	return read
}
