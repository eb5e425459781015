// Package secret tells which values are secrets: by the name of their variable, by what they look like, and because they
// equal one that is known. It is the one place that decides so, for what goes into Secrets and for what is masked wherever
// something is printed or written.
package secret

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// Is reports whether the value of a variable is a secret: it is called as secrets are, or looks like one. What cannot be a
// secret whatever its name is none: a switch, null, a path, a rate, the name of an algorithm, the addresses of a list.
func Is(name, value string) bool {
	if value == "" {
		return false
	}
	words := wordsOf(name)
	return IsValue(value) || isGiven(words, value) || len(passwordsOfAccounts(words, value)) > 0 || strings.Contains(value, "\n") && InSettings("", value) != ""
}

// isGiven reports whether a value is a secret because of the words of its name. The words are judged first: most names have none
// that could make a secret of anything, and judging a value takes much longer.
func isGiven(words []string, value string) bool {
	kind := secretKey
	if !hasSecretWord(words) {
		kind = kindOfKey(words)
	}
	if kind != secretKey && kind != unknownKey || value == "" || isAbout(words) || cannotBe(words, value) {
		return false
	}
	return kind == secretKey || isRandom(value)
}

var (
	rate      = pattern.New(`^\d+(\.\d+)?\s*(/|per)\s*\d*\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)([;,]\s*\d+\s*/\s*\w+)*$`).Starting("0123456789")
	quantity  = pattern.New(`(?i)^\d+(\.\d+)?\s*(ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?|y|years?|[kmgt]i?b?|%)$`).Starting("0123456789")
	algorithm = pattern.New(`(?i)^((hs|rs|es|ps)(256|384|512)|eddsa|md5|md5-crypt|sha-?(1|224|256|384|512)(-crypt)?|ssha(256|512)?|blf-crypt|bcrypt|scrypt|argon2(id?|d)?|pbkdf2(-sha\d+)?|hmac-sha-?\d+|scram-sha-(1|256|512)|plain|plaintext|crypt|trust|aes-?(128|192|256)(-?(gcm|cbc|ctr))?)$`).
			Holding("256", "384", "512", "eddsa", "md5", "sha", "crypt", "argon", "pbkdf", "hmac", "scram", "plain", "trust", "aes")
	// networks matches addresses of IPv4 and networks, as lists of who is let in have them.
	networks = pattern.New(`^(?:(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}/\d{1,3})(?:[,;\s]\s*(?:(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}/\d{1,3}))*$`).Holding(".", ":")
	plainURL = pattern.New(`^[a-zA-Z][\w+.-]*://[^@\s]*$`)
)

// cannotBe reports whether a value is no secret although its variable is called like one.
func cannotBe(words []string, value string) bool {
	value = strings.Trim(value, `"'`) // what an env file keeps
	switch strings.ToLower(value) {
	case "", "true", "false", "yes", "no", "on", "off", "null", "none", "nil", "undefined", "enabled", "disabled", "optional", "required", "y", "n":
		return true
	}
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	if rate.MatchString(value) || algorithm.MatchString(value) || isPath(value) || (last == "PASS" || last == "DSN") && plainURL.MatchString(value) {
		return true
	}
	if networks.MatchString(value) && (strings.ContainsAny(value, "/,; ") || !endsInPassword(last)) {
		return true
	}
	digits := strings.Trim(value, "0123456789") == ""
	if value != "0" && value != "1" && endsInPassword(last) {
		return last == "PIN" && digits && len(value) < minimalPIN
	}
	return digits && (len(value) <= shortNumber || last == "TOKENS" || last == "CREDENTIALS") ||
		quantity.MatchString(value)
}

const (
	shortNumber = 4 // digits of a number that counts something
	minimalPIN  = 3 // digits of a PIN; less are the pin of a part
)

// endsInPassword reports whether even a short number under such a name is a password: PASSWORD=123.
func endsInPassword(last string) bool {
	for _, end := range []string{"PASSWORD", "PASSWD", "PASS", "PWD", "PW", "SECRET", "PIN", "PASSCODE", "PASSPHRASE"} {
		if strings.HasSuffix(last, end) {
			return true
		}
	}
	return false
}

var (
	pathParts = pattern.New(`^([A-Za-z]:[\\/]|\\\\|file://|\.{0,2}/|~/)?([\w.@+ -]+[\\/])+[\w.@+ -]*$`).Holding("/", `\`)
	rooted    = pattern.New(`^([A-Za-z]:[\\/]|file://|\.{1,2}/|~/|/(run|etc|var|opt|usr|home|root|srv|mnt|tmp|app|data|config|certs?|keys?|secrets?|ssl|tls|run|dev|vault|bitnami|custom|private|path)/)`).Holding("/", `\`)
	extension = pattern.New(`(?i)\.(pem|key|crt|cer|cert|p12|pfx|jks|der|csr|txt|json|ya?ml|conf|cfg|ini|env|properties|toml|secret|pub|sock|gpg|asc|kdbx|db)$`).Holding(".")
)

// fileName matches the names of files that people give them, which are no secrets.
var fileName = pattern.New(`^[a-z][a-z-]*[_.-][\w.-]*\.(txt|json|ya?ml|conf|cfg|ini|csv|xml|properties|toml|list)$`).Holding(".")

// isPath reports whether a value is the path or the name of a file. Base64 has slashes as well.
func isPath(value string) bool {
	if fileName.MatchString(value) {
		return true
	}
	if !pathParts.MatchString(value) {
		return false
	}
	if rooted.MatchString(value) || extension.MatchString(value) {
		return true
	}
	if value[0] != '/' || strings.Count(value, "/") < 2 {
		return false
	}
	for part := range strings.SplitSeq(strings.Trim(value, "/"), "/") {
		if isMixed(part) {
			return false
		}
	}
	return true
}

// isMixed reports whether a word has digits among letters, or capitals inside, as nothing has that people call files.
func isMixed(word string) bool {
	changes := 0
	for i := 1; i < len(word); i++ {
		if class(word[i]) != class(word[i-1]) {
			changes++
		}
	}
	return changes > 3
}

func class(c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		return 1
	case 'A' <= c && c <= 'Z':
		return 2
	case '0' <= c && c <= '9':
		return 3
	}
	return 0
}

var (
	wordLike  = pattern.New(`^[A-Za-z_.-]+\d{0,3}$`)
	dottedOrd = pattern.New(`^\d+(\.\d+)*$`)
	token     = pattern.New(`^[A-Za-z0-9+/_=.:-]{8,}$`)
)

// isRandom reports whether a value looks as if a machine had made it up: one word that mixes letters and digits.
func isRandom(value string) bool {
	if !token.MatchString(value) || wordLike.MatchString(value) || dottedOrd.MatchString(value) || strings.Contains(value, "://") || isPath(value) {
		return false
	}
	letters, digits, changes := 0, 0, 0
	for i := range len(value) {
		switch class(value[i]) {
		case 1, 2:
			letters++
		case 3:
			digits++
		}
		if i > 0 && class(value[i]) != class(value[i-1]) {
			changes++
		}
	}
	return digits >= 2 && letters >= 2 && changes >= 4
}
