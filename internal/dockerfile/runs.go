package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/transship/transship/source"
)

// run follows the commands of a RUN.
func (s *stage) run(c *instructions.RunCommand) {
	if c.PrependShell && slices.Contains([]string{"/bin/sh", "/bin/bash", "/bin/ash"}, s.shell[0]) { // bash and ash come with the name sh
		s.facts.Shell, s.facts.ShellKnown = true, true
	}
	var commands []command
	text := strings.Join(c.CmdLine, " ")
	switch {
	case !c.PrependShell && len(c.CmdLine) == 3 && isShell(c.CmdLine[0]) && strings.HasSuffix(c.CmdLine[1], "c"):
		commands = scriptOf(c.CmdLine[2], s.workDir, s.vars().Get)
	case !c.PrependShell && len(c.CmdLine) > 0:
		commands = []command{{words: c.CmdLine, dir: s.workDir}}
	case len(c.Files) > 0 && strings.HasPrefix(strings.TrimSpace(text), "<<"):
		for _, f := range c.Files {
			commands = append(commands, scriptOf(f.Data, s.workDir, s.vars().Get)...)
		}
	default:
		lines := []string{text}
		for _, f := range c.Files {
			lines = append(lines, f.Data+f.Name)
		}
		commands = scriptOf(strings.Join(lines, "\n"), s.workDir, s.vars().Get)
	}
	for _, found := range commands {
		found.text = "RUN " + shortened(strings.Join(found.words, " "))
		s.who.learn(found)
		step := commandStep{command: found}
		if u := s.runner(); u.UID != nil {
			step.uid, step.gid = u.UID, u.GID
		}
		home, owner := s.who.apply(found)
		step.who = s.who.clone()
		s.steps = append(s.steps, step)
		if home != "" && path.IsAbs(home) {
			u := s.who.user(owner)
			s.steps = append(s.steps, homeStep{path.Clean(home), u.UID, u.GID, found.text})
		}
	}
}

// runner is who runs the commands of RUN: USER, or the user of the base image, who is root where only the distribution
// has made it.
func (s *stage) runner() source.ImageUser {
	name, _, _ := strings.Cut(s.facts.User, ":")
	switch {
	case s.userSet || name != "":
		return s.who.user(name)
	case s.facts.UID != nil:
		return source.ImageUser{UID: s.facts.UID, GID: s.facts.GID}
	case s.who.regular:
		return source.ImageUser{UID: new(int64(0)), GID: new(int64(0))}
	}
	return source.ImageUser{}
}

// homeStep makes the home directory of a new user.
type homeStep struct {
	dir      string
	uid, gid *int64
	text     string
}

func (h homeStep) effect(target string, p source.ImagePath) source.ImagePath {
	switch {
	case h.dir == target:
		if p.Exists != source.Yes {
			p = mayHave(p, h.text) // of what is in /etc/skel
			p.Exists, p.Directory, p.UID, p.GID, p.Given = source.Yes, source.Yes, h.uid, h.gid, h.uid == nil
		}
	case isBelow(h.dir, target):
		return has(p, h.text)
	}
	return p
}

// shortened is a command for a finding, on one line.
func shortened(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, unknownWord, "…")), " ")
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
