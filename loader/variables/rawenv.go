package variables

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

// RegisterRawFormat teaches compose-go the format "raw" of env files, which docker compose registers the same way: in
// the one table of the process. Once, so that concurrent loads do not race for it.
var RegisterRawFormat = sync.OnceFunc(func() { dotenv.RegisterFormat("raw", readRawEnv) })

// readRawEnv reads lines of KEY=value as they are: no quotes, no interpolation; a key without a value takes that of the
// environment. Source: the --env-file of docker run, which docker compose uses for the format "raw".
func readRawEnv(in io.Reader, filename string, vars map[string]string, lookup func(string) (string, bool)) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxEnvFileSize)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimLeft(strings.TrimPrefix(lines.Text(), "\ufeff"), " \t")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, given := strings.Cut(line, "=")
		if key == "" || strings.ContainsAny(key, " \t") {
			return fmt.Errorf("read %s: line %d: not a variable name", filename, n)
		}
		if !given {
			if value, given = lookup(key); !given {
				continue
			}
		}
		vars[key] = value
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read %s: %w", filename, err)
	}
	return nil
}
