package input

import (
	"path"

	"github.com/transship/transship/internal/pattern"
)

// refusals are programs that refuse a file which others than its owner may read, and how they are told which file it is. A bind mount has
// the mode that the file has on the host; the files of a ConfigMap or Secret belong to root, and everybody or a group may read them.
// Sources: https://www.mongodb.com/docs/manual/core/security-internal-authentication/ (keyfiles), https://www.postgresql.org/docs/current/ssl-tcp.html,
// https://man.openbsd.org/ssh.1#i, https://www.postgresql.org/docs/current/libpq-pgpass.html
var refusals = []struct {
	by     string
	option *pattern.Pattern
}{
	{"mongod", pattern.New(`(?:--keyFile(?:=|\s+)|(?:^|[\s{,])keyFile\s*[:=]\s*)["']?(/[^\s"',}]+)`).Holding("keyfile")},
	{"postgres", pattern.New(`ssl_key_file\s*=\s*["']?(/[^\s"',]+)`).Holding("ssl_key_file")},
	{"ssh", pattern.New(`(?:^|[\s;&|/"'])(?:auto)?ssh\s(?:[^;&|\n]*\s)?-i\s*["']?(/[^\s"']+)`).Holding("ssh")},
	{"libpq", pattern.New(`^PGPASSFILE=(/.+)$`).Starting("P")},
}

// privateTargets returns the files that programs are told of in texts and refuse where others may read them, with the program.
func privateTargets(texts []string) map[string]string {
	found := map[string]string{}
	for _, text := range texts {
		for _, r := range refusals {
			for _, m := range r.option.FindAllStringSubmatch(text, -1) {
				found[path.Clean(m[1])] = r.by
			}
		}
	}
	return found
}
