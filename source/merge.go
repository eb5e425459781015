package source

import (
	"maps"
	"slices"
	"strings"
)

// MergeFacts adds what low knows to what high does not: the one place that decides between sources about an image. High
// comes first in the order own Dockerfile, transship.lock, built-in table.
func MergeFacts(high, low ImageFacts) ImageFacts {
	out := high
	out.Sources = maps.Clone(high.Sources)
	name := func(fact Fact, source string) {
		if out.Sources == nil {
			out.Sources = map[Fact]string{}
		}
		out.Sources[fact] = source
	}
	switch {
	case high.Source == "":
		out.Source = low.Source
	case low.Source != "":
		out.Source += ", and " + low.Source
		for _, fact := range high.Stated() {
			if _, named := out.Sources[fact]; !named {
				name(fact, high.Source)
			}
		}
	}
	if !high.ConfigKnown {
		out.mergeConfig(low, name)
	}
	out.mergeUsers(high, low, name)
	out.mergeFiles(high, low)
	if !out.Locked {
		out.Locked, out.Digest, out.Platform, out.Platforms = low.Locked, low.Digest, low.Platform, low.Platforms
	}
	return out
}

func (f *ImageFacts) mergeConfig(low ImageFacts, name func(Fact, string)) {
	adds := func(fact Fact, have, more []string) []string {
		all := union(have, more)
		if len(have) == 0 && len(all) > 0 {
			name(fact, low.Source)
		}
		return all
	}
	f.Ports = adds(FactPorts, f.Ports, low.Ports)
	f.Volumes = adds(FactVolumes, f.Volumes, low.Volumes)
	f.PortsKnown = f.PortsKnown || low.PortsKnown
	f.ConfigKnown = low.ConfigKnown
	if f.WorkingDir == "" {
		f.WorkingDir = low.WorkingDir
	}
	if !f.EntryKnown && (low.EntryKnown || len(low.Cmd) > 0) {
		f.Entrypoint, f.EntryKnown = low.Entrypoint, low.EntryKnown
		if len(f.Cmd) == 0 {
			f.Cmd = low.Cmd
			name(FactCommand, low.Source)
		}
	}
	if f.Healthcheck == nil && low.Healthcheck != nil {
		f.Healthcheck = low.Healthcheck
		name(FactHealthcheck, low.Source)
	}
	if len(low.Env) > 0 {
		env := maps.Clone(low.Env)
		maps.Copy(env, f.Env)
		f.Env = env
	}
	f.SecretEnv = union(f.SecretEnv, low.SecretEnv)
	if f.StopSignal == "" {
		f.StopSignal = low.StopSignal
	}
	if f.ShellForm == nil {
		f.ShellForm = low.ShellForm
	}
}

func (f *ImageFacts) mergeUsers(high, low ImageFacts, name func(Fact, string)) {
	f.Users, f.GroupIDs = maps.Clone(low.Users), maps.Clone(low.GroupIDs)
	for n, u := range high.Users {
		if f.Users == nil {
			f.Users = map[string]ImageUser{}
		}
		if known, ok := f.Users[n]; !ok || u.UID != nil {
			f.Users[n] = u
		} else {
			f.Users[n] = known
		}
	}
	for n, id := range high.GroupIDs {
		if f.GroupIDs == nil {
			f.GroupIDs = map[string]int64{}
		}
		f.GroupIDs[n] = id
	}
	if f.Distribution == "" {
		f.Distribution = low.Distribution
	}
	switch {
	case f.UID != nil:
	case high.User == "" && !high.ConfigKnown:
		f.User, f.UID, f.GID, f.Groups = low.User, low.UID, low.GID, low.Groups
		if f.User != "" || f.UID != nil {
			name(FactUser, low.Source)
		}
	case high.User == low.User && low.UID != nil:
		f.UID, f.GID, f.Groups = low.UID, low.GID, low.Groups
	default:
		user, group, _ := strings.Cut(f.User, ":")
		if found, ok := f.Users[user]; ok && found.UID != nil {
			f.UID, f.Groups = found.UID, found.Groups
			if f.GID == nil && group == "" {
				f.GID = found.GID
			}
		}
		if id, ok := f.GroupIDs[group]; ok && f.GID == nil {
			f.GID = &id
		}
	}
}

func (f *ImageFacts) mergeFiles(high, low ImageFacts) {
	if !high.ShellKnown {
		f.Shell, f.ShellKnown = high.Shell || low.Shell, high.Shell || low.ShellKnown
	}
	f.DataDirs = union(high.DataDirs, low.DataDirs)
	f.CopyTargets = append(slices.Clone(high.CopyTargets), low.CopyTargets...)
	f.Paths = maps.Clone(low.Paths)
	for p, known := range high.Paths {
		if f.Paths == nil {
			f.Paths = map[string]ImagePath{}
		}
		f.Paths[p] = mergePath(known, f.Paths[p])
	}
	dirs := slices.DeleteFunc(slices.Clone(low.ContentDirs), func(dir string) bool {
		known, ok := high.Paths[dir]
		return ok && known.Content == No
	})
	f.ContentDirs = union(high.ContentDirs, dirs)
}

// mergePath takes from low what high does not know. What a step may well have done counts less than what was seen.
func mergePath(high, low ImagePath) ImagePath {
	pick := func(a, b Answer) Answer {
		if a == Unknown || a == Likely && b != Unknown {
			return b
		}
		return a
	}
	out := high
	out.Exists, out.Directory = pick(high.Exists, low.Exists), pick(high.Directory, low.Directory)
	out.Content = pick(high.Content, low.Content)
	if out.UID == nil && !out.Given {
		out.UID, out.GID, out.Given = low.UID, low.GID, low.Given
	}
	if out.Mode == "" {
		out.Mode = low.Mode
	}
	return out
}

// union returns the values of both lists, sorted, each once.
func union(a, b []string) []string {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
