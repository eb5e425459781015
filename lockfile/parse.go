package lockfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/strictjson"
)

// parse reads the text of a lock file; the error is a [*SyntaxError].
func parse(text []byte) (*File, error) {
	text = strictjson.WithoutBOM(text)
	if line := conflict(text); line > 0 {
		return nil, &SyntaxError{
			Line: line, Column: 1, Message: "a merge has left its marks in it",
			Help: "run `transship lock`, which reads the images of the merged project and writes it anew",
		}
	}
	file := &File{}
	err := strictjson.Decode(text, file)
	if wrong := checkVersion(text); wrong != nil { // before anything else: another version has other keys
		return nil, wrong
	}
	if wrong, is := errors.AsType[*strictjson.Error](err); is {
		return nil, &SyntaxError{Line: wrong.Line, Column: wrong.Column, Message: wrong.Message}
	}
	if err != nil {
		return nil, &SyntaxError{Message: err.Error()}
	}
	if err := file.check(text); err != nil {
		return nil, err
	}
	return file, nil
}

// checkVersion refuses a text that is JSON, with no version or another one. What is no JSON is not for it to say.
func checkVersion(text []byte) error {
	var head map[string]json.RawMessage
	if isJSON := json.Unmarshal(text, &head) == nil && head != nil; !isJSON {
		return nil
	}
	raw, found := head["lockfileVersion"]
	if !found {
		return &SyntaxError{Line: 1, Message: "it has no lockfileVersion"}
	}
	var version *int
	if isNumber := json.Unmarshal(raw, &version) == nil && version != nil; !isNumber || *version == formatVersion {
		return nil
	}
	wrong := &SyntaxError{
		Line: strictjson.LineOf(text, "lockfileVersion"), Message: fmt.Sprintf("it has the version %d, this program reads version %d", *version, formatVersion),
	}
	if *version > formatVersion {
		wrong.Help = "update transship: a newer one has written it"
	}
	return wrong
}

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

// check refuses what [File.Marshal] never writes and what would mislead a conversion.
func (f *File) check(text []byte) error {
	seen := map[string]bool{}
	for i, image := range f.Images {
		key := image.Reference + " " + image.Platform
		field, err := image.check()
		switch {
		case image.Reference == "" || image.Platform == "":
			return &SyntaxError{Line: strictjson.LineOf(text, "images", i), Message: fmt.Sprintf("image %d of the list has no reference or no platform", i+1)}
		case seen[key]:
			return &SyntaxError{Line: strictjson.LineOf(text, "images", i, "reference"), Message: fmt.Sprintf("%s for %s is in it twice", image.Reference, image.Platform)}
		case err != nil:
			wrong := &SyntaxError{Line: strictjson.LineOf(text, append([]any{"images", i}, field...)...)}
			wrong.Message = fmt.Sprintf("%s: %v", image.Reference, err)
			return wrong
		}
		seen[key] = true
	}
	return nil
}

// maxID is the largest number of a user or group that the kernel has.
const maxID = 1<<32 - 2

// IsID reports whether a number is one of a user or group.
func IsID(id int64) bool { return id >= 0 && id <= maxID }

var octal = pattern.New(`^[0-7]{1,5}$`)

// check reports what no image can have, and the keys below the image at which it stands: a digest that is none, numbers of users beyond
// those of the kernel, ports, modes and durations that are none.
func (i Image) check() (field []any, err error) {
	if i.Digest != "" && !isDigest(i.Digest) {
		return []any{"digest"}, fmt.Errorf("%q is no digest: sha256: and 64 hexadecimal digits belong there", i.Digest)
	}
	if _, pinned, is := strings.Cut(i.Reference, "@"); is && i.Digest != "" && pinned != i.Digest {
		return []any{"digest"}, fmt.Errorf("the digest is %s, and the reference names another", i.Digest)
	}
	for n, port := range i.Ports {
		if !IsPort(port) {
			return []any{"ports", n}, fmt.Errorf("%q is no port: a number from 1 to 65535, /tcp, /udp or /sctp belong there", port)
		}
	}
	for _, p := range sorted.Keys(i.Paths) {
		if mode := i.Paths[p].Mode; mode != "" && !octal.MatchString(mode) {
			return []any{"paths", p, "mode"}, fmt.Errorf("%q is no mode of a file", mode)
		}
	}
	for _, id := range i.ids() {
		if id.value != nil && !IsID(*id.value) {
			return id.field, fmt.Errorf("%d is no number of a user or group", *id.value)
		}
	}
	if _, err := i.healthcheck(); err != nil {
		return []any{"healthcheck"}, fmt.Errorf("the healthcheck: %w", err)
	}
	if h := i.Healthcheck; h != nil && h.Retries < 0 {
		return []any{"healthcheck", "retries"}, fmt.Errorf("the healthcheck has %d retries, and a number from 0 on belongs there", h.Retries)
	}
	return nil, nil
}

// id is a number of a user or group, and the keys at which it stands.
type id struct {
	value *int64
	field []any
}

func (i Image) ids() []id {
	out := []id{{i.UID, []any{"uid"}}, {i.GID, []any{"gid"}}}
	for n := range i.Groups {
		out = append(out, id{&i.Groups[n], []any{"groups", n}})
	}
	for _, name := range sorted.Keys(i.GroupIDs) {
		out = append(out, id{i.GroupIDs[name], []any{"groupIDs", name}})
	}
	for _, name := range sorted.Keys(i.Users) {
		if u := i.Users[name]; u != nil {
			out = append(out, id{&u.UID, []any{"users", name, "uid"}}, id{&u.GID, []any{"users", name, "gid"}})
			for n := range u.Groups {
				out = append(out, id{&u.Groups[n], []any{"users", name, "groups", n}})
			}
		}
	}
	for _, p := range sorted.Keys(i.Paths) {
		out = append(out, id{i.Paths[p].UID, []any{"paths", p, "uid"}}, id{i.Paths[p].GID, []any{"paths", p, "gid"}})
	}
	return out
}

// IsPort reports whether a text is a port as a configuration of an image has it: 80/tcp.
func IsPort(text string) bool {
	number, protocol, found := strings.Cut(text, "/")
	n, err := strconv.ParseUint(number, 10, 16)
	return err == nil && n > 0 && (!found || slices.Contains([]string{"tcp", "udp", "sctp"}, protocol))
}

func isDigest(s string) bool {
	hex, ok := strings.CutPrefix(s, "sha256:")
	return ok && len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}
