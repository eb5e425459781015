package secret

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// account matches the name of an account, its password, and the numbers that some servers take behind it: bob:hunter2:1001.
var account = pattern.New(`^[A-Za-z][\w.@-]*:([^\s:,;|/]{4,})(:\d+)*$`).Holding(":")

// users are the last words of names whose values are accounts, often with their passwords.
var users = set("USER", "USERS", "LOGIN", "LOGINS", "ACCOUNT", "ACCOUNTS")

// owners are words of names whose values are a user and a group.
var owners = set("RUN", "RUNAS", "AS", "OWNER", "CHOWN", "GROUP", "UID", "GID", "SYSTEM", "UNIX", "OS", "PROCESS", "FILE", "DIR", "CONTAINER")

// groups are groups of Linux, which stand behind the name of a user and a colon as a password does.
var groups = set("ROOT", "USERS", "WHEEL", "STAFF", "NOGROUP", "NOBODY", "DOCKER", "DAEMON", "VIDEO", "AUDIO", "RENDER", "WWW-DATA")

// passwordsOfAccounts returns where the passwords stand in the value of a variable that names accounts: ADD_LOCAL_USER=alice:s3cret,bob:hunter2.
// A user with a group of the same name (USER=node:node) or with a number has none, nor has a value of which a part is no account.
func passwordsOfAccounts(words []string, value string) []span {
	if len(words) == 0 || !users[words[len(words)-1]] {
		return nil
	}
	for _, word := range words {
		if owners[word] {
			return nil
		}
	}
	var spans []span
	start := 0
	for text := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(",;| \t\n", r) }) {
		start += strings.Index(value[start:], text)
		at := account.FindStringSubmatchIndex(text)
		if at == nil {
			return nil
		}
		name, password := text[:at[2]-1], text[at[2]:at[3]]
		if name != password && !groups[strings.ToUpper(password)] && strings.Trim(password, "0123456789") != "" && !isReference(password) {
			spans = append(spans, span{start + at[2], start + at[3]})
		}
		start += len(text)
	}
	return spans
}
