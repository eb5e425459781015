package dockerfile

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/transship/transship/source"
)

// apply changes the image as one instruction does. ONBUILD is left out on purpose: it concerns other images.
// Source: https://docs.docker.com/reference/dockerfile/
func (s *stage) apply(c instructions.Command) {
	if arg, ok := c.(*instructions.ArgCommand); ok {
		s.declare(arg, s.args, s.vars())
		return
	}
	switch c := c.(type) { // what has variables of the base image is not known
	case *instructions.UserCommand:
		if s.isOpen(c.User) {
			s.user(c.User)
			return
		}
	case *instructions.WorkdirCommand:
		if s.isOpen(c.Path) {
			s.workDir = ""
			return
		}
	case *instructions.CopyCommand:
		if s.isOpen(c.DestPath) {
			s.steps = append(s.steps, anywhereStep{})
			return
		}
	case *instructions.AddCommand:
		if s.isOpen(c.DestPath) {
			s.steps = append(s.steps, anywhereStep{})
			return
		}
	case *instructions.RunCommand:
		s.run(c)
		return
	}
	if e, ok := c.(instructions.SupportsSingleWordExpansion); ok {
		vars := s.vars()
		if err := e.Expand(func(word string) (string, error) { return s.expand(word, vars) }); err != nil {
			return
		}
	}
	switch c := c.(type) {
	case *instructions.EnvCommand:
		for _, kv := range c.Env {
			s.env[kv.Key] = kv.Value
		}
	case *instructions.ExposeCommand:
		s.expose(c.Ports)
	case *instructions.UserCommand:
		s.user(c.User)
	case *instructions.VolumeCommand:
		for _, v := range c.Volumes {
			if dir := s.absolute(v); dir != "" {
				s.facts.Volumes = append(s.facts.Volumes, dir)
			}
		}
	case *instructions.WorkdirCommand:
		if s.workDir = s.absolute(c.Path); s.workDir != "" {
			s.steps = append(s.steps, workdirStep{s.workDir})
		}
	case *instructions.StopSignalCommand:
		s.facts.StopSignal = c.Signal
	case *instructions.ShellCommand:
		s.shell, s.facts.ShellForm = c.Shell, c.Shell
	case *instructions.HealthCheckCommand:
		s.facts.Healthcheck = imageHealthcheck(c)
	case *instructions.EntrypointCommand:
		s.facts.Entrypoint = s.commandLine(c.ShellDependantCmdLine)
		if !s.cmdSet {
			s.facts.Cmd = nil // an ENTRYPOINT drops the CMD of the base image
		}
		s.facts.EntryKnown = true
	case *instructions.CmdCommand:
		s.facts.Cmd, s.cmdSet = s.commandLine(c.ShellDependantCmdLine), true
	case *instructions.CopyCommand:
		s.copied(c.SourcePaths, c.DestPath, c.From == "", len(c.SourceContents) > 0)
		step := s.copyStep(c.SourcesAndDest, c.Chown, c.ExcludePatterns)
		step.text, step.opaque = "COPY "+strings.Join(append(slices.Clone(c.SourcePaths), c.DestPath), " "), c.Parents
		s.comesFrom(&step, c.From)
		s.addCopy(step)
	case *instructions.AddCommand:
		s.copied(c.SourcePaths, c.DestPath, true, len(c.SourceContents) > 0)
		step := s.copyStep(c.SourcesAndDest, c.Chown, c.ExcludePatterns)
		step.text, step.add = "ADD "+strings.Join(append(slices.Clone(c.SourcePaths), c.DestPath), " "), c.Unpack == nil || *c.Unpack
		s.addCopy(step)
	}
}

// anywhereStep writes where nobody knows.
type anywhereStep struct{}

func (anywhereStep) effect(_ string, p source.ImagePath) source.ImagePath {
	return commandStep{}.mayHaveMade(p)
}

// copyStep is what COPY and ADD have in common.
func (s *stage) copyStep(c instructions.SourcesAndDest, chown string, exclude []string) copyStep {
	context := s.context.without(exclude)
	step := copyStep{
		sources: c.SourcePaths, dest: s.absolute(c.DestPath), context: &context,
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
	i, ok := s.parsed.stage(from, len(s.stages))
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

// run follows the commands of a RUN.
func (s *stage) run(c *instructions.RunCommand) {
	if c.PrependShell && s.shell[0] == "/bin/sh" {
		s.facts.Shell, s.facts.ShellKnown = true, true
	}
	var commands []command
	text := strings.Join(c.CmdLine, " ")
	switch {
	case !c.PrependShell && len(c.CmdLine) == 3 && isShell(c.CmdLine[0]) && strings.HasSuffix(c.CmdLine[1], "c"):
		commands = scriptOf(c.CmdLine[2], s.workDir, s.vars())
	case !c.PrependShell && len(c.CmdLine) > 0:
		commands = []command{{words: c.CmdLine, dir: s.workDir}}
	case len(c.Files) > 0 && strings.HasPrefix(strings.TrimSpace(text), "<<"):
		for _, f := range c.Files {
			commands = append(commands, scriptOf(f.Data, s.workDir, s.vars())...)
		}
	default:
		for _, f := range c.Files {
			text += "\n" + f.Data + f.Name
		}
		commands = scriptOf(text, s.workDir, s.vars())
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
			p.Exists, p.Directory, p.UID, p.GID = source.Yes, source.Yes, h.uid, h.gid
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

// commandLine is the exec form of a command: the shell form runs in the image's SHELL.
func (s *stage) commandLine(c instructions.ShellDependantCmdLine) []string {
	if !c.PrependShell {
		return slices.Clone(c.CmdLine)
	}
	return append(slices.Clone(s.shell), strings.Join(c.CmdLine, " "))
}

// expose adds ports as "80/tcp"; a range becomes its members.
func (s *stage) expose(words []string) {
	env := environment(s.vars())
	for _, word := range words {
		expanded, err := s.lex.ProcessWords(word, env)
		if err != nil {
			continue
		}
		for _, w := range expanded {
			s.facts.Ports = append(s.facts.Ports, exposedPorts(w)...)
		}
	}
}

func exposedPorts(word string) []string {
	ports, protocol, _ := strings.Cut(word, "/")
	protocol = strings.ToLower(protocol)
	if protocol == "" {
		protocol = "tcp"
	}
	if i := strings.LastIndexByte(ports, ':'); i >= 0 {
		ports = ports[i+1:] // EXPOSE 8080:80 is accepted, the host part has no meaning
	}
	first, last, isRange := strings.Cut(ports, "-")
	if !isRange {
		last = first
	}
	from, ok1 := number(first)
	to, ok2 := number(last)
	if !ok1 || !ok2 || from < 1 || to > 65535 || from > to {
		return nil
	}
	var out []string
	for p := from; p <= to; p++ {
		out = append(out, strconv.Itoa(p)+"/"+protocol)
	}
	return out
}

func (s *stage) user(name string) {
	if name == "" {
		return
	}
	s.facts.User, s.facts.UID, s.facts.GID, s.facts.Groups, s.userSet = name, nil, nil, nil, true
}

func imageHealthcheck(c *instructions.HealthCheckCommand) *source.ImageHealthcheck {
	h := c.Health
	return &source.ImageHealthcheck{
		Test: h.Test, Interval: int64(h.Interval), Timeout: int64(h.Timeout),
		StartPeriod: int64(h.StartPeriod), StartEvery: int64(h.StartInterval), Retries: h.Retries,
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

// number parses a non-negative decimal number.
func number(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err == nil
}
