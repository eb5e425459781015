package dockerfile

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/source"
)

// Bounds of what is read of the sources of pages.
const (
	maxPageEntries = 3000
	maxPageBytes   = 4 << 20
	maxPages       = 20
)

var (
	// frontEnd matches what a package.json of a program for browsers needs.
	frontEnd = pattern.New(`"(react|react-dom|vue|svelte|@angular/core|preact|solid-js|next|nuxt|gatsby|astro|vite)"\s*:`)
	// pageName matches the sources of such a program, and skippedName what is for tests and for the time of development.
	pageName    = pattern.New(`(?i)\.([jt]sx?|mjs|vue|svelte|html)$|^\.env(\.production)?(\.local)?$`)
	skippedName = pattern.New(`(?i)\.(test|spec|stories|config|d)\.|(^|\.)(setupproxy|vite|webpack|playwright|cypress|jest|next|nuxt|server)(\.|$)`)
	skippedDirs = []string{"node_modules", "dist", "build", "out", ".next", ".nuxt", ".git", "coverage", "test", "tests", "__tests__", "e2e", "cypress", "vendor"}
	serverDirs  = []string{"server", "api", "backend"} // beside the sources of the page
	// localURL matches an address of a port of the machine; readVariable a variable from which a program takes another one when it is built.
	localURL     = pattern.New(`https?://(?:localhost|127\.0\.0\.1):(\d{2,5})\b`).Holding("localhost", "127.0.0.1")
	readVariable = pattern.New(`(?:process\.env|import\.meta\.env)\.(\w+)|^\s*(\w+)\s*=`)
)

// pages returns where the sources of programs for browsers in the build context have the address of a port on the machine that runs Docker.
func (c buildContext) pages() []source.PageAddress {
	if c.dir == "" {
		return nil
	}
	var list []source.PageAddress
	entries, size := 0, 0
	for _, root := range c.frontEnds() {
		_ = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if entries++; err != nil || entries > maxPageEntries || size > maxPageBytes || len(list) >= maxPages {
				return fs.SkipAll
			}
			if d.IsDir() {
				if name != root && (slices.Contains(skippedDirs, d.Name()) || filepath.Dir(name) == root && slices.Contains(serverDirs, d.Name())) {
					return fs.SkipDir
				}
				return nil
			}
			rel := filepath.ToSlash(strings.TrimPrefix(name, c.dir+string(filepath.Separator)))
			if !d.Type().IsRegular() || !pageName.MatchString(d.Name()) || skippedName.MatchString(d.Name()) || c.isIgnored(rel) {
				return nil
			}
			data, err := disk.Read(name, maxTextSize)
			size += len(data)
			if err == nil && source.IsText(data) {
				list = append(list, addressesIn(rel, string(data))...)
			}
			return nil
		})
	}
	return list
}

// frontEnds returns the directories of the context, at most two below it, with a program for browsers.
func (c buildContext) frontEnds() []string {
	var roots []string
	for _, at := range []string{"package.json", "*/package.json", "*/*/package.json"} {
		found, _ := filepath.Glob(filepath.Join(c.dir, filepath.FromSlash(at)))
		for _, name := range found {
			dir := filepath.Dir(name)
			if strings.Contains(name, "node_modules") || slices.ContainsFunc(roots, func(root string) bool { return strings.HasPrefix(dir, root+string(filepath.Separator)) }) {
				continue
			}
			if text, err := disk.Read(name, maxTextSize); err == nil && frontEnd.MatchString(string(text)) {
				roots = append(roots, dir)
			}
		}
	}
	return roots
}

// addressesIn returns the addresses in a file, one for each port.
func addressesIn(file, text string) []source.PageAddress {
	if !strings.Contains(text, "localhost:") && !strings.Contains(text, "127.0.0.1:") {
		return nil
	}
	var list []source.PageAddress
	number := 0
	for line := range strings.Lines(text) {
		number++
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "*") {
			continue
		}
		for _, at := range localURL.FindAllStringSubmatch(line, -1) {
			port, err := strconv.Atoi(at[1])
			if err != nil || port > 65535 || slices.ContainsFunc(list, func(a source.PageAddress) bool { return a.Port == port }) {
				continue
			}
			found := source.PageAddress{File: path.Clean(file), Line: number, Port: port}
			if m := readVariable.FindStringSubmatch(line); m != nil {
				found.Variable = m[1] + m[2]
			}
			list = append(list, found)
		}
	}
	return list
}
