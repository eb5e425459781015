package notices

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/document"
)

// disabled names the services and jobs that no active profile enables.
func (l *reading) disabled(p *types.Project) {
	if l.Selected {
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
	for _, name := range sorted.Keys(p.DisabledJobs) {
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
	l.add(diag.Info, "profile", at, l.Locator.Locate(at),
		"enable them with --profile, all of them with --profile '*'",
		"left out, because no active profile enables them: %s (profiles %s)",
		strings.Join(names, ", "), strings.Join(slices.Compact(profiles), ", "))
}

// empty reports a project that has nothing to run. docker compose up refuses it ("no service selected").
func (l *reading) empty(p *types.Project) {
	if len(p.Services)+len(p.Jobs) > 0 || l.Selected {
		return
	}
	at := diag.At("services")
	where := l.Locator.Locate(at)
	if !where.IsKnown() {
		where = diag.Range{File: l.Display(l.Main.Docs[0].Path), Line: 1, Column: 1}
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
func (l *reading) ignoredFiles() {
	for _, f := range l.PassedOver {
		l.add(diag.Info, "file-ignored", nil, diag.Range{File: l.Display(f.File), Line: 1, Column: 1},
			"remove one of the two, or name the one that is meant with -f",
			"%s is not read: %s stands beside it and comes first, as with docker compose", l.Display(f.File), filepath.Base(f.Used))
	}
}

// overrideFile tells that a file took part that nobody named: it usually holds what is meant for development.
func (l *reading) overrideFile() {
	if l.Override == "" {
		return
	}
	name := l.Display(l.Override)
	if l.LeftOut {
		l.add(diag.Info, "override-not-in-base", nil, diag.Range{File: name, Line: 1, Column: 1},
			"make it an overlay: --overlay dev="+name,
			"%s is left out: the base has what is common to all overlays", name)
		return
	}
	l.add(diag.Info, "override-file", nil, diag.Range{File: name, Line: 1, Column: 1},
		"name the files to leave it out: -f "+l.Display(l.Main.Docs[0].Path),
		"%s is applied on top of %s, as docker compose does", name, filepath.Base(l.Main.Docs[0].Path))
}

func (l *reading) version() {
	for _, b := range l.Main.All() {
		for _, d := range b.Docs {
			for _, root := range d.Roots {
				if key, _ := document.Entry(root, "version"); key != nil {
					l.add(diag.Info, "version", diag.At("version"), d.NodeRange(key), "remove the line",
						"version has no meaning any more and is ignored")
				}
			}
		}
	}
}
