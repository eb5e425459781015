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
	if !slices.ContainsFunc(places, func(place string) bool { return path.Base(place) == ".env" }) {
		return ""
	}
	writer := ""
	isCode := func(name string) bool { return envfile.IsSource(name) && !skippedName.MatchString(name) }
	c.eachSource(sources, isCode, func(rel, text string) (goOn bool) {
		if envfile.IsWritten(text) {
			writer = rel
		}
		return writer == ""
	})
	return writer
}

// eachSource calls found with the path below the build context, with slashes, and the text of each file whose name is wanted, as far as one of the sources of
// a copy has it, until found says that it need not go on. It reports whether nothing was left out: neither a file that is too large nor what is beyond its bounds.
func (c buildContext) eachSource(sources []string, isWanted func(name string) bool, found func(rel, text string) (goOn bool)) (isComplete bool) {
	if c.dir == "" {
		return false
	}
	entries, size := 0, 0
	isComplete = true
	_ = filepath.WalkDir(c.dir, func(name string, d fs.DirEntry, err error) error {
		if entries++; err != nil || entries > maxCodeEntries || size > maxCodeBytes {
			isComplete = false
			return fs.SkipAll
		}
		if d.IsDir() {
			if slices.Contains(skippedDirs, d.Name()) || d.Name() == "site-packages" || name != c.dir && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		rel := filepath.ToSlash(strings.TrimPrefix(name, c.dir+string(filepath.Separator)))
		if !d.Type().IsRegular() || !isWanted(d.Name()) || c.isIgnored(rel) || !isOf(sources, rel) {
			return nil
		}
		data, err := disk.Read(name, maxTextSize)
		size += len(data)
		isComplete = isComplete && err == nil
		if err == nil && source.IsText(data) && !found(rel, string(data)) {
			return fs.SkipAll
		}
		return nil
	})
	return isComplete
}
