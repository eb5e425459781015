// Package envfile finds the source code of programs that write to their own .env file, as pages for settings and installers do.
package envfile

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/transship/transship/internal/pattern"
)

// reference is how source code names the file, and what it calls to write to a file: with the file as an argument, by opening it for that, or
// as a method of its path. Sources: https://laravel.com/docs/helpers#method-base-path, environmentFilePath of
// https://github.com/laravel/framework/blob/12.x/src/Illuminate/Foundation/Application.php, https://saurabh-kumar.com/python-dotenv/reference/ (set_key),
// https://nodejs.org/api/fs.html, https://pkg.go.dev/github.com/joho/godotenv#Write
const (
	reference = "(?:base_path\\(\\s*['\"]\\.env['\"]\\s*\\)|environmentFilePath\\(\\)|find_dotenv\\(|['\"`/]\\.env['\"`])"
	calls     = `(?:file_put_contents|File::(?:put|append|prepend|replace)|->(?:put|dumpFile|appendToFile)|(?:write|append|output)File(?:Sync)?|createWriteStream|Bun\.write|\b(?:un)?set_key|os\.WriteFile|godotenv\.Write|File\.write)\s*\(`
	opens     = `\bf?open(?:Sync)?\s*\(`
	forWrite  = `[^;\n]{0,40}?,\s*(?:mode\s*=\s*)?['"](?:[wa]|r\+)`
	methods   = `['"\x60)\s]*\.(?:write_text|write_bytes|open\(\s*['"][wa])`
)

var (
	sourceName = pattern.New(`(?i)\.(php|py|[cm]?[jt]sx?|rb|go)$`)
	// makesKey matches the command of Laravel that writes a key into the file. Source: https://laravel.com/docs/encryption#configuration
	makesKey = pattern.New(`Artisan::call\(\s*['"]key:generate`).Holding("artisan")
	// words are those of which one stands where a file is named by reference.
	words = []string{".env", "environmentFilePath", "find_dotenv"}
)

var (
	// written matches what writes to the file by its name.
	written = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(calls + `[^;\n]{0,100}?` + reference + `|` + opens + `[^;\n]{0,100}?` + reference + forWrite + `|` + reference + methods)
	})
	// named matches what holds the place of the file: a variable, a field, a constant, a function that returns it.
	named = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:\b(\w+)['"]?\s*(?::\s*\w+\s*)?(?::?=|=>)\s*|\bdefine\(\s*['"](\w+)['"]\s*,\s*|\b(?:function|def)\s+(\w+)\s*\([^)\n]*\)[^(){};]{0,60}[{:]\s*return\s+)[^;\n]{0,60}?` + reference)
	})
)

// IsSource reports whether a file has source code of a language that is read, by its name.
func IsSource(name string) bool { return sourceName.MatchString(name) }

// IsWritten reports whether source code writes to the .env file of its program.
func IsWritten(text string) bool {
	if makesKey.MatchString(text) {
		return true
	}
	if !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) }) {
		return false
	}
	if written().MatchString(text) {
		return true
	}
	var names []string
	for _, m := range named().FindAllStringSubmatch(text, -1) {
		if name := m[1] + m[2] + m[3]; name != "" && !slices.Contains(names, name) && len(names) < maxNames {
			names = append(names, name)
		}
	}
	return slices.ContainsFunc(names, func(name string) bool {
		place := `\b` + regexp.QuoteMeta(name) + `\b(?:\(\))?`
		return regexp.MustCompile(calls + `[^;,\n]{0,60}?` + place + `|` + opens + `[^;,\n]{0,60}?` + place + forWrite + `|` + place + methods).MatchString(text)
	})
}

// maxNames bounds how many names of one file are looked for.
const maxNames = 20
