package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/source"
)

// runsAnything are programs among those of [namesPackages] that run what others wrote, or what their words are.
var runsAnything = map[string]bool{"python": true, "python3": true, "node": true, "npx": true, "rails": true, "env": true, "xargs": true, "dpkg": true}

// isOnlyMade reports whether a directory is made by steps of the Dockerfile and no step puts anything into it: what copies is followed, and every
// command is one whose effects are known. What the base image has there is left open.
func (s *stage) isOnlyMade(p source.ImagePath) bool {
	if p.Exists != source.Yes || p.Directory == source.No || p.Content != source.Unknown {
		return false
	}
	return !slices.ContainsFunc(s.steps, func(x step) bool {
		switch x := x.(type) {
		case anywhereStep:
			return true
		case commandStep:
			name := baseName(x.words[0])
			return x.words[0] == unknownWord || runsAnything[name] || !harmless[name] && !namesPackages[name]
		}
		return false
	})
}

// systemPlaces are the directories in which images of systems and languages have files themselves.
var systemPlaces = []string{"/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib32", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var"}

// ownPlaces are directories below those in which such images have none.
var ownPlaces = []string{"/home", "/opt", "/srv", "/var/www", "/var/opt", "/media", "/mnt"}

// isPlaceOfSystem reports whether an image of a system or a language may have files in a directory.
func isPlaceOfSystem(dir string) bool {
	within := func(places []string, strictly bool) bool {
		return slices.ContainsFunc(places, func(place string) bool { return dir == place && !strictly || strings.HasPrefix(dir, place+"/") })
	}
	if within(ownPlaces, true) {
		return path.Dir(dir) == "/home" // a user of the image
	}
	return dir == "/" || within(systemPlaces, false)
}

// madeDirs returns the directories that the commands of a stage make, in their order.
func (s *stage) madeDirs() []string {
	var dirs []string
	for _, step := range s.steps {
		c, isCommand := step.(commandStep)
		if !isCommand || baseName(c.words[0]) != "mkdir" {
			continue
		}
		for i, word := range c.words[1:] {
			if isMode := c.words[i] == "-m" || c.words[i] == "--mode"; strings.HasPrefix(word, "-") || isMode {
				continue
			}
			if dir := join(c.dir, word); dir != "" && !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}
