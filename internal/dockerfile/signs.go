package dockerfile

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

// The files in which Java programs name their libraries, the libraries by which they enter themselves in a registry of services, and the
// setting by which they do so with their address. Source: https://docs.spring.io/spring-cloud-netflix/reference/spring-cloud-netflix.html
var (
	javaBuilds     = []string{"pom.xml", "build.gradle", "build.gradle.kts"}
	registryClient = pattern.New(`netflix-eureka-client|consul-discovery|zookeeper-discovery`).Holding("netflix-eureka-client", "consul-discovery", "zookeeper-discovery")
	entersAddress  = pattern.New(`(?i)prefer-?ip-?address["']?\s*[:=]\s*["']?true`).Holding("prefer")
)

// The files in which programs of ASP.NET Core say what they use, what of it protects cookies with keys that lie in a file unless the program says where, and
// what says so. Sources: https://learn.microsoft.com/en-us/aspnet/core/security/data-protection/introduction,
// https://learn.microsoft.com/en-us/aspnet/core/security/data-protection/configuration/default-settings
var (
	aspStarts     = []string{"Program.cs", "Startup.cs"}
	protectsWith  = pattern.New(`\.Add(?:Identity|DefaultIdentity|Cookie|Antiforgery|Session|RazorPages|ControllersWithViews|RazorComponents|ServerSideBlazor|DataProtection)\b`)
	keysElsewhere = pattern.New(`\bPersistKeysTo|\bUseEphemeralDataProtectionProvider\b`)
)

// The files with the settings of Django, where they say that uploads are files, and what puts uploads elsewhere.
// Sources: https://docs.djangoproject.com/en/stable/ref/settings/#media-root, https://django-storages.readthedocs.io/
var (
	djangoSettings   = []string{"settings.py", "base.py", "common.py", "production.py", "prod.py"}
	mediaRoot        = pattern.New(`(?m)^[ \t]*MEDIA_ROOT\s*=`).Holding("media_root")
	uploadsElsewhere = pattern.New(`(?i)storages\.backends|s3boto|s3_bucket|bucket_name|googlecloudstorage|azurestorage|cloudinary|minio`)
)

// uploads returns where the settings of Django keep uploads in files, as far as one of the sources of a copy has them.
func (c buildContext) uploads(sources []string) (place source.Place) {
	if c.dir == "" {
		return place
	}
	for _, name := range c.found(djangoSettings...) {
		rel, text := c.relative(name), readText(name)
		if c.isIgnored(rel) || !isOf(sources, rel) {
			continue
		}
		if uploadsElsewhere.MatchString(text) {
			return source.Place{}
		}
		if at := mediaRoot.FindStringSubmatchIndex(text); at != nil && place.File == "" {
			place = source.Place{File: rel, Line: 1 + strings.Count(text[:at[1]], "\n")}
		}
	}
	return place
}

// cookieKeys returns where a program of ASP.NET Core uses such keys, as far as one of the sources of a copy has it. Which of several programs
// is meant tells only where the Dockerfile lies.
func (c buildContext) cookieKeys(sources []string, dockerfile string) (place source.Place) {
	if c.dir == "" {
		return place
	}
	beside := path.Dir(filepath.ToSlash(dockerfile))
	if filepath.IsAbs(dockerfile) {
		beside = path.Dir(c.relative(dockerfile))
	}
	var dirs []string
	for _, name := range c.found(aspStarts...) {
		rel, text := c.relative(name), readText(name)
		if c.isIgnored(rel) || !isOf(sources, rel) || beside != "." && !isBelow(rel, beside) {
			continue
		}
		if dirs = append(dirs, path.Dir(rel)); dirs[0] != path.Dir(rel) {
			return source.Place{}
		}
		if keysElsewhere.MatchString(text) {
			return source.Place{}
		}
		for _, at := range protectsWith.FindAllStringSubmatchIndex(text, maxPages) {
			if place.File == "" && !isRemark(text[:at[0]]) {
				place = source.Place{File: rel, Line: 1 + strings.Count(text[:at[0]], "\n")}
			}
		}
	}
	return place
}

// registryUser returns the first file among those found of some names that makes a program enter itself in a registry by the name of its host,
// "" if none does.
func registryUser(found func(names ...string) []string) string {
	for _, name := range found(javaBuilds...) {
		settings, _ := filepath.Glob(filepath.Join(filepath.Dir(name), "src", "main", "resources", "*.*"))
		if registryClient.MatchString(readText(name)) && !slices.ContainsFunc(settings, func(s string) bool { return entersAddress.MatchString(readText(s)) }) {
			return name
		}
	}
	return ""
}

// registryUser returns the first file of the build context that makes the program enter itself in a registry, relative, with slashes, as far as one of
// the sources of a copy has it; "" if none does. A jar is copied from below the directory of the files that it is built by, which are not copied themselves.
func (c buildContext) registryUser(sources []string) string {
	if c.dir == "" {
		return ""
	}
	name := registryUser(func(names ...string) []string {
		return slices.DeleteFunc(c.found(names...), func(name string) bool {
			rel := c.relative(name)
			isNear := slices.ContainsFunc(sources, func(from string) bool {
				return isOf([]string{filepath.ToSlash(filepath.Dir(rel))}, strings.TrimPrefix(from, "./"))
			})
			return !isNear && (c.isIgnored(rel) || !isOf(sources, rel))
		})
	})
	if name == "" {
		return ""
	}
	return c.relative(name)
}
