package dockerfile

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
)

// What Next.js runs in its server and not in the page. Sources: https://nextjs.org/docs/app/api-reference/file-conventions/route,
// https://nextjs.org/docs/pages/building-your-application/routing/api-routes, https://nextjs.org/docs/app/api-reference/file-conventions/middleware,
// https://nextjs.org/docs/app/guides/environment-variables (NEXT_PUBLIC_), https://nextjs.org/docs/app/api-reference/directives/use-server
var (
	nextPackage  = pattern.New(`"next"\s*:`).Holding("next")
	serverFile   = pattern.New(`(^|/)app/(.*/)?route\.[jt]sx?$|(^|/)pages/api/|^(src/)?(middleware|proxy|instrumentation)\.[jt]s$`)
	serverMark   = pattern.New(`(?m)^\s*["']use server["']|^\s*import\s+["']server-only["']`).Holding("use server", "server-only")
	readEnv      = pattern.New(`process\.env(?:\.|\[["'])(\w+)`).Holding("process.env")
	nextSettings = []string{"next.config.js", "next.config.mjs", "next.config.ts", "next.config.cjs"}
)

// nextSources are the sources of a program of Next.js, by their paths below its directory.
type nextSources map[string]string

// specifier matches what a file imports from another one of the program, by the last part of its path.
var specifier = pattern.New(`["'][^"'\n]*/([\w.\[\]-]+?)(?:\.[jt]sx?|\.mjs)?["']`).Holding("/")

// isNext reports whether a directory has a program of Next.js.
func isNext(root string) bool {
	return nextPackage.MatchString(readText(filepath.Join(root, "package.json")))
}

// importers returns the files that import one, by the name under which they do.
func (n nextSources) importers() map[string][]string {
	found := map[string][]string{}
	for _, file := range sorted.Keys(n) {
		for _, m := range specifier.FindAllStringSubmatch(n[file], -1) {
			if list := found[m[1]]; len(list) == 0 || list[len(list)-1] != file {
				found[m[1]] = append(list, file)
			}
		}
	}
	return found
}

// isOfServer reports whether a file runs in the server alone: it is one of those that Next.js runs there, or only such ones import it. A file that nobody is
// known to import may be of the page.
func (n nextSources) isOfServer(importers map[string][]string, file string) bool {
	reached, hasServer := []string{file}, false
	for i := 0; i < len(reached); i++ {
		file := reached[i]
		if serverFile.MatchString(file) || serverMark.MatchString(n[file]) {
			hasServer = true
			continue
		}
		isImported := false
		for _, other := range importers[importName(file)] {
			isImported = isImported || other != file
			if !slices.Contains(reached, other) {
				reached = append(reached, other)
			}
		}
		if !isImported || len(reached) > maxImporters {
			return false
		}
	}
	return hasServer
}

// withoutServer leaves out the addresses in files that run in the server alone. below is the path of the program below the context.
func (n nextSources) withoutServer(list []source.PageAddress, below string) []source.PageAddress {
	if len(list) == 0 {
		return nil
	}
	importers := n.importers()
	return slices.DeleteFunc(slices.Clone(list), func(a source.PageAddress) bool { return n.isOfServer(importers, strings.TrimPrefix(a.File, below)) })
}

// maxImporters is how many files are looked at for one: what so many import, directly or not, is no matter of the server alone.
const maxImporters = 200

// importName returns the name under which others import a file.
func importName(file string) string {
	name := strings.TrimSuffix(file, path.Ext(file))
	if path.Base(name) == "index" {
		name = path.Dir(name)
	}
	return path.Base(name)
}

// readsForServer reports whether a line reads variables that Next.js gives to its server alone.
func readsForServer(line string) bool {
	found := readEnv.FindAllStringSubmatch(line, -1)
	return len(found) > 0 && !slices.ContainsFunc(found, func(m []string) bool { return strings.HasPrefix(m[1], "NEXT_PUBLIC_") })
}

// isForServer reports whether a variable of a build is for servers of Next.js: it has not the name of those for the page, and no settings take it there.
func (c buildContext) isForServer(variable string) bool {
	roots := c.frontEnds()
	return len(roots) > 0 && !strings.HasPrefix(variable, "NEXT_PUBLIC_") && !slices.ContainsFunc(roots, func(root string) bool {
		return !isNext(root) || takesToPage(root, variable)
	})
}

// takesToPage reports whether the settings of a program of Next.js name a variable, as those do that put it into the page.
func takesToPage(root, variable string) bool {
	return slices.ContainsFunc(nextSettings, func(name string) bool { return strings.Contains(readText(filepath.Join(root, name)), variable) })
}

// withArguments marks the addresses whose variables the stages of a Dockerfile have as arguments, and leaves out those of the build that are for a server.
func (c buildContext) withArguments(ofBuild, ofPages []source.PageAddress, stages []instructions.Stage) []source.PageAddress {
	declared := map[string]bool{}
	for _, stage := range stages {
		for _, command := range stage.Commands {
			if arg, is := command.(*instructions.ArgCommand); is {
				for _, a := range arg.Args {
					declared[a.Key] = true
				}
			}
		}
	}
	ofBuild = slices.DeleteFunc(ofBuild, func(a source.PageAddress) bool { return c.isForServer(a.Variable) })
	all := slices.Concat(ofBuild, ofPages)
	for i := range all {
		all[i].IsArgument = declared[all[i].Variable]
	}
	return all
}
