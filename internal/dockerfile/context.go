package dockerfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader/disk"
)

// buildContext is a directory that is sent to the builder, as .dockerignore leaves it.
type buildContext struct {
	dir     string // "" if it is not on this machine
	ignored *patternmatcher.PatternMatcher
}

// maxEntries bounds how many files are looked at to find one that is not ignored.
const maxEntries = 20000

// maxTextSize is the size in bytes of the largest file of a context that is read: settings are small.
const maxTextSize = 128 << 10

// openContext reads the .dockerignore of a context: <Dockerfile>.dockerignore wins over the one in its root.
// Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
func openContext(dir, dockerfile string) buildContext {
	if !filepath.IsAbs(dir) {
		return buildContext{}
	}
	c := buildContext{dir: dir}
	names := []string{filepath.Join(dir, ".dockerignore")}
	if dockerfile != "" {
		if !filepath.IsAbs(dockerfile) {
			dockerfile = filepath.Join(dir, dockerfile)
		}
		names = slices.Insert(names, 0, dockerfile+".dockerignore")
	}
	for _, name := range names {
		text, err := disk.Read(name, 1<<20)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if patterns, bad := ignorefile.ReadAll(bytes.NewReader(text)); err == nil && bad == nil && len(patterns) > 0 {
			c.ignored, _ = patternmatcher.New(patterns) // what docker refuses ignores nothing here
		}
		return c
	}
	return c
}

// without returns the context as a COPY with --exclude sees it.
func (c buildContext) without(patterns []string) buildContext {
	if len(patterns) == 0 {
		return c
	}
	matcher, err := patternmatcher.New(slices.Concat(c.patterns(), patterns))
	if err != nil {
		return c
	}
	c.ignored = matcher
	return c
}

func (c buildContext) patterns() []string {
	var out []string
	if c.ignored == nil {
		return nil
	}
	for _, p := range c.ignored.Patterns() {
		text := p.String()
		if p.Exclusion() {
			text = "!" + text
		}
		out = append(out, text)
	}
	return out
}

// isIgnored reports whether a path of the context is kept out of the build.
func (c buildContext) isIgnored(rel string) bool {
	if c.ignored == nil || rel == "." {
		return false
	}
	ignored, err := c.ignored.MatchesOrParentMatches(filepath.FromSlash(rel))
	return err == nil && ignored
}

// found is what a path of a context holds.
type found struct {
	exists, isDir bool
	content       bool // a directory with something that is not ignored, apart from what only the build reads
	keptOut       bool // a directory with files, none of which reaches the image
	abs           string
}

// at looks at a path of the context, relative and cleaned. A directory that is ignored counts as long as the
// .dockerignore lets something in it through.
func (c buildContext) at(rel string) found {
	if c.dir == "" || !filepath.IsLocal(filepath.FromSlash(rel)) {
		return found{}
	}
	abs := filepath.Join(c.dir, filepath.FromSlash(rel))
	info, err := os.Stat(abs)
	if err != nil {
		return found{}
	}
	if !info.IsDir() {
		if c.isIgnored(rel) {
			return found{}
		}
		return found{exists: true, abs: abs}
	}
	content := c.hasContent(abs, rel)
	if !content && c.isIgnored(rel) {
		return found{}
	}
	return found{exists: true, isDir: true, content: content, keptOut: !content && c.ignored != nil && buildContext{dir: c.dir}.hasContent(abs, rel), abs: abs}
}

// buildFile matches the files in the root of a context that builders and Compose read, and no program of an image.
var buildFile = pattern.New(`(?i)^(.*\.)?(dockerfile|containerfile|dockerignore)(\..*)?$|^(docker-)?compose([._-].*)?\.ya?ml$`)

// hasContent reports whether anything below a directory reaches the builder.
func (c buildContext) hasContent(abs, rel string) bool {
	seen, has := 0, false
	_ = filepath.WalkDir(abs, func(name string, d fs.DirEntry, err error) error {
		if seen++; err != nil || seen > maxEntries {
			return fs.SkipAll
		}
		if name == abs {
			return nil
		}
		below, err := filepath.Rel(abs, name)
		if err != nil {
			return fs.SkipAll
		}
		inside := path.Join(rel, filepath.ToSlash(below))
		if !c.isIgnored(inside) && (path.Dir(inside) != "." || !buildFile.MatchString(inside)) {
			has = true
			return fs.SkipAll
		}
		if d.IsDir() && (c.ignored == nil || !c.ignored.Exclusions()) {
			return fs.SkipDir
		}
		return nil
	})
	return has
}

// glob returns the paths of the context that a source of COPY names, sorted; one without wildcards is returned as it is.
// Source: https://docs.docker.com/reference/dockerfile/#copy (Go's filepath.Match, element by element)
func (c buildContext) glob(source string) []string {
	rel := path.Clean("/" + filepath.ToSlash(source))[1:]
	if rel == "" {
		rel = "."
	}
	if !strings.ContainsAny(rel, `*?[\`) || c.dir == "" {
		return []string{rel}
	}
	matches, err := filepath.Glob(filepath.Join(globEscape(c.dir), filepath.FromSlash(rel)))
	if err != nil {
		return nil
	}
	var out []string
	for _, m := range matches {
		inside, err := filepath.Rel(c.dir, m)
		if err == nil {
			out = append(out, filepath.ToSlash(inside))
		}
	}
	slices.Sort(out)
	return out
}

// globEscape keeps the letters of a directory's name from being read as wildcards.
func globEscape(dir string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
