package dockerfile

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transship/transship/internal/envfile"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/source"
)

// Bounds of what is read of the sources of a program for what writes to its .env file.
const (
	maxCodeEntries = 20000
	maxCodeBytes   = 16 << 20
)

// envWriter returns the first file of source code in the build context that writes to the .env file of its program, relative, with slashes, as far
// as one of the sources of a copy has it; "" if there is none, or if the project mounts no such file at one of the places.
func (c buildContext) envWriter(sources, places []string) string {
	if c.dir == "" || !slices.ContainsFunc(places, func(place string) bool { return path.Base(place) == ".env" }) {
		return ""
	}
	writer, entries, size := "", 0, 0
	_ = filepath.WalkDir(c.dir, func(name string, d fs.DirEntry, err error) error {
		if entries++; err != nil || entries > maxCodeEntries || size > maxCodeBytes {
			return fs.SkipAll
		}
		if d.IsDir() {
			if slices.Contains(skippedDirs, d.Name()) || d.Name() == "site-packages" || name != c.dir && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		rel := filepath.ToSlash(strings.TrimPrefix(name, c.dir+string(filepath.Separator)))
		if !d.Type().IsRegular() || !envfile.IsSource(d.Name()) || skippedName.MatchString(d.Name()) || c.isIgnored(rel) || !isOf(sources, rel) {
			return nil
		}
		data, err := disk.Read(name, maxTextSize)
		size += len(data)
		if err == nil && source.IsText(data) && envfile.IsWritten(string(data)) {
			writer = rel
			return fs.SkipAll
		}
		return nil
	})
	return writer
}
