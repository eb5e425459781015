package dockerfile

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/transship/transship/internal/pattern"
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

// isNext reports whether a directory has a program of Next.js.
func isNext(root string) bool {
	return nextPackage.MatchString(readText(filepath.Join(root, "package.json")))
}

// isOfServer reports whether a file runs in the server alone: it is one of those that Next.js runs there, or only such ones import it. A file that nobody is
// known to import may be of the page.
func (n nextSources) isOfServer(file string, above ...string) bool {
	if serverFile.MatchString(file) || serverMark.MatchString(n[file]) {
		return true
	}
	name := strings.TrimSuffix(file, path.Ext(file))
	if path.Base(name) == "index" {
		name = path.Dir(name)
	}
	imports := regexp.MustCompile(`["'][^"'\n]*/` + regexp.QuoteMeta(path.Base(name)) + `(?:\.[jt]sx?|\.mjs)?["']`)
	isImported := false
	for other, text := range n {
		if other == file || slices.Contains(above, other) || !imports.MatchString(text) {
			continue
		}
		if isImported = true; !n.isOfServer(other, append(above, file)...) {
			return false
		}
	}
	return isImported
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
