// Package dockerfile finds out what a Dockerfile states about the image it builds, without building it.
package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/transship/transship/source"
)

// Input is what a Dockerfile is read for.
type Input struct {
	Build     *types.BuildConfig // target, arguments and context of the build
	Paths     []string           // where the project mounts something, absolute and cleaned
	Hosts     *Hosts             // that are looked for in the sources; nil is none
	Databases Databases          // what the sources of other images keep in files; nil remembers nothing
	Check     []string           // test of the healthcheck in the Compose file; none is that of the Dockerfile
	// Base returns what is known about the image that a stage starts from; nil knows none.
	Base func(reference string) (source.ImageFacts, bool)
}

// Facts follows the stages of a Dockerfile to the one that is built, with the target and the arguments of the build. It
// says only what the Dockerfile itself decides, on top of its base image where that is known. ImageFacts.Source names
// where the base is known from; the Dockerfile itself is left to the caller.
func Facts(text []byte, in Input) (source.ImageFacts, error) {
	tree, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return source.ImageFacts{}, err
	}
	stages, global, err := instructions.Parse(tree.AST, nil)
	if err != nil {
		return source.ImageFacts{}, err
	}
	if len(stages) == 0 {
		return source.ImageFacts{}, errors.New("it has no FROM")
	}
	d := &parsed{ran: map[int]*stage{}, following: map[int]bool{}, context: openContext(in.Build.Context, in.Build.Dockerfile), stages: stages, input: in, build: in.Build, lex: shell.NewLex(tree.EscapeToken), global: map[string]string{}}
	for i := range global {
		d.declare(&global[i], d.global, variables{d.global})
	}
	i, err := d.target(in.Build.Target)
	if err != nil {
		return source.ImageFacts{}, err
	}
	facts := d.run(i).result()
	copied := d.context.copiedSources(stages)
	facts.Pages = d.context.withArguments(addressesOfBuild(stages, i, in.Build.Dockerfile), d.context.pages(copied), stages)
	facts.HostChecks = d.context.hostChecks(copied)
	facts.RegistryClient, facts.FileDatabase = d.context.registryUser(copied), in.Databases.in(d.context, copied)
	facts.KeptOut = d.context.keptOut()
	facts.CookieKeys = d.context.cookieKeys(copied, in.Build.Dockerfile)
	facts.Uploads = d.context.uploads(copied)
	facts.EnvWriter = d.context.envWriter(copied, in.Paths)
	facts.NamedHosts = in.Hosts.in(d.context, copied)
	check := in.Check
	if len(check) == 0 && facts.Healthcheck != nil {
		check = facts.Healthcheck.Test
	}
	facts.ListensOnHostname = listensOnHostname(stages, i, facts)
	facts.MissingPage = d.context.missingPage(copied, check)
	return facts, nil
}

// result returns the facts about the image of a stage.
func (s *stage) result() source.ImageFacts {
	f := s.facts
	f.Env, f.WorkingDir = s.env, s.workDir
	slices.Sort(f.Ports)
	f.Ports = slices.Compact(f.Ports)
	slices.Sort(f.Volumes)
	f.Volumes = slices.Compact(f.Volumes)
	f.Distribution, f.Users, f.GroupIDs = s.who.family, s.who.users, s.who.groups
	if s.userSet {
		name, group, hasGroup := strings.Cut(f.User, ":")
		u := s.who.user(name)
		f.UID, f.GID, f.Groups = u.UID, u.GID, u.Groups
		if hasGroup {
			f.GID, f.Groups = s.who.group(group), nil
		}
	}
	f.Texts, f.MadeDirs = s.texts(), s.madeDirs()
	f.Paths = nil
	for _, p := range s.input.Paths {
		if f.Paths == nil {
			f.Paths = map[string]source.ImagePath{}
		}
		at := s.at(p)
		at.OnlyMade = s.isOnlyMade(at) && !isPlaceOfSystem(p)
		f.Paths[p] = at
		if f.Paths[p].Content == source.Yes && !slices.Contains(f.ContentDirs, p) {
			f.ContentDirs = append(f.ContentDirs, p)
		}
	}
	if shell := s.at("/bin/sh"); !f.ShellKnown && f.BaseImage == "scratch" && shell.Exists != source.Unknown && shell.Exists != source.Likely {
		f.Shell, f.ShellKnown = f.Shell || shell.Exists == source.Yes, true
	}
	f.ShellKnown = f.ShellKnown || f.Shell
	return f
}

// parsed is a Dockerfile with the arguments of one build.
type parsed struct {
	stages []instructions.Stage
	input  Input
	build  *types.BuildConfig
	lex    *shell.Lex
	global map[string]string // ARG before the first FROM
	// context is the build context; ran are the stages that were followed, by number.
	context buildContext
	ran     map[int]*stage
	// following are the stages that are being followed: one that needs itself is refused by the builder.
	following map[int]bool
}

// target finds the stage to build: the last one unless build.target names another, by name or number.
func (d *parsed) target(name string) (int, error) {
	if name == "" {
		return len(d.stages) - 1, nil
	}
	if i, ok := d.stage(name, len(d.stages)); ok {
		return i, nil
	}
	if i, ok := number(name); ok && i < len(d.stages) {
		return i, nil
	}
	return 0, fmt.Errorf("it has no stage %q", name)
}

// stage finds a stage by name among the first n.
func (d *parsed) stage(name string, n int) (int, bool) {
	for i := n - 1; i >= 0; i-- {
		if d.stages[i].Name != "" && strings.EqualFold(d.stages[i].Name, name) {
			return i, true
		}
	}
	return 0, false
}

// run evaluates a stage on top of what it is built from.
func (d *parsed) run(i int) *stage {
	if s := d.ran[i]; s != nil {
		return s
	}
	d.following[i] = true
	defer delete(d.following, i)
	s := &stage{parsed: d, env: map[string]string{}, args: map[string]string{}, shell: []string{"/bin/sh", "-c"}}
	base, err := d.expand(d.stages[i].BaseName, variables{d.global})
	if parent, ok := d.stage(base, i); ok {
		s = d.run(parent).clone()
	} else if err == nil {
		s.startFrom(base)
	}
	for _, c := range d.stages[i].Commands {
		s.apply(c)
	}
	d.ran[i] = s
	return s
}

// clone returns the state from which another stage starts.
func (s *stage) clone() *stage {
	out := *s
	out.env, out.args, out.cmdSet = maps.Clone(s.env), map[string]string{}, false
	out.known = nil
	out.shell, out.steps, out.who = slices.Clone(s.shell), slices.Clone(s.steps), s.who.clone()
	for _, list := range []*[]string{&out.facts.Ports, &out.facts.Volumes, &out.facts.ContentDirs, &out.facts.CopyTargets} {
		*list = slices.Clone(*list)
	}
	return &out
}

// startFrom begins a stage with an image.
func (s *stage) startFrom(base string) {
	s.facts.BaseImage = base
	if base == "scratch" {
		s.facts.EntryKnown, s.facts.PortsKnown, s.facts.ConfigKnown, s.workDir = true, true, true, "/"
		s.facts.UID, s.facts.GID = new(int64(0)), new(int64(0))
		return
	}
	var facts source.ImageFacts
	known := false
	if s.input.Base != nil {
		facts, known = s.input.Base(base)
	}
	s.who.startFrom(base, facts)
	if !known {
		return
	}
	s.base = facts
	facts.Ports, facts.Volumes, facts.ContentDirs = slices.Clone(facts.Ports), slices.Clone(facts.Volumes), slices.Clone(facts.ContentDirs)
	facts.BaseImage, facts.Locked, facts.Digest, facts.Platforms = base, false, "", nil
	s.facts = facts
	maps.Copy(s.env, facts.Env)
	if s.workDir = facts.WorkingDir; s.workDir == "" {
		s.workDir = "/"
	}
	if len(facts.ShellForm) > 0 {
		s.shell = facts.ShellForm
	}
}

// expand replaces the variables in one word.
func (d *parsed) expand(word string, vars variables) (string, error) {
	out, _, err := d.lex.ProcessWord(word, vars)
	return out, err
}

// isOpen reports whether a word has variables whose values the base image may set: what is empty here may not be there.
func (s *stage) isOpen(word string) bool {
	if s.facts.ConfigKnown {
		return false
	}
	_, unmatched, err := s.lex.ProcessWord(word, s.vars())
	return err != nil || len(unmatched) > 0
}

// declare evaluates an ARG: build.args win over the default, and an ARG without a default takes the one of the same
// name before the first FROM.
func (d *parsed) declare(c *instructions.ArgCommand, into map[string]string, vars variables) {
	for _, a := range c.Args {
		if given, ok := d.build.Args[a.Key]; ok && given != nil {
			into[a.Key] = *given
			continue
		}
		if a.Value == nil {
			if v, ok := d.global[a.Key]; ok {
				into[a.Key] = v
			}
			continue
		}
		if v, err := d.expand(*a.Value, vars); err == nil {
			into[a.Key] = v
		}
	}
}

// stage is the state of an image while the instructions of a Dockerfile are applied to it.
type stage struct {
	*parsed
	facts   source.ImageFacts
	env     map[string]string
	args    map[string]string
	shell   []string
	workDir string // "" as long as it is the base image's own
	cmdSet  bool   // CMD was given in this stage
	userSet bool   // USER was given

	base  source.ImageFacts // of the image that the first stage starts from, zero if not known
	steps []step            // what changes files, in order
	who   accounts
	known map[string]source.ImagePath // by seen
}

// vars are the variables in scope: ENV wins over ARG.
func (s *stage) vars() variables { return variables{s.env, s.args} }

// absolute resolves a path against WORKDIR; "" if that is not known, because the base image decides it.
func (s *stage) absolute(name string) string {
	switch {
	case name == "":
		return ""
	case path.IsAbs(name):
		return path.Clean(name)
	case s.workDir == "":
		return ""
	default:
		return path.Join(s.workDir, name)
	}
}
