package storage

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

var (
	// databaseFile matches what programs are told about a database that is a file: a URL of SQLite or H2, a data source that is nothing but a
	// file, or a path with an ending for one. Three slashes stand before a relative path, and four before an absolute one.
	databaseFile = pattern.New(`^(?:sqlite(?:3|\+\w+)?:(?://)?/?|jdbc:sqlite:|jdbc:h2:(?:file:)?|file:)([\w./~-]+)|(?i:^(?:data source|filename)\s*=\s*([\w./-]+)\s*(?:;\s*(?:cache|mode|version|foreign keys|pooling|default timeout)\s*=[^;]*)*;?\s*$)|^([\w./-]+\.(?:db3?|sqlite3?))$`).
			Holding("sqlite", "jdbc:", "file:", "source", "filename", ".db")
	// databaseVariable matches the variables that tell a program of its database.
	databaseVariable = pattern.New(`(?i)(^|[._-])(db|database|databases|sqlite\w*|sqlalchemy|datasource|dsn|connection_?strings?|storage)([._-]|$)`).
				Holding("db", "database", "sqlite", "sqlalchemy", "datasource", "dsn", "connectionstring", "connection_string", "storage")
	// serverVariable matches the variables that name the server of a database, and serverImage the images of those that hold tables or documents.
	serverVariable = pattern.New(`(?i)(^|[._-])(db|database|postgres\w*|pg|mysql|mariadb|mongo\w*|sql|jdbc|datasource|dsn|connectionstrings?)([._-]|$)|^(pg(host|user)|db)`)
	serverImage    = pattern.New(`(?i)postg|pgvector|timescale|mysql|mariadb|percona|mongo|mssql|sqlserver|azure-sql|oracle|cockroach|yugabyte|db2|firebird`)
)

// fileDatabase returns the file in which a container is told to keep its database, and where it is told so; "" if it is told none.
func fileDatabase(p *input.Project, u *input.Container) (file string, at diag.Path) {
	for _, name := range sorted.Keys(u.Spec.Environment) {
		if value := u.Spec.Environment[name]; value != nil && databaseVariable.MatchString(name) {
			if file := databaseOf(*value); file != "" && !isHostName(p, name, file) {
				return file, u.At.Key("environment", name)
			}
		}
	}
	if file, at := argumentDatabase(u); file != "" {
		return file, at
	}
	if u.Service.Build() == nil {
		return "", nil
	}
	for _, name := range sorted.Keys(u.Facts.Env) {
		if u.Spec.Environment[name] == nil && databaseVariable.MatchString(name) {
			if file := databaseOf(u.Facts.Env[name]); file != "" && !isHostName(p, name, file) {
				return file, u.At.Key("build")
			}
		}
	}
	return "", nil
}

// hostVariable matches the variables that name a host.
var hostVariable = pattern.New(`(?i)(host|hostname|server|address|addr)$`).Holding("host", "server", "addr")

// isHostName reports whether what looks like a file is the name of a host: DB_HOST=shop.db.
func isHostName(p *input.Project, variable, file string) bool {
	return hostVariable.MatchString(variable) || slices.ContainsFunc(p.Services, func(s *input.Service) bool {
		return s.Name == file || s.Config.ContainerName == file || s.Config.Hostname == file
	})
}

// databaseOf returns the file that a value names as a database, "" if it names none or one for what does not last.
func databaseOf(value string) string {
	for i, file := range databaseFile.FindStringSubmatch(strings.TrimSpace(value)) {
		if i == 0 || file == "" {
			continue
		}
		if isPassing := passing.MatchString(path.Clean(file)); !isPassing && !strings.Contains(file, "memory") && strings.Trim(file, "./~") != "" {
			return file
		}
	}
	return ""
}

const helpVolumeForFile = "mount a named volume at a directory of its own, and let the file lie there"

// reportFileDatabase reports a program that goes on and whose database is a file that lies in no mount. Docker keeps it while the container is started
// again; a container of a Pod begins with the files of its image each time.
func reportFileDatabase(p *input.Project, u *input.Container, mounts []plan.Mount, mayHoldData bool, findings *report.Findings) {
	if dir, _ := toldDirectory(u); dir != "" || len(u.Service.Facts.DataDirs) > 0 {
		return
	}
	if file, at := fileDatabase(p, u); file != "" {
		if !keepsFile(u, mounts, file, mayHoldData) {
			findings.Addf("ephemeral-data", at, helpVolumeForFile,
				"the database %s lies in no volume: it is lost whenever the container starts again, where Docker keeps it until the container is removed", file)
		}
		return
	}
	if file := defaultDatabase(p, u, mounts); file != "" {
		findings.Addf("ephemeral-data", u.At.Key("image"), helpVolumeForFile,
			"the database %s lies in no volume: it is lost whenever the container starts again, where Docker keeps it until the container is removed", file)
		return
	}
	reportOpenedDatabase(p, u, mounts, mayHoldData, findings)
}

// reportOpenedDatabase reports a program whose source says that its database is a file: where it says which one and no mount has it, and else where the
// program mounts no volume at all.
func reportOpenedDatabase(p *input.Project, u *input.Container, mounts []plan.Mount, mayHoldData bool, findings *report.Findings) {
	found := u.Service.Facts.FileDatabase
	if found.File == "" || u.Service.Build() == nil || usesServer(p, u) && (found.Several || isToldEngine(u)) {
		return
	}
	file := found.Path
	for _, name := range found.Variables {
		value := u.Facts.Env[name]
		if told := u.Spec.Environment[name]; told != nil {
			value = *told
		}
		switch told := databaseOf(value); {
		case value == "":
		case told != "":
			file = told
		case strings.Contains(value, "://"), strings.Contains(value, "memory"): // a server, or nothing that lasts
			return
		case strings.ContainsAny(value, "/."):
			file = value
		}
	}
	if passing.MatchString(file) {
		return
	}
	if !slices.ContainsFunc(mounts, isWritableClaim) {
		findings.Addf("ephemeral-data", u.Service.Key("build"), helpVolumeForFile,
			"%s keeps its database in a file, as %s (line %d) says, and mounts no volume: it is lost whenever the container starts again, where Docker keeps it until the container is removed", u.Service.Name, found.File, found.Line)
	} else if file != "" && !keepsFile(u, mounts, file, mayHoldData) {
		findings.Addf("ephemeral-data", u.Service.Key("build"), helpVolumeForFile,
			"%s keeps its database in %s, as %s (line %d) says, and none of its volumes holds that: it is lost whenever the container starts again, where Docker keeps it until the container is removed", u.Service.Name, file, found.File, found.Line)
	}
}

// isWritableClaim reports whether what is written into a mount stays when its Pod is replaced.
func isWritableClaim(m plan.Mount) bool { return m.Claim != nil && !m.ReadOnly }

// keepsFile reports whether a file reaches a mount. A relative one lies in the directory of the program or below it, if that is known.
func keepsFile(u *input.Container, mounts []plan.Mount, file string, mayHoldData bool) bool {
	if !path.IsAbs(file) {
		dir := u.Spec.WorkingDir
		if dir == "" {
			dir = u.Facts.WorkingDir
		}
		isNear := func(m plan.Mount) bool {
			return isWritableClaim(m) && (dir == "" || strings.HasPrefix(file, "~") || source.Within(m.Target, dir) || source.Within(dir, m.Target))
		}
		if dir == "" || strings.HasPrefix(file, "~") || slices.ContainsFunc(mounts, isNear) { // it may be relative to another directory of the program
			return slices.ContainsFunc(mounts, isNear) || mayHoldData
		}
		file = path.Join(dir, file)
	}
	return isKept(u, mounts, path.Clean(file)) || isKept(u, mounts, path.Dir(path.Clean(file)))
}

var (
	// engineVariable matches the variables that choose between databases, as frameworks call them, and serverEngine what chooses one with a server.
	engineVariable = pattern.New(`(?i)(^|[._-])(engine|dialect|driver|client|connection|backend|adapter|(db|database)_?(type|kind))$`).
			Holding("engine", "dialect", "driver", "client", "connection", "backend", "adapter", "type", "kind")
	serverEngine = pattern.New(`(?i)postg|psycopg|^pg$|mysql|mariadb|mongo|mssql|sqlserver|oracle|cockroach`)
)

// isToldEngine reports whether the environment of a container chooses a database with a server, in place of the file that its sources name.
func isToldEngine(u *input.Container) bool {
	for name, value := range u.Spec.Environment {
		if value != nil && engineVariable.MatchString(name) && serverEngine.MatchString(*value) {
			return true
		}
	}
	return false
}

// usesServer reports whether a service may use the server of a database, by its variables, or by what it starts after.
func usesServer(p *input.Project, u *input.Container) bool {
	for name, value := range u.Spec.Environment {
		if value != nil && *value != "" && serverVariable.MatchString(name) {
			return true
		}
	}
	if len(u.Service.Config.EnvFiles) > 0 {
		return true
	}
	isServer := func(name string) bool {
		s := p.ByName[name]
		return s != nil && serverImage.MatchAny(s.ImageNames())
	}
	return slices.ContainsFunc(slices.Collect(maps.Keys(u.Service.Config.DependsOn)), isServer)
}
