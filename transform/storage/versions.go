package storage

import (
	"slices"
	"strings"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// reportOtherVersion reports a volume that lies where other versions of an image keep their data, of which this one, or the newest one if the tag names
// none, keeps nothing.
func reportOtherVersion(p *input.Project, u *input.Container, mounts []plan.Mount, findings *report.Findings) {
	if settledDirectory(p, u) != "" {
		return
	}
	if moved, _ := movedDirs(u); len(moved) > 0 {
		return
	}
	places, name, ok := u.DataPlaces()
	if !ok || u.Service.Facts.Locked && !slices.Contains(u.Service.Facts.Volumes, places.Own[0]) {
		return
	}
	other := ""
	for _, m := range mounts {
		isIn := func(dir string) bool { return source.Within(m.Target, dir) }
		keeps := func(dir string) bool {
			below := strings.TrimPrefix(strings.TrimPrefix(m.Target, dir), "/") // 18/docker below /var/lib/postgresql; archive keeps something else
			return source.Within(dir, m.Target) || source.Within(m.Target, dir) && !slices.ContainsFunc(places.Others, isIn) && startsWithDigit(below)
		}
		switch {
		case slices.ContainsFunc(places.Own, keeps):
			return
		case isWritableClaim(m) && slices.ContainsFunc(places.Others, isIn):
			other = m.Target
		}
	}
	if other == "" {
		return
	}
	own := strings.Join(places.Own, ", ")
	if places.IsVersion {
		findings.Addf("ephemeral-data", u.At.Key("image"), "mount the volume at "+places.Own[0], "this version of %s keeps its data in %s, which lies in no volume: %s is where other versions keep it", name, own, other)
		return
	}
	findings.Addf("ephemeral-data", u.At.Key("image"), "name in the tag the version whose data the volume holds; for the newest one mount it at "+places.Own[0],
		"%s names no version: the newest keeps its data in %s, which lies in no volume; %s is where others keep it", name, own, other)
}

// startsWithDigit reports whether a path begins as the directories of versions do.
func startsWithDigit(below string) bool { return below != "" && below[0] >= '0' && below[0] <= '9' }
