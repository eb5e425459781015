package dockerfile

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transship/transship/internal/envfile"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
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

// Where code of a program opens a database that is a file or a directory, whatever the file with the code is called. Sources:
// https://docs.python.org/3/library/sqlite3.html#sqlite3.connect, https://github.com/WiseLibs/better-sqlite3/blob/master/docs/api.md,
// https://nodejs.org/api/sqlite.html, https://pkg.go.dev/database/sql#Open, https://pkg.go.dev/go.etcd.io/bbolt#Open,
// https://docs.rs/rusqlite/latest/rusqlite/struct.Connection.html#method.open, https://docs.rs/sled/latest/sled/fn.open.html,
// https://docs.trychroma.com/docs/run-chroma/persistent-client, https://www.php.net/manual/en/sqlite3.construct.php
var (
	databaseCall = pattern.New(`\b(?:sqlite3|aiosqlite|apsw|duckdb|lancedb)\.connect\(|\bnew (?:sqlite3\.Database|DatabaseSync|SQLite3)\(|\b(?:chromadb\.PersistentClient|TinyDB|lmdb\.open)\(|`+
		`\bsql(?:x)?\.(?:Open|Connect|MustConnect)\("sqlite3?",|\bsqlite\.Open\(|\b(?:bolt|bbolt|badger|pebble)\.Open\(|\bleveldb\.OpenFile\(|`+
		`\b(?:rusqlite::)Connection::open\(|\bsled::open\(|\bSQLite3::Database\.new\b|\bRocksDB\.open\(`).
		Holding("sqlite", "duckdb.connect", "lancedb.connect", "apsw.connect", "databasesync(", "chromadb.persistentclient", "tinydb(", "lmdb.open", "bolt.open", "badger.open", "pebble.open", "leveldb.openfile", "sled::open", "rocksdb.open")
	// databaseLibraries are words of which one stands in each file of code with such a call: most files are told from that alone.
	databaseLibraries = []string{"sqlite", "SQLite", "duckdb.", "lancedb.", "apsw.", "DatabaseSync", "chromadb.", "TinyDB", "lmdb.", "bolt.", "badger.", "pebble.", "leveldb.", "sled::", "RocksDB."}
	// betterDatabase is how a library for Node.js is called, whose own name says nothing.
	betterDatabase = pattern.New(`\bnew (?:Better)?(?:Sqlite3?|Database)\(`).Holding("new ")
	// notLasting matches what is told of a database that is not kept, or not written.
	notLasting = pattern.New(`(?i)memory|mode=ro|readonly|read_only|\btmp|/tmp|temp|\btest`)
	// literalFile and literalPlace match the file or directory of a database as it stands in code, and builtPath what makes a path of parts, where each
	// part that is quoted is replaced.
	literalFile  = pattern.New(`["'\x60](?:sqlite(?:\+\w+)?:(?://)?/?|file:)?([\w./~-]*\.(?:db3?|sqlite3?|duckdb|mdb))(?:\?[^"'\x60]*)?["'\x60]`)
	literalPlace = pattern.New(`["'\x60](\.{0,2}/[\w./-]+)["'\x60]`)
	builtPath    = pattern.New(`\$\{|\{\w|\b(?:join|resolve|Join|Path)\(|["')\w]\s*[/+]\s*["'(\w]|__file__|__dirname|\bf["']|import\.meta`)
	literalPath  = pattern.New(`"[\w./~-]*"|'[\w./~-]*'|\x60[\w./~-]*\x60`)
	// argumentName matches the name of a variable that is given to a call, and fromVariable the variable of the environment that a value comes from.
	argumentName = pattern.New(`^\s*(?:(?:str|String|os\.fspath|badger\.DefaultOptions)\()?(?:path\s*=\s*)?&?(?:\w+\.)*([A-Za-z_]\w*)\s*[,)]`)
	fromVariable = pattern.New(`(?i:env\w*)\W{1,3}(?:(?i:get|var|fetch)\W{1,3})?["'\x60]?([A-Z][A-Z0-9_]*)\b`)
	// notRun matches directories with what the program of an image does not run.
	notRun = pattern.New(`(?i)(^|/)(scripts?|tools?|examples?|docs?|notebooks?|bench(marks?)?|samples?|migrations?|seeds?|alembic|\w*tests?)/`)
)

// maxCall is how many bytes of a call are read for what is given to it.
const maxCall = 300

// Databases remembers which sources of images keep a database in a file: each build context is read once, whoever has it.
type Databases map[string]source.FileDatabase

// in returns where the sources in a build context keep a database in a file, as far as one of the sources of a copy has them. A nil receiver remembers nothing.
func (known Databases) in(c buildContext, sources []string) source.FileDatabase {
	if c.dir == "" {
		return source.FileDatabase{}
	}
	key := c.key(sources)
	if database, isKnown := known[key]; isKnown {
		return database
	}
	database := c.namedDatabase(sources)
	if database.File == "" {
		database = c.openedDatabase(sources)
	}
	if known != nil {
		known[key] = database
	}
	return database
}

// namedDatabase returns where one of the files in which programs mostly say so names a database that is a file. Programs of several databases use the
// one that their environment names.
func (c buildContext) namedDatabase(sources []string) source.FileDatabase {
	for _, name := range c.found(databaseUsers...) {
		rel := c.relative(name)
		if base := filepath.Base(name); (base == "base.py" || strings.HasPrefix(base, "prod")) && filepath.Base(filepath.Dir(name)) != "settings" || c.isIgnored(rel) || !isOf(sources, rel) {
			continue
		}
		text := readText(name)
		if at := fileDatabase.FindStringSubmatchIndex(text); at != nil {
			line, _, _ := strings.Cut(text[at[0]:min(len(text), at[1]+maxCall)], "\n")
			database := databaseIn(text, line)
			database.File, database.Line = rel, 1+strings.Count(text[:at[1]], "\n")
			return database
		}
	}
	return source.FileDatabase{}
}

// openedDatabase returns the first place where code opens a database that is a file.
func (c buildContext) openedDatabase(sources []string) (database source.FileDatabase) {
	isCode := func(name string) bool {
		return (envfile.IsSource(name) || path.Ext(name) == ".rs" || path.Ext(name) == ".java") && !skippedName.MatchString(name) && !notNaming.MatchString(name)
	}
	c.eachSource(sources, isCode, func(rel, text string) (goOn bool) {
		if !slices.ContainsFunc(databaseLibraries, func(word string) bool { return strings.Contains(text, word) }) || notRun.MatchString(rel) {
			return true
		}
		calls := databaseCall.FindAllStringSubmatchIndex(text, maxPages)
		if strings.Contains(text, "better-sqlite3") {
			calls = append(calls, betterDatabase.FindAllStringSubmatchIndex(text, maxPages)...)
		}
		for _, at := range calls {
			argument := argumentOf(text[at[1]:])
			if isRemark(text[:at[0]]) || notLasting.MatchString(argument) {
				continue
			}
			if found := databaseIn(text, argument); found.Path == "" || !notLasting.MatchString(found.Path) {
				database = found
				database.File, database.Line = rel, 1+strings.Count(text[:at[0]], "\n")
				return false
			}
		}
		return true
	})
	return database
}

// isRemark reports whether a text ends in a line that only remarks something.
func isRemark(before string) bool {
	line := strings.TrimSpace(before[strings.LastIndexByte(before, '\n')+1:])
	return slices.ContainsFunc([]string{"#", "//", "*", "--"}, func(sign string) bool { return strings.HasPrefix(line, sign) })
}

// argumentOf returns what is given to a call whose parenthesis was opened before a text: the rest of the line, or the next one if nothing is left.
func argumentOf(text string) string {
	text = strings.TrimLeft(text[:min(len(text), maxCall)], " \t\r\n")
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// databaseIn returns what an expression says of the file of a database, by the values that the text gives to its variables.
func databaseIn(text, expression string) source.FileDatabase {
	database := source.FileDatabase{Several: serverDatabase.MatchString(text)}
	for range 2 { // the variable that is given, and the one that it is made of
		if literal := placeIn(expression); literal != "" || fromVariable.MatchString(expression) {
			database.Path = literal
			break
		}
		name := argumentName.FindStringSubmatch(expression)
		if name == nil {
			break
		}
		value := valueOf(text, name[1])
		if value == "" {
			break
		}
		expression = value + ")"
	}
	for _, variable := range fromVariable.FindAllStringSubmatch(expression, maxPages) {
		database.Variables = append(database.Variables, variable[1])
	}
	if builtPath.MatchString(literalPath.ReplaceAllString(expression, `""`)) {
		database.Path = ""
	}
	return database
}

// placeIn returns the file or directory that stands in an expression, "" if none does.
func placeIn(expression string) string {
	if file := literalFile.FindStringSubmatch(expression); file != nil {
		return file[1]
	}
	if place := literalPlace.FindStringSubmatch(expression); place != nil {
		return place[1]
	}
	return ""
}

// valueOf returns the expression that a text gives to a variable, to the end of its line; "" if it gives none.
func valueOf(text, variable string) string {
	for at := 0; ; {
		next := strings.Index(text[at:], variable)
		if next < 0 {
			return ""
		}
		start, end := at+next, at+next+len(variable)
		at = end
		if start > 0 && (continuesName(text[start-1:]) && text[start-1] != '.') {
			continue
		}
		line, _, _ := strings.Cut(text[end:], "\n")
		line = line[:min(len(line), maxCall)]
		kind, value, isGiven := strings.Cut(line, "=")
		if kind = strings.TrimSpace(strings.Trim(kind, ": ")); isGiven && !strings.HasPrefix(value, "=") && !strings.ContainsAny(kind, "()'\",.!<>") && !isRemark(text[:start]) {
			return strings.TrimSpace(value)
		}
	}
}
