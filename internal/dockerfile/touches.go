package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
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
	if fills[name] != nil && fills[name].MatchString(target) && installsAnything(args) {
		return true
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

// fills are the directories of an image into which the tools of languages install for all, wherever they work: GEM_HOME of the images of
// Ruby, the packages of an interpreter or of a virtual environment of Python, and global modules of Node.js.
// Source: https://github.com/docker-library/ruby/blob/master/Dockerfile.template
var fills = map[string]*pattern.Pattern{
	"bundle": gems, "gem": gems, "pip": pythonPackages, "pip3": pythonPackages, "uv": pythonPackages, "npm": globalModules,
}

var (
	gems           = pattern.New(`^/usr/local/bundle(/|$)|^/(usr/local/)?(bundle|gems?)$|^/usr/local/lib/ruby/gems(/|$)`).Starting("/")
	pythonPackages = pattern.New(`^/(.*/)?(site|dist)-packages(/|$)|^/(.*/)?\.?v?env(/|$)|^/usr/local/lib/python[\d.]*$`).Starting("/")
	globalModules  = pattern.New(`^/usr/(local/)?lib/node_modules(/|$)`).Starting("/")
)

// installsAnything reports whether the words of such a tool install something.
func installsAnything(args []string) bool {
	return len(args) == 0 || slices.ContainsFunc(args, func(a string) bool { return a == "install" || a == "i" || a == "ci" || a == "sync" || a == "add" })
}
