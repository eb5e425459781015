package storage

import (
	"path"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

// fileURL matches a value that is the URL of a database in a file, whatever option it stands behind, and databaseOption the options whose value may be
// such a file by its ending alone.
var (
	fileURL        = pattern.New(`^(sqlite(3|\+\w+)?:|jdbc:sqlite:|jdbc:h2:)`).Starting("sj")
	databaseOption = pattern.New(`^--?[\w.-]*(db|database|sqlite|datasource|dsn|storage|store)[\w.-]*$`).Starting("-")
	databaseTool   = pattern.New(`^(sqlite3?|alembic|flyway|liquibase|cp|mv|rm|touch|mkdir|chown|chmod|test|\[|ls|cat|echo|printf|export|tar)$`)
)

// argumentDatabase returns the file in which an argument of a program tells it to keep its database, and the key of the argument; "" if none does.
func argumentDatabase(u *input.Container) (file string, at diag.Path) {
	words, key := startWords(u), "build"
	if len(u.Spec.Entrypoint) > 0 {
		key = "entrypoint"
	}
	if len(u.Spec.Command) > 0 {
		key = "command"
	}
	calls := callsOf(words)
	if calls == nil {
		calls = [][]string{words}
	}
	for _, call := range calls {
		if len(call) > 0 && databaseTool.MatchString(path.Base(call[0])) {
			continue
		}
		if file := databaseIn(call); file != "" {
			return file, u.At.Key(key)
		}
	}
	return "", nil
}

// databaseIn returns the file that one of the words of a command names as a database.
func databaseIn(call []string) string {
	for i, word := range call {
		option, value, isPair := strings.Cut(word, "=")
		if !isPair || !strings.HasPrefix(word, "-") {
			option, value = "", word
			if i > 0 {
				option = call[i-1]
			}
		}
		value = strings.Trim(value, `"'`)
		if !fileURL.MatchString(value) && !databaseOption.MatchString(option) {
			continue
		}
		if file := databaseOf(value); file != "" {
			return file
		}
	}
	return ""
}
