package lockfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// parse reads the text of a lock file; the error is a [*SyntaxError].
func parse(text []byte) (*File, error) {
	text = withoutBOM(text)
	if line := conflict(text); line > 0 {
		return nil, &SyntaxError{
			Line: line, Column: 1, Message: "a merge has left its marks in it",
			Help: "run `transship lock`, which reads the images of the merged project and writes it anew",
		}
	}
	var head struct {
		LockfileVersion *int `json:"lockfileVersion"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, syntaxError(text, err)
	}
	if head.LockfileVersion == nil {
		return nil, &SyntaxError{Line: 1, Message: "it has no lockfileVersion"}
	}
	if version := *head.LockfileVersion; version != formatVersion {
		wrong := &SyntaxError{Line: lineOf(text, `"lockfileVersion"`), Message: fmt.Sprintf("it has the version %d, this program reads version %d", version, formatVersion)}
		if version > formatVersion {
			wrong.Help = "update transship: a newer one has written it"
		}
		return nil, wrong
	}
	file := &File{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(file); err != nil {
		return nil, syntaxError(text, err)
	}
	if err := file.check(text); err != nil {
		return nil, err
	}
	return file, nil
}

// withoutBOM drops what some editors of Windows put before a text.
func withoutBOM(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) }

// conflict returns the line of the first mark of a merge that failed, or 0. No text that [File.Marshal] writes has a line that
// begins so.
func conflict(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		for _, mark := range []string{"<<<<<<< ", ">>>>>>> ", "||||||| "} {
			if bytes.HasPrefix(line, []byte(mark)) {
				return n
			}
		}
	}
	return 0
}

// lineOf returns the line on which a text is found first, or 0.
func lineOf(text []byte, what string) int {
	before, _, found := bytes.Cut(text, []byte(what))
	if !found {
		return 0
	}
	return bytes.Count(before, []byte("\n")) + 1
}

// kinds are the words for what a key of the file holds, by the kind of Go's types.
var kinds = map[string]string{
	"int64": "a whole number", "int": "a whole number", "string": "a text", "bool": "true or false", "slice": "a list", "map": "a mapping", "struct": "a mapping",
}

// syntaxError finds the place of an error of encoding/json in the text.
func syntaxError(text []byte, err error) error {
	offset := int64(-1)
	out := &SyntaxError{Message: strings.TrimPrefix(err.Error(), "json: ")}
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	wrong, isType := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case isSyntax:
		if offset = syntax.Offset; offset >= int64(len(text)) && strings.Contains(err.Error(), "unexpected end") {
			out.Message = "it ends in the middle"
		}
	case isType:
		offset = wrong.Offset
		if expected := kinds[wrong.Type.Kind().String()]; expected != "" && wrong.Field != "" {
			value, _, _ := strings.Cut(wrong.Value, " ") // "number 1.5"
			out.Message = fmt.Sprintf("%s is a %s where %s belongs", wrong.Field, value, expected)
		}
	default:
		if found := unknownField.FindStringSubmatch(err.Error()); found != nil {
			out.Line = lineOf(text, strconv.Quote(found[1]))
		}
	}
	if offset >= 0 && offset <= int64(len(text)) {
		before := text[:offset]
		out.Line = bytes.Count(before, []byte("\n")) + 1
		out.Column = max(1, len(before)-bytes.LastIndexByte(before, '\n')-1)
	}
	return out
}

// unknownField is the only form in which encoding/json names a field that a type lacks.
var unknownField = pattern.New(`unknown field "([^"]+)"`)

// check refuses what [File.Marshal] never writes and what would mislead a conversion.
func (f *File) check(text []byte) error {
	seen := map[string]bool{}
	for i, image := range f.Images {
		key := image.Reference + " " + image.Platform
		wrong := &SyntaxError{Line: lineOf(text, strconv.Quote(image.Reference))}
		switch err := image.check(); {
		case image.Reference == "" || image.Platform == "":
			wrong.Line, wrong.Message = 0, fmt.Sprintf("image %d of the list has no reference or no platform", i+1)
		case seen[key]:
			wrong.Message = fmt.Sprintf("%s for %s is in it twice", image.Reference, image.Platform)
		case err != nil:
			wrong.Message = fmt.Sprintf("%s: %v", image.Reference, err)
		default:
			seen[key] = true
			continue
		}
		return wrong
	}
	return nil
}

// maxID is the largest number of a user or group that the kernel has.
const maxID = 1<<32 - 2

// IsID reports whether a number is one of a user or group.
func IsID(id int64) bool { return id >= 0 && id <= maxID }

var octal = pattern.New(`^[0-7]{1,5}$`)

// check reports what no image can have: a digest that is none, numbers of users beyond those of the kernel, modes and
// durations that are none.
func (i Image) check() error {
	if i.Digest != "" && !isDigest(i.Digest) {
		return fmt.Errorf("%q is no digest: sha256: and 64 hexadecimal digits belong there", i.Digest)
	}
	var ids []*int64
	ids = append(ids, i.UID, i.GID)
	for _, id := range i.Groups {
		ids = append(ids, &id)
	}
	for _, id := range i.GroupIDs {
		ids = append(ids, id)
	}
	for _, u := range i.Users {
		if u != nil {
			ids = append(ids, &u.UID, &u.GID)
		}
	}
	for _, p := range i.Paths {
		if ids = append(ids, p.UID, p.GID); p.Mode != "" && !octal.MatchString(p.Mode) {
			return fmt.Errorf("%q is no mode of a file", p.Mode)
		}
	}
	for _, id := range ids {
		if id != nil && !IsID(*id) {
			return fmt.Errorf("%d is no number of a user or group", *id)
		}
	}
	if _, err := i.healthcheck(); err != nil {
		return fmt.Errorf("the healthcheck: %w", err)
	}
	if h := i.Healthcheck; h != nil && h.Retries < 0 {
		return fmt.Errorf("the healthcheck has %d retries, and a number from 0 on belongs there", h.Retries)
	}
	return nil
}

func isDigest(s string) bool {
	hex, ok := strings.CutPrefix(s, "sha256:")
	return ok && len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}
