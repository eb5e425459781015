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
	l := &losses{run: r}
	l.unset()
	l.disabled(p)
	l.overrideFile()
	for _, b := range r.main.all() {
		for _, d := range b.docs {
			l.document(d)
		}
		for _, path := range sortedKeys(b.extended) {
			l.document(b.extended[path])
		}
	}
	for _, name := range p.ServiceNames() {
		l.environment(diag.At("services", name, "environment"), p.Services[name].EnvFiles)
	}
	for _, name := range sortedKeys(p.Jobs) {
		l.environment(diag.At("jobs", name, "environment"), p.Jobs[name].EnvFiles)
	}
	return l.found
}

type losses struct {
	*run
	found diag.List
}

func (l *losses) add(severity diag.Severity, code string, at diag.Path, where diag.Range, help, format string, args ...any) {
	l.found.Add(diag.Finding{
		Severity: severity, Code: code, Path: at, Range: where, Message: fmt.Sprintf(format, args...), Help: help,
	})
}

// unset reports each variable that interpolation replaced by nothing, once, with the places that use it.
func (l *losses) unset() {
	for _, name := range l.vars.names {
		use := regexp.MustCompile(`\$(?:` + name + `\b|\{` + name + `\}|\{.*\$\{?` + name + `\b)`)
		var first diag.Finding
		var places []string
		l.scan(func(d *document, p diag.Path, n *yaml.Node) {
			if !use.MatchString(strings.ReplaceAll(n.Value, "$$", "")) {
				return
			}
			if len(places) == 0 {
				first = diag.Finding{Path: p, Range: d.nodeRange(n)}
			}
			places = append(places, p.String())
		})
		where := ""
		if len(places) > 0 {
			where = " in " + enumerate(places, 4)
		}
		l.add(diag.Warning, "unset-variable", first.Path, first.Range,
			fmt.Sprintf("set %s in the environment or in .env, or give it a default: ${%s:-value}", name, name),
			"the variable %s is not set and becomes an empty string%s", name, where)
	}
}

// enumerate joins words, the first few of them.
func enumerate(words []string, most int) string {
	if len(words) > most {
		return fmt.Sprintf("%s and %d more places", strings.Join(words[:most], ", "), len(words)-most)
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

// overrideFile tells that a file took part that nobody named: it usually holds what is meant for development.
func (l *losses) overrideFile() {
	if l.override == "" {
		return
	}
	name := l.displayName(l.override)
	l.add(diag.Info, "override-file", nil, diag.Range{File: name, Line: 1, Column: 1},
		fmt.Sprintf("name the files to leave it out: -f %s", l.displayName(l.files[0])),
		"%s is applied on top of %s, as docker compose does", name, filepath.Base(l.files[0]))
}

// document looks at what only the text of a file shows.
func (l *losses) document(d *document) {
	for _, root := range d.roots {
		if key, _ := entry(root, "version"); key != nil {
			l.add(diag.Info, "version", diag.At("version"), d.nodeRange(key), "remove the line", "version has no meaning any more and is ignored")
		}
		for _, section := range []string{"services", "jobs"} {
			containers := deref(child(root, section))
			if containers == nil || containers.Kind != yaml.MappingNode {
				continue
			}
			for i := 0; i+1 < len(containers.Content); i += 2 {
				l.volumes(d, diag.At(section, containers.Content[i].Value), deref(containers.Content[i+1]))
			}
		}
	}
}

// volumes checks the mounts of one service in one file: two of them on one target, of which the loader keeps the last,
// and the short forms, whose unknown options it drops.
func (l *losses) volumes(d *document, at diag.Path, container *yaml.Node) {
	list := deref(child(container, "volumes"))
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	targets := map[string]string{}
	for i, item := range list.Content {
		here := at.Key("volumes").Index(i)
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
	for _, option := range strings.Split(options, ",") {
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
