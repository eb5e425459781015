package dockerfile

import (
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

// The files in which a program mostly says which database it uses, and where they name one that is a file. Sources:
// https://docs.djangoproject.com/en/stable/ref/databases/#sqlite-notes, https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#connect-strings,
// https://guides.rubyonrails.org/configuring.html#configuring-a-sqlite3-database, https://www.prisma.io/docs/orm/overview/databases/sqlite,
// https://learn.microsoft.com/en-us/dotnet/standard/data/sqlite/connection-strings
var (
	databaseUsers = []string{
		"schema.prisma", "database.yml", "appsettings.json", "main.go", "app.py", "main.py", "config.py", "database.py", "db.py", "models.py", "settings.py", "base.py", "production.py", "prod.py",
		"index.js", "server.js", "app.js", "db.js", "database.js", "index.ts", "server.ts", "app.ts", "db.ts", "database.ts", "application.properties", "application.yml",
	}
	fileDatabase = pattern.New(`(?m)^[^#\n]*?(?:['"]ENGINE['"]\s*:\s*['"]django\.db\.backends\.sqlite3|provider\s*=\s*"sqlite"|sqlite(?:\+\w+)?:///?\.?/?[\w{]|jdbc:(?:sqlite:|h2:(?:file:|[~./]))|adapter:\s*sqlite3|"(?:Data Source|Filename)=[\w./-]+\.(?:db|sqlite3?)|(?:\bDatabase\(|\bstorage:\s*|\bfilename:\s*|\.Open\()\s*(?:"sqlite3?",\s*)?["'\x60][\w./-]+\.(?:db|sqlite3?)["'\x60])`).
			Holding("sqlite", "jdbc:", ".db")
	// serverDatabase finds what a program of several databases is told about one that is a server.
	serverDatabase = pattern.New(`(?i)postgres|mysql|mariadb|mssql|sqlserver|oracle|dj_database_url|DATABASE_URL`).Holding("postgres", "mysql", "mariadb", "mssql", "sqlserver", "oracle", "database_url")
)

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

// fileDatabaseUser returns the first file among those found of some names that tells a program to keep its database in a file, with the line;
// "" if none does. Programs of several databases use the one that their environment names.
func fileDatabaseUser(found func(names ...string) []string) (name string, line int, several bool) {
	for _, name := range found(databaseUsers...) {
		if base := filepath.Base(name); (base == "base.py" || strings.HasPrefix(base, "prod")) && filepath.Base(filepath.Dir(name)) != "settings" {
			continue
		}
		text := readText(name)
		if at := fileDatabase.FindStringSubmatchIndex(text); at != nil {
			return name, 1 + strings.Count(text[:at[1]], "\n"), serverDatabase.MatchString(text)
		}
	}
	return "", 0, false
}

// signs returns what the sources in the build context tell about a program, as far as one of the sources of a copy has them.
func (c buildContext) signs(sources []string) (registry string, database source.FileDatabase) {
	if c.dir == "" {
		return "", database
	}
	relative := func(name string) string {
		rel, _ := filepath.Rel(c.dir, name)
		return filepath.ToSlash(rel)
	}
	// A jar is copied from below the directory of the files that it is built by, which are not copied themselves: near lets them in.
	copied := func(near bool) func(names ...string) []string {
		return func(names ...string) []string {
			return slices.DeleteFunc(c.found(names...), func(name string) bool {
				rel := relative(name)
				isNear := near && slices.ContainsFunc(sources, func(from string) bool {
					return isOf([]string{filepath.ToSlash(filepath.Dir(rel))}, strings.TrimPrefix(from, "./"))
				})
				return !isNear && (c.isIgnored(rel) || !isOf(sources, rel))
			})
		}
	}
	if name := registryUser(copied(true)); name != "" {
		registry = relative(name)
	}
	if name, line, several := fileDatabaseUser(copied(false)); name != "" {
		database = source.FileDatabase{File: relative(name), Line: line, Several: several}
	}
	return registry, database
}
