package dockerfile

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// anywhereStep writes where nobody knows.
type anywhereStep struct{}

// copyStep is what COPY and ADD have in common.
func (s *stage) copyStep(c instructions.SourcesAndDest, chown string, exclude []string) copyStep {
	context := s.context.without(exclude)
	step := copyStep{
		sources: c.SourcePaths, dest: s.absolute(c.DestPath), context: &context, exclude: exclude,
		isDir: strings.HasSuffix(c.DestPath, "/") || c.DestPath == "." || len(c.SourcePaths)+len(c.SourceContents) > 1,
	}
	step.isDir = step.isDir || step.dest == s.workDir
	for _, inline := range c.SourceContents {
		step.inline = append(step.inline, inline.Path)
	}
	if chown != "" {
		step.owned = true
		step.uid, step.gid = s.who.chown(chown)
		if !strings.Contains(chown, ":") {
			if step.gid = s.who.user(chown).GID; step.uid != nil && strings.Trim(chown, "0123456789") == "" {
				step.gid = step.uid // a number alone is both
			}
		}
	}
	return step
}

// comesFrom settles what COPY --from names: a stage, by name or number, or else an image or another context.
func (s *stage) comesFrom(step *copyStep, from string) {
	if from == "" {
		return
	}
	step.context = nil
	i, ok := s.stage(from, len(s.stages))
	if n, isNumber := number(from); !ok && isNumber && n < len(s.stages) {
		i, ok = n, true
	}
	step.text = strings.Replace(step.text, "COPY ", "COPY --from="+from+" ", 1)
	if !ok || s.following[i] { // a stage that copies from itself or a later one is refused by the builder
		step.opaque = true
		return
	}
	step.stage = s.parsed.run(i)
}

// addCopy adds the step; a copy of /etc/passwd or /etc/group brings the users of the stage it comes from.
func (s *stage) addCopy(step copyStep) {
	if step.dest == "" {
		s.steps = append(s.steps, anywhereStep{})
		return
	}
	s.steps = append(s.steps, step)
	if step.stage == nil {
		return
	}
	for _, from := range step.sources {
		place := step.dest
		if step.isDir {
			place = path.Join(place, path.Base(from))
		}
		switch {
		case place == "/etc/passwd" && path.Clean("/"+from) == "/etc/passwd":
			s.who.adopt(step.stage.who.users, nil)
		case place == "/etc/group" && path.Clean("/"+from) == "/etc/group":
			s.who.adopt(nil, step.stage.who.groups)
		}
	}
}

// copied records where COPY and ADD put files, and the directories that therefore have content.
func (s *stage) copied(sources []string, dest string, fromContext, inline bool) {
	target := s.absolute(dest)
	if target == "" {
		return
	}
	if !slices.Contains(s.facts.CopyTargets, target) {
		s.facts.CopyTargets = append(s.facts.CopyTargets, target)
	}
	isDir := strings.HasSuffix(dest, "/") || target == s.workDir || len(sources) > 1
	if dir := s.contentDir(sources, target, isDir, fromContext, inline); dir != "" && !slices.Contains(s.facts.ContentDirs, dir) {
		s.facts.ContentDirs = append(s.facts.ContentDirs, dir)
	}
}

// contentDir is the directory that has files after a copy; "" if that depends on what another stage or a URL holds.
func (s *stage) contentDir(sources []string, target string, isDir, fromContext, inline bool) string {
	switch {
	case isDir:
		return target
	case inline:
		return path.Dir(target)
	case !fromContext || len(sources) != 1 || !filepath.IsAbs(s.build.Context):
		return ""
	}
	info, err := os.Stat(filepath.Join(s.build.Context, filepath.FromSlash(sources[0])))
	switch {
	case err != nil:
		return ""
	case info.IsDir():
		return target
	default:
		return path.Dir(target)
	}
}
