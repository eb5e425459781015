package diag

import "regexp"

// secretWord matches what makes the name of a variable, key or flag look like that of a secret. It is generous: a value
// that is masked without need costs nothing.
const secretWord = `(?i:pass|pwd|dsn|secret|token|api_?-?key|private_?-?key|access_?-?key|encryption_?-?key|signing_?-?key|credential|auth|fernet|erlang_?cookie|_salt|encryption_\w*key)` //nolint:gosec // it matches names, it is none

var (
	secretName = regexp.MustCompile(secretWord)
	// secretAssignment matches up to the value in KEY: value, KEY=value and --flag value, wherever in a line.
	secretAssignment = regexp.MustCompile(`(?:[\w.-]*` + secretWord + `[\w.-]*["']?[ \t]*[:=][ \t]*|--?[\w-]*` + secretWord + `[\w-]*["']?,?[ \t]+)`)
	// fileReference matches the names of settings that hold the path of a secret, which is none itself.
	fileReference = regexp.MustCompile(`(?i:_file["']?[ \t]*[:=][ \t]*)$`)
	urlPassword   = regexp.MustCompile(`(://[^/\s:@]*:)[^@\s]+@`)
)

const masked = "***"

// withoutSecrets returns a source line with the values of secret-looking names masked, and false when the line had
// better not be shown at all. Findings end up in CI logs that more people can read than the compose file.
func withoutSecrets(path Path, line string) (string, bool) {
	line = urlPassword.ReplaceAllString(line, "${1}"+masked+"@")
	for _, at := range secretAssignment.FindAllStringIndex(line, -1) {
		if at[1] < len(line) && !fileReference.MatchString(line[at[0]:at[1]]) && !isMount(line, at[0], at[1]) {
			return line[:at[1]] + masked, true
		}
	}
	// A line without a name may be part of a text in several lines; the path tells whose.
	if len(path) > 0 && path[0] == "secrets" && path[len(path)-1] == "content" {
		return "", false
	}
	if n := len(path); n > 2 && path[n-2] == "environment" && secretName.MatchString(path[n-1]) && !secretName.MatchString(line) {
		return "", false
	}
	return line, true
}

// isMount reports whether what looks like an assignment is part of two paths, as in ./auth:/etc/auth.
func isMount(line string, start, end int) bool {
	return start > 0 && line[start-1] == '/' && line[end] == '/'
}
