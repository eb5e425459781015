package dockerfile

import (
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
	if s.isDecidedByBase(c) {
		return
	}
	if run, ok := c.(*instructions.RunCommand); ok {
		s.run(run)
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
		s.applyCopy(c)
	case *instructions.AddCommand:
		s.applyAdd(c)
	}
}

func (s *stage) applyCopy(c *instructions.CopyCommand) {
	s.copied(c.SourcePaths, c.DestPath, c.From == "", len(c.SourceContents) > 0)
	step := s.copyStep(c.SourcesAndDest, c.Chown, c.ExcludePatterns)
	step.text, step.opaque = "COPY "+strings.Join(append(slices.Clone(c.SourcePaths), c.DestPath), " "), c.Parents
	s.comesFrom(&step, c.From)
	s.addCopy(step)
}

func (s *stage) applyAdd(c *instructions.AddCommand) {
	s.copied(c.SourcePaths, c.DestPath, true, len(c.SourceContents) > 0)
	step := s.copyStep(c.SourcesAndDest, c.Chown, c.ExcludePatterns)
	step.text, step.add = "ADD "+strings.Join(append(slices.Clone(c.SourcePaths), c.DestPath), " "), c.Unpack == nil || *c.Unpack
	s.addCopy(step)
}

func (anywhereStep) effect(_ string, p source.ImagePath) source.ImagePath {
	return commandStep{}.mayHaveMade(p)
}

// isDecidedByBase follows an instruction with variables that only the base image may set, and reports whether it is one:
// what it says is not known then.
func (s *stage) isDecidedByBase(c instructions.Command) bool {
	switch c := c.(type) {
	case *instructions.UserCommand:
		if s.isOpen(c.User) {
			s.user(c.User)
			return true
		}
	case *instructions.WorkdirCommand:
		if s.isOpen(c.Path) {
			s.workDir = ""
			return true
		}
	case *instructions.CopyCommand:
		if s.isOpen(c.DestPath) {
			s.steps = append(s.steps, anywhereStep{})
			return true
		}
	case *instructions.AddCommand:
		if s.isOpen(c.DestPath) {
			s.steps = append(s.steps, anywhereStep{})
			return true
		}
	}
	return false
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
	for _, word := range words {
		expanded, err := s.lex.ProcessWords(word, s.vars())
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

// number parses a non-negative decimal number.
func number(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err == nil
}
