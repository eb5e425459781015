package images

import (
	"slices"
	"strings"
	"sync"

	"github.com/transship/transship/internal/pattern"
)

// floating matches the tags that name no version, so that the image is another one with time.
var floating = pattern.New(`^(latest|stable|edge|main|master|lts|alpine|slim|bookworm|trixie|debian|ubuntu)(-[a-z]+)*$`)

// keepers returns the rows of images that keep data, by repository, each in the order of the table.
var keepers = sync.OnceValue(func() map[string][]*Image {
	found := map[string][]*Image{}
	for _, rows := range tables {
		for i := range rows {
			for _, repository := range rows[i].Repositories {
				if len(rows[i].DataDirs) > 0 {
					found[repository] = append(found[repository], &rows[i])
				}
			}
		}
	}
	return found
})

// Places is where the image of a reference keeps data, where versions of it differ in that.
type Places struct {
	Own       []string // of the version that the tag names, or of the newest one
	Others    []string // of other versions alone
	IsVersion bool     // the tag names a version
}

// PlacesOf returns where an image keeps data, if its versions differ in that and it is known of this one. Of several rows for a repository the first is
// that of the newest version unless a row has all the tags that the others do not have.
func PlacesOf(reference string) (Places, bool) {
	repository, tag := split(reference)
	rows := keepers()[repository]
	if len(rows) < 2 {
		return Places{}, false
	}
	found, known := Lookup(reference)
	isFloating := floating.MatchString(tag)
	if !known && !isFloating || isFloating && strings.Contains(reference, "@") { // a digest is that of one version, whichever it is
		return Places{}, false
	}
	places := Places{Own: rows[0].DataDirs, IsVersion: !isFloating}
	if known {
		places.Own = found.DataDirs
	}
	for _, row := range rows {
		for _, dir := range row.DataDirs {
			if !slices.Contains(places.Own, dir) && !slices.Contains(places.Others, dir) {
				places.Others = append(places.Others, dir)
			}
		}
	}
	return places, len(places.Own) > 0 && len(places.Others) > 0
}
