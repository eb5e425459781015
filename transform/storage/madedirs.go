package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/databases"
)

var (
	// placeName matches the variables that name a directory, and placeForData the values of them that are for data wherever an image has them.
	placeName    = pattern.New(`(?i)(^|[._-])(dirs?|directory|path|root|home|folder)$`).Holding("dir", "path", "root", "home", "folder")
	placeForData = pattern.New(`^/(data|storage)(/|$)`).Starting("/")
)

// reportUploads reports a program of Django whose uploads are files and that mounts no volume.
func reportUploads(u *input.Container, mounts []plan.Mount, findings *report.Findings) {
	at := u.Service.Facts.Uploads
	if at.File == "" || u.Service.Build() == nil || slices.ContainsFunc(mounts, isWritableClaim) {
		return
	}
	findings.Addf("ephemeral-data", u.Service.Key("build"), "mount a named volume at the directory of MEDIA_ROOT, also in the server that hands the files out; nothing to do if nobody uploads anything",
		"%s keeps what users upload below MEDIA_ROOT, as %s (line %d) says, and mounts no volume: it is lost whenever the container starts again, where Docker keeps it until the container is removed", u.Service.Name, at.File, at.Line)
}

// placeOf returns the directory that a variable names, from the directory of the program on; "/" if it names none, or if that is not known.
func placeOf(u *input.Container, value string) string {
	if strings.ContainsAny(value, ":,$ \n") || path.Ext(value) != "" || !strings.Contains(value, "/") {
		return "/"
	}
	dir := u.Spec.WorkingDir
	if dir == "" {
		dir = u.Facts.WorkingDir
	}
	if dir == "" && !path.IsAbs(value) {
		return "/"
	}
	if path.IsAbs(value) {
		return path.Clean(value)
	}
	return path.Join(dir, value)
}

// reportMadeDirs reports the directories for data that the Dockerfile of a service makes or names, where nothing is mounted. Docker keeps what is written
// there while the container is started again.
func reportMadeDirs(u *input.Container, mounts []plan.Mount, findings *report.Findings) {
	if u.Service.Build() == nil || len(u.Service.Facts.DataDirs) > 0 {
		return
	}
	var places []string
	add := func(dir string) {
		dir = path.Clean(dir)
		isFilled := slices.ContainsFunc(slices.Concat(u.Facts.CopyTargets, u.Facts.ContentDirs), func(target string) bool { return source.Within(target, dir) })
		if dir == "/" || path.Dir(dir) == "/usr/src" || passing.MatchString(dir) || isFilled || isKept(u, mounts, dir) || slices.ContainsFunc(places, func(have string) bool { return source.Within(dir, have) }) {
			return
		}
		places = append(places, dir)
	}
	for _, dir := range u.Facts.MadeDirs {
		if databases.IsForData(dir) {
			add(dir)
		}
	}
	for _, name := range sorted.Keys(u.Spec.Environment) {
		if value := u.Spec.Environment[name]; value != nil && placeName.MatchString(name) {
			if dir := placeOf(u, *value); placeForData.MatchString(dir) || !path.IsAbs(*value) && databases.IsForData(dir) {
				add(dir)
			}
		}
	}
	for _, name := range sorted.Keys(u.Facts.Env) {
		if u.Spec.Environment[name] == nil && placeName.MatchString(name) {
			if dir := placeOf(u, u.Facts.Env[name]); databases.IsForData(dir) || placeForData.MatchString(dir) {
				add(dir)
			}
		}
	}
	if len(places) > 0 {
		findings.Addf("ephemeral-data", u.Service.Key("build"), "mount a named volume there; nothing to do if nothing is written there",
			"the Dockerfile of %s, or its environment, makes or names %s, for data by the name, and nothing is mounted there: what is written there is lost whenever the container starts again, where Docker keeps it until the container is removed", u.Service.Name, report.Enumerate(places, 4))
	}
}
