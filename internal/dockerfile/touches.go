package dockerfile

import (
	"path"
	"strings"
)

// touches reports whether a word of a command speaks for it that the command writes at a path: the path itself or what is
// below it; the directory that the command works in, for commands that write there; the name of a package that is
// installed.
func (c commandStep) touches(name string, args []string, target string) bool {
	if packageManagers[name] != "" {
		return installs(args, target)
	}
	if harmless[name] {
		return false
	}
	for _, word := range args {
		if word == unknownWord {
			continue
		}
		if _, value, ok := strings.Cut(word, "="); ok && strings.HasPrefix(word, "-") {
			word = value
		}
		if strings.HasPrefix(word, "-") && len(word) > 3 && word[2] == '/' { // -C/dir, -d/dir
			word = word[2:]
		}
		place := join("/\x00", word)
		if path.IsAbs(word) && (place == target || isBelow(place, target)) || c.words[0] == unknownWord && strings.Contains(word, target) {
			return true
		}
	}
	return c.dir != "" && c.dir != "/" && (c.dir == target || isBelow(target, c.dir)) && writesIn(name, args, c.dir, target)
}
