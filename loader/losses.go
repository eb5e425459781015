package loader

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// losses finds what loading drops, replaces or decides without a word.
func (r *run) losses(p *types.Project) diag.List {
	l := &losses{run: r, seen: map[*yaml.Node]bool{}, shell: map[shellVariable][]diag.Path{}}
	l.unset()
	l.machinePathValues(p)
	l.disabled(p)
	l.empty(p)
	l.overrideFile()
	l.ignoredFiles()
	l.version()
	for _, name := range p.ServiceNames() {
		at := diag.At("services", name)
		l.container(at, p.Services[name].EnvFiles)
		for i := range p.Services[name].PreStart {
			l.container(at.Key("pre_start").Index(i), p.Services[name].PreStart[i].EnvFiles)
		}
	}
	for _, name := range sortedKeys(p.Jobs) {
		l.container(diag.At("jobs", name), p.Jobs[name].EnvFiles)
	}
	l.shellVariables()
	l.timezones(p)
	return l.found
}

type losses struct {
	*run
	found diag.List
	seen  map[*yaml.Node]bool // lists of mounts that were checked: several services may inherit one
	shell map[shellVariable][]diag.Path
}

func (l *losses) add(severity diag.Severity, code string, at diag.Path, where diag.Range, help, format string, args ...any) {
	l.found.Add(diag.Finding{
		Severity: severity, Code: code, Path: at, Range: where, Message: fmt.Sprintf(format, args...), Help: help,
	})
}

// unset reports each variable that interpolation replaced by nothing, once, with the places that use it.
func (l *losses) unset() {
	if len(l.vars.names) == 0 {
		return
	}
	type use struct {
		path  diag.Path
		where diag.Range
	}
	uses := map[string][]use{}
	l.scan(func(d *document, p diag.Path, n *yaml.Node) {
		if !strings.Contains(n.Value, "$") {
			return
		}
		var here unsetVariables
		_, _ = here.substitute(n.Value, d.bundle.env.Resolve)
		for _, name := range here.names {
			uses[name] = append(uses[name], use{p, d.nodeRange(n)})
		}
	})
	for _, name := range sortedKeys(uses) {
		var places []string
		for _, u := range uses[name] {
			places = append(places, u.path.String())
		}
		first := uses[name][0]
		l.add(diag.Warning, "unset-variable", first.path, first.where,
			fmt.Sprintf("set %s in the environment or in .env, or give it a default: ${%s:-value}", name, name),
			"the variable %s is not set and becomes an empty string in %s", name, enumerate(places, 4))
	}
}

// enumerate joins words, the first few of them.
func enumerate(words []string, most int) string {
	if len(words) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
	}
	return strings.Join(words, ", ")
}

// disabled names the services and jobs that no active profile enables.
func (l *losses) disabled(p *types.Project) {
	if len(l.options.Services) > 0 {
		return // the user chose
	}
	var names, profiles []string
	note := func(name string, own []string) {
		names = append(names, name)
		profiles = append(profiles, own...)
	}
	for _, name := range p.DisabledServiceNames() {
		note(name, p.DisabledServices[name].Profiles)
	}
	for _, name := range sortedKeys(p.DisabledJobs) {
		note(name, p.DisabledJobs[name].Profiles)
	}
	if len(names) == 0 {
		return
	}
	at := diag.At("services", names[0], "profiles")
	if len(p.DisabledServices) == 0 {
		at[0] = "jobs"
	}
	slices.Sort(profiles)
	l.add(diag.Info, "profile", at, l.locator.Locate(at),
		"enable them with --profile, all of them with --profile '*'",
		"left out, because no active profile enables them: %s (profiles %s)",
		strings.Join(names, ", "), strings.Join(slices.Compact(profiles), ", "))
}

// empty reports a project that has nothing to run. docker compose up refuses it ("no service selected").
func (l *losses) empty(p *types.Project) {
	if len(p.Services)+len(p.Jobs) > 0 || len(l.options.Services) > 0 {
		return
	}
	at := diag.At("services")
	where := l.locator.Locate(at)
	if !where.IsKnown() {
		where = diag.Range{File: l.displayName(l.files[0]), Line: 1, Column: 1}
	}
	if len(p.DisabledServices)+len(p.DisabledJobs) > 0 {
		l.add(diag.Warning, "no-services", at, where, "enable some with --profile, all of them with --profile '*'",
			"nothing is converted: every service belongs to a profile, and none of these is active")
		return
	}
	l.add(diag.Error, "no-services", at, where, "write at least one service: services: {web: {image: nginx}}; --allow=no-services makes it a warning",
		"the project has no services, so there is nothing to convert")
}

// ignoredFiles tells of compose files that nobody named and that are not read.
func (l *losses) ignoredFiles() {
	for _, f := range l.passedOver {
		l.add(diag.Info, "file-ignored", nil, diag.Range{File: l.displayName(f.file), Line: 1, Column: 1},
			"remove one of the two, or name the one that is meant with -f",
			"%s is not read: %s stands beside it and comes first, as with docker compose", l.displayName(f.file), filepath.Base(f.used))
	}
}

// overrideFile tells that a file took part that nobody named: it usually holds what is meant for development.
func (l *losses) overrideFile() {
	if l.override == "" {
		return
	}
	name := l.displayName(l.override)
	if l.options.NoOverride {
		l.add(diag.Info, "override-not-in-base", nil, diag.Range{File: name, Line: 1, Column: 1},
			"make it an overlay: --overlay dev="+name,
			"%s is left out: the base has what is common to all overlays", name)
		return
	}
	l.add(diag.Info, "override-file", nil, diag.Range{File: name, Line: 1, Column: 1},
		"name the files to leave it out: -f "+l.displayName(l.files[0]),
		"%s is applied on top of %s, as docker compose does", name, filepath.Base(l.files[0]))
}

func (l *losses) version() {
	for _, b := range l.main.all() {
		for _, d := range b.docs {
			for _, root := range d.roots {
				if key, _ := entry(root, "version"); key != nil {
					l.add(diag.Info, "version", diag.At("version"), d.nodeRange(key), "remove the line",
						"version has no meaning any more and is ignored")
				}
			}
		}
	}
}

// container looks at what only the text of a service shows, in every place that contributes to it.
func (l *losses) container(at diag.Path, envFiles []types.EnvFile) {
	l.environment(at.Key("environment"), envFiles)
	for _, y := range l.locator.contributions(at.Key("volumes")) {
		if list := deref(y.value); list != nil && !l.seen[list] {
			l.seen[list] = true
			l.volumes(y.doc, at.Key("volumes"), list)
		}
	}
}

// volumes checks the mounts of one service in one file: two of them on one target, of which the loader keeps the last,
// and the short forms, whose unknown options it drops.
func (l *losses) volumes(d *document, at diag.Path, list *yaml.Node) {
	if list.Kind != yaml.SequenceNode {
		return
	}
	targets := map[string]string{}
	for i, item := range list.Content {
		here := at.Index(i)
		for _, target := range l.locator.identities("volumes", layer{doc: d, value: item}) {
			if before, twice := targets[target]; twice {
				l.add(diag.Warning, "duplicate-mount", here, d.nodeRange(item), "remove one of the two mounts",
					"%s is mounted twice: %s is ignored", target, before)
			}
			targets[target] = here.String()
		}
		if text, ok := l.locator.text(d, item); ok {
			l.shortVolume(here, d.nodeRange(item), text)
		}
	}
}

// driveLetter is a short form whose source is one letter; compose-go takes it for a Windows drive and mounts the
// directory n:/data instead of the volume n.
var driveLetter = regexp.MustCompile(`^([A-Za-z]):(/[^:]*)(?::([^/\\][^:]*))?$`)

func (l *losses) shortVolume(at diag.Path, where diag.Range, text string) {
	if m := driveLetter.FindStringSubmatch(text); m != nil {
		l.add(diag.Error, "drive-letter", at, where,
			fmt.Sprintf("give the volume a name of two letters or more, or use the long form: {type: volume, source: %s, target: %s}", m[1], m[2]),
			"%q is read as a directory on the Windows drive %s:, not as the volume %s", text, m[1], m[1])
		return
	}
	parsed, err := format.ParseVolume(text)
	if err != nil || parsed.Source == "" {
		return
	}
	_, options, ok := strings.Cut(strings.TrimPrefix(text, parsed.Source+":"), ":")
	if !ok {
		return
	}
	for option := range strings.SplitSeq(options, ",") {
		switch {
		case slices.Contains(knownVolumeOptions, option):
		case option == "cached" || option == "delegated" || option == "consistent":
			l.add(diag.Info, "volume-option", at, where, "remove the option",
				"the option %s of %q concerns Docker Desktop for Mac and has no meaning here", option, text)
		default:
			l.add(diag.Warning, "volume-option", at, where, "remove the option, or use the long form of the volume",
				"the option %q of %q is not known and is ignored", option, text)
		}
	}
}

// knownVolumeOptions are those that compose-go keeps. Source: format.ParseVolume of compose-go.
var knownVolumeOptions = append([]string{"ro", "rw", "nocopy", types.SELinuxShared, types.SELinuxPrivate}, format.Propagations...)
