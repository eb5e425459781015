package dockerfile

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/source"
)

// maxTexts bounds how many files of a build context are read: settings of a program are few.
const maxTexts = 40

var (
	// settingsName matches files that tell a server what to do, wherever they lie, and scripts that start programs.
	settingsName = pattern.New(`(?i)\.(conf|cfg|cnf|vcl|template|hcl|river|alloy|sh)$|^(Caddyfile|docker-entrypoint|entrypoint)$`)
	// settingsDir matches directories outside /etc with settings or scripts: those of an image, not of the sources of a program in it.
	settingsDir = pattern.New(`^/(docker-entrypoint|entrypoint)[^/]*\.d(/|$)|^/usr/local/s?bin$|^/(usr|opt|fluentd?|config)(/[^/]+)*/(conf|config|etc|pipelines?|[^/]+\.d)(/|$)`).Starting("/")
	// settingsOnly matches directories of which every file is settings, whatever it is called: hosts mostly.
	settingsOnly = pattern.New(`^/etc/(nginx/(vhost\.d|sites-(available|enabled))|apache2/(sites|conf)-(available|enabled)|cron\.d)$`).Holding("/etc/")
	// settingsBelowEtc matches those that are settings where settings belong, and may be anything elsewhere.
	settingsBelowEtc = pattern.New(`(?i)\.(ya?ml|toml|ini|properties|xml)$`)
)

// texts returns the settings and scripts that COPY and ADD take from the build context. The last copy to a place counts.
func (s *stage) texts() []source.ImageText {
	var list []source.ImageText
	add := func(place, abs string) {
		if !settingsName.MatchString(path.Base(place)) && !settingsOnly.MatchString(path.Dir(place)) && (!isBelow(place, "/etc") || !settingsBelowEtc.MatchString(place)) {
			return
		}
		data, err := disk.Read(abs, maxTextSize)
		if err != nil || !source.IsText(data) {
			return
		}
		rel, err := filepath.Rel(s.context.dir, abs)
		if err != nil {
			return
		}
		list = slices.DeleteFunc(list, func(t source.ImageText) bool { return t.Place == place })
		if len(list) < maxTexts {
			list = append(list, source.ImageText{Place: place, File: filepath.ToSlash(rel), Text: string(data)})
		}
	}
	for _, step := range s.steps {
		c, isCopy := step.(copyStep)
		if !isCopy || c.opaque || c.context == nil || c.context.dir == "" {
			continue
		}
		for _, from := range c.sources {
			for _, m := range c.context.glob(from) {
				c.eachFile(m, add)
			}
		}
	}
	return list
}

// folderOfBase matches directories of settings and scripts that images have already, into which a file is copied also where no slash says so.
var folderOfBase = pattern.New(`^/.*\.d$|^/etc/nginx/(templates|sites-(available|enabled)|snippets)$|^/usr/local/s?bin$`).Starting("/")

// eachFile calls found with the place in the image and the path here of each file that a copy brings which may be settings: a file that is named,
// and those of a directory that comes where settings are.
func (c copyStep) eachFile(m string, found func(place, abs string)) {
	switch f := c.context.at(m); {
	case !f.exists:
	case !f.isDir && (c.isDir || folderOfBase.MatchString(c.dest)):
		found(path.Join(c.dest, path.Base(m)), f.abs)
	case !f.isDir:
		found(c.dest, f.abs)
	case c.dest == "/" || isOfSettings(c.dest):
		c.context.files(f.abs, m, func(below, abs string) {
			if place := path.Join(c.dest, below); c.dest != "/" || isOfSettings(path.Dir(place)) {
				found(place, abs)
			}
		})
	}
}

// isOfSettings reports whether a directory of an image is one in which programs look for their settings, or for scripts that they run.
func isOfSettings(dir string) bool {
	return dir == "/etc" || isBelow(dir, "/etc") || settingsDir.MatchString(dir)
}

// files calls found for each file below a directory that reaches the builder.
func (c buildContext) files(dir, rel string, found func(below, abs string)) {
	seen := 0
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if seen++; err != nil || seen > 20*maxTexts {
			return fs.SkipAll
		}
		below, err := filepath.Rel(dir, name)
		if below = filepath.ToSlash(below); err == nil && d.Type().IsRegular() && !c.isIgnored(path.Join(rel, below)) {
			found(strings.TrimPrefix(below, "/"), name)
		}
		return nil
	})
}
