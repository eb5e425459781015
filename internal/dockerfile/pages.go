package dockerfile

import (
	"io/fs"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

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
	skippedDirs = []string{"node_modules", "dist", "build", "out", ".next", ".nuxt", ".git", "coverage", "test", "tests", "__tests__", "e2e", "cypress", "playwright", "fixtures", "__fixtures__", "spec", "vendor"}
	serverDirs  = []string{"server", "api", "backend"} // beside the sources of the page
	// machineURL matches an address of a port that may be one of the machine; readVariable a variable from which a program takes another one when it is built.
	machineURL = pattern.New(`(?:https?|wss?)://(localhost|\d{1,3}(?:\.\d{1,3}){3}):(\d{2,5})\b`).Holding("://")
	// pageVariable matches the variables of an env file that the tools of pages put into them.
	pageVariable = pattern.New(`^(VITE|NEXT_PUBLIC|REACT_APP|NUXT_PUBLIC|VUE_APP|GATSBY|PUBLIC|EXPO_PUBLIC|NG_APP|STORYBOOK)_`)
	readVariable = pattern.New(`(?:process\.env|import\.meta\.env)\.(\w+)|^\s*(\w+)\s*=`)
)

// pages returns where the sources of programs for browsers in the build context have the address of a port on the machine that runs Docker, as
// far as one of the sources of a copy has them.
func (c buildContext) pages(sources []string) []source.PageAddress {
	if c.dir == "" {
		return nil
	}
	var list []source.PageAddress
	entries, size := 0, 0
	for _, root := range c.frontEnds() {
		next, begin := nextSources{}, len(list)
		isNext := isNext(root)
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
			if !d.Type().IsRegular() || !pageName.MatchString(d.Name()) || skippedName.MatchString(d.Name()) || c.isIgnored(rel) || !isOf(sources, rel) {
				return nil
			}
			data, err := disk.Read(name, maxTextSize)
			size += len(data)
			if err == nil && source.IsText(data) {
				if isNext {
					next[filepath.ToSlash(strings.TrimPrefix(name, root+string(filepath.Separator)))] = string(data)
				}
				list = append(list, addressesIn(rel, string(data), isNext)...)
			}
			return nil
		})
		if isNext {
			below := strings.TrimPrefix(filepath.ToSlash(strings.TrimPrefix(root, c.dir))+"/", "/")
			list = append(list[:begin:begin], next.withoutServer(list[begin:], below)...)
		}
	}
	return list
}

// frontEnds returns the directories of the context, at most two below it, with a program for browsers.
func (c buildContext) frontEnds() []string {
	var roots []string
	for _, name := range c.found("package.json") {
		dir := filepath.Dir(name)
		if slices.ContainsFunc(roots, func(root string) bool { return strings.HasPrefix(dir, root+string(filepath.Separator)) }) {
			continue
		}
		if frontEnd.MatchString(readText(name)) {
			roots = append(roots, dir)
		}
	}
	return roots
}

// addressesIn returns the addresses in a file, one for each port. In a program of Next.js, those behind variables for its server are not of the page.
func addressesIn(file, text string, isNext bool) []source.PageAddress {
	if !machineURL.MatchString(text) {
		return nil
	}
	var list []source.PageAddress
	number := 0
	for line := range strings.Lines(text) {
		number++
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "*") || isNext && readsForServer(line) {
			continue
		}
		for _, at := range machineURL.FindAllStringSubmatch(line, -1) {
			port, err := strconv.Atoi(at[2])
			host := hostOfPage(at[1])
			if host == "" || err != nil || port > 65535 || slices.ContainsFunc(list, func(a source.PageAddress) bool { return a.Port == port && a.Host == host }) {
				continue
			}
			found := source.PageAddress{Host: host, File: path.Clean(file), Line: number, Port: port}
			if m := readVariable.FindStringSubmatch(line); m != nil {
				found.Variable = m[1] + m[2]
			}
			if strings.HasPrefix(path.Base(file), ".env") && !pageVariable.MatchString(found.Variable) {
				continue // the tools of pages put no other variable into them
			}
			list = append(list, found)
		}
	}
	return list
}

// hostOfPage returns the host of an address that may be of the machine which runs Docker: "localhost", or an address that others reach it by; "" for what is
// none.
func hostOfPage(written string) string {
	address, err := netip.ParseAddr(written)
	switch {
	case err != nil && written != "localhost", address.IsUnspecified(), address.IsMulticast():
		return ""
	case err != nil || address.IsLoopback():
		return "localhost"
	}
	return written
}

// addressesOfBuild returns the addresses that the Dockerfile gives to the programs which a build runs: arguments, and variables of the stages
// before the one that is built. What that one sets is for the program of the image.
func addressesOfBuild(stages []instructions.Stage, built int, name string) []source.PageAddress {
	var list []source.PageAddress
	if name == "" {
		name = "Dockerfile"
	}
	add := func(variable, value string, at []parser.Range) {
		for _, found := range addressesIn(name, value, false) {
			found.Variable, found.Line = variable, 0
			if len(at) > 0 {
				found.Line = at[0].Start.Line
			}
			list = append(list, found)
		}
	}
	for i, stage := range stages {
		for _, command := range stage.Commands {
			switch c := command.(type) {
			case *instructions.ArgCommand:
				for _, arg := range c.Args {
					if arg.Value != nil {
						add(arg.Key, *arg.Value, c.Location())
					}
				}
			case *instructions.EnvCommand:
				for _, pair := range c.Env {
					if i != built {
						add(pair.Key, pair.Value, c.Location())
					}
				}
			}
		}
	}
	return list
}

// copiedSources returns the paths in the build context that the stages of the Dockerfile copy; all where they copy no directory, as where the
// sources are mounted.
func (c buildContext) copiedSources(stages []instructions.Stage) []string {
	var list []string
	for _, stage := range stages {
		for _, command := range stage.Commands {
			switch copying := command.(type) {
			case *instructions.CopyCommand:
				if copying.From == "" {
					list = append(list, copying.SourcePaths...)
				}
			case *instructions.AddCommand:
				list = append(list, copying.SourcePaths...)
			}
		}
	}
	isDir := func(from string) bool {
		info, err := os.Stat(filepath.Join(c.dir, filepath.FromSlash(from)))
		return err == nil && info.IsDir() || strings.ContainsAny(from, "*?[$")
	}
	if !slices.ContainsFunc(list, isDir) {
		return []string{"."}
	}
	return list
}

// isOf reports whether one of the sources of a copy is a file of the build context, or a directory with it. A source with a variable may be
// any.
func isOf(sources []string, file string) bool {
	return slices.ContainsFunc(sources, func(from string) bool {
		from = strings.TrimPrefix(path.Clean("/"+from), "/")
		if from == "" || strings.Contains(from, "$") || file == from || strings.HasPrefix(file, from+"/") {
			return true
		}
		if !strings.ContainsAny(from, "*?[") {
			return false
		}
		for part := file; part != "."; part = path.Dir(part) {
			if matched, _ := path.Match(from, part); matched {
				return true
			}
		}
		return false
	})
}
