package diagnosis

import (
	"errors"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
)

// decodingHeader stands before the values that compose-go could not decode, which are sizes and durations: the schema
// takes any text for them.
const decodingHeader = "decoding failed due to the following error(s):"

// undecoded matches one such value: the Go path of the field, and why.
var undecoded = pattern.New(`^'([^']+)' (.+)$`)

// decodingErrors takes the error about all values that could not be decoded apart.
func decodingErrors(err error) []error {
	list, is := strings.CutPrefix(err.Error(), decodingHeader)
	if !is {
		return []error{err}
	}
	var out []error
	for line := range strings.SplitSeq(list, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, errors.New(line))
		}
	}
	return out
}

// undecodedValue words one value that could not be decoded, and false for any other error.
func undecodedValue(text string) (diag.Finding, bool) {
	groups := undecoded.FindStringSubmatch(text)
	if groups == nil {
		return diag.Finding{}, false
	}
	f := diag.Finding{Code: "invalid-value", Path: fieldPath(groups[1]), Message: strings.TrimPrefix(groups[2], "time: "), Help: "correct the value"}
	if message, help := inPlainWords(groups[2]); message != "" {
		f.Message, f.Help = message, help
		return f, true
	}
	switch {
	case strings.Contains(f.Message, "unconvertible type 'time.Time'"):
		f.Message, f.Help = "a date without quotes is no text", "quote the value"
	case strings.Contains(f.Message, "overflows uint"):
		f.Help = "write a number that is not negative"
	case strings.HasPrefix(f.Message, "strconv.Parse"):
		_, f.Message, _ = strings.Cut(f.Message, ": ")
		f.Help = "write a number"
	case strings.Contains(f.Message, "duration"):
		f.Help = "write a duration such as 1m30s or 500ms"
	case strings.Contains(f.Message, "size"):
		f.Help = "write a size such as 512m or 2g"
	}
	return f, true
}

// fieldPath returns the path of services[web].ports[0].target: brackets hold keys of mappings and indices of lists alike.
func fieldPath(field string) diag.Path {
	var path diag.Path
	for field != "" {
		end := strings.IndexAny(field, ".[")
		switch {
		case field[0] == '.':
			field = field[1:]
		case field[0] == '[':
			key, rest, _ := strings.Cut(field[1:], "]")
			if strings.Trim(key, "0123456789") == "" && len(path) > 1 {
				key = "[" + key + "]"
			}
			path, field = path.Key(key), rest
		case end < 0:
			path, field = path.Key(field), ""
		default:
			path, field = path.Key(field[:end]), field[end:]
		}
	}
	return path
}
