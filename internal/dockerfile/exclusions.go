package dockerfile

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/moby/patternmatcher"

	"github.com/transship/transship/internal/pattern"
)

// unmissed matches files that nobody misses in an image: what people read, and tests.
var unmissed = pattern.New(`(?i)\.(md|rst|adoc)$|^(licen[cs]e|changelog|readme|makefile)|[._-](test|spec)s?\.\w+$|^test_|^\.(git|docker)\w*$`)

// leavesOut reports whether the patterns of --exclude keep single files of a directory of the context out of a copy, so that the copy is not
// what the directory is. A directory that is kept out as a whole, such as node_modules, is made by the build, as one that .dockerignore names.
// A pattern without a slash counts for files of all levels here: what builders make of it differs.
// Source: https://docs.docker.com/reference/dockerfile/#copy---exclude
func (c buildContext) leavesOut(rel string, patterns []string) bool {
	if len(patterns) == 0 || c.dir == "" {
		return false
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return true
	}
	matches := func(name string) bool {
		whole, err := matcher.MatchesOrParentMatches(filepath.FromSlash(name))
		base, also := matcher.MatchesOrParentMatches(path.Base(name))
		return err != nil || also != nil || whole || base
	}
	seen, found := 0, false
	root := filepath.Join(c.dir, filepath.FromSlash(rel))
	_ = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if seen++; err != nil || seen > maxEntries {
			return fs.SkipAll
		}
		below, err := filepath.Rel(c.dir, name)
		if err != nil || name == root {
			return err
		}
		switch inside := filepath.ToSlash(below); {
		case !matches(inside):
		case d.IsDir():
			return fs.SkipDir
		case !unmissed.MatchString(d.Name()):
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// relative returns the path of the context that a file on this machine has.
func (c buildContext) relative(abs string) string {
	rel, err := filepath.Rel(c.dir, abs)
	if err != nil {
		return "."
	}
	return filepath.ToSlash(rel)
}

// settingsKept matches files with what a program needs beside its code, and notNeeded what it does not: samples, and what only tools read.
var (
	settingsKept = pattern.New(`(?i)^\.env(\.[\w.-]+)?$|\.(pem|key|crt|p12|toml|ini|cfg|conf|properties|json|ya?ml|db|sqlite3?)$|^local_settings\.py$`)
	notNeeded    = pattern.New(`(?i)(^|[._-])(example|sample|template|dist|test|tests|lock)([._-]|$)|^(docker-)?compose|^\.(?:[^e]|e[^n])|^(tsconfig|jsconfig|package|renovate|codecov|mkdocs|biome|nx|lerna|turbo|cypress|vercel|netlify|fly|firebase|sonar|pyproject|pytest|tox|setup|mypy|ruff)\b`)
)

// keptOut returns the files at the top of the context that its .dockerignore keeps out and that a program may need, sorted.
func (c buildContext) keptOut() []string {
	if c.ignored == nil {
		return nil
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && settingsKept.MatchString(e.Name()) && !notNeeded.MatchString(e.Name()) && c.isIgnored(e.Name()) && len(names) < maxPages {
			names = append(names, e.Name())
		}
	}
	return names
}
