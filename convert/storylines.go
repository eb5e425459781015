package convert

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/keys"
)

// KeyLines tells which lines of the manifests are there because of one key of the project.
type KeyLines struct {
	Key     string        `json:"key"`   // services.web.ports
	Place   string        `json:"place"` // "compose.yaml:12", "" if it is not known
	Objects []ObjectLines `json:"objects"`
	Silent  bool          `json:"silent"` // without the key the project would become the same
	// Prevents are fields that there would be without the key, as "Deployment/web spec.replicas", and Findings the codes of
	// the findings that it is the reason for.
	Prevents []string `json:"prevents,omitempty"`
	Findings []string `json:"findings,omitempty"`
}

// ObjectLines are lines of one object.
type ObjectLines struct {
	Object string `json:"object"` // Kind/name
	// Lines are as the manifest has them, with their indentation; none of a Secret, and none where the whole object is
	// there because of the key.
	Lines []string `json:"lines"`
	Whole bool     `json:"whole"`
}

// NewKeyLines returns the lines of a key that the project holds, or false if it holds none of that name, or has errors.
func NewKeyLines(ctx context.Context, r *Result, key string, o transform.Options) (KeyLines, bool) {
	if r.Loaded == nil || r.Err() != nil {
		return KeyLines{}, false
	}
	written := effects.Written(r.Loaded)
	at := slices.IndexFunc(written, func(k effects.Key) bool { return len(k.Path) > 2 && k.Path.String() == key })
	if at < 0 {
		return KeyLines{}, false
	}
	found := examined(ctx, r, written[at].Path, o)
	i := slices.IndexFunc(found, func(k effects.Key) bool { return k.Path.String() == key })
	if i < 0 {
		return KeyLines{}, false
	}
	k := found[i]
	story := KeyLines{
		Key: r.Mask(key), Place: placeOf(k), Objects: []ObjectLines{}, Silent: k.IsSilent(),
		Prevents: fieldNamesOf(k.Prevents, r.Mask), Findings: codesOf(k.Findings),
	}
	encoder := manifest.NewEncoder()
	for _, object := range r.Objects {
		lines := ObjectLines{Object: r.Mask(effects.ObjectOf(object).String()), Lines: []string{}}
		paths := pathsIn(k.Sets, effects.ObjectOf(object))
		if len(paths) == 0 {
			continue
		}
		lines.Whole = slices.Contains(paths, "")
		if _, isSecret := object.(*corev1.Secret); !isSecret && !lines.Whole {
			lines.Lines = linesAt(encoder, object, paths, r.Mask)
		}
		story.Objects = append(story.Objects, lines)
	}
	return story, true
}

// Examine adds to the keys of a story which fields of this project's objects they set. Keys that the files do not hold, as
// they are the parts of a short form, are left out; what was written is there instead.
func (s *Story) Examine(ctx context.Context, r *Result, o transform.Options) {
	if r.Loaded == nil || r.Err() != nil {
		return
	}
	section, name, _ := strings.Cut(s.Service, ".")
	known := map[string]StoryKey{}
	for _, key := range s.Keys {
		known[s.Service+"."+key.Key] = key
	}
	var written []StoryKey
	var paths []string
	for _, k := range examined(ctx, r, diag.At(section, name), o) {
		row, ok := keys.Lookup(k.Path)
		if len(k.Path) < 3 || !ok {
			continue
		}
		paths = append(paths, r.Mask(k.Path.String()))
		key, ok := known[paths[len(paths)-1]]
		if !ok {
			key = StoryKey{Key: r.Mask(k.Path[2:].String()), Kubernetes: row.Kubernetes}
		}
		if k.Method != effects.Below {
			key.Place = placeOf(k)
			key.Sets, key.Prevents, key.Findings, key.Silent = fieldNamesOf(k.Sets, r.Mask), fieldNamesOf(k.Prevents, r.Mask), codesOf(k.Findings), k.IsSilent()
		}
		written = append(written, key)
	}
	for _, key := range s.Keys {
		path := s.Service + "." + key.Key
		if !slices.ContainsFunc(paths, func(p string) bool { return p == path || isBelow(path, p) }) {
			written = append(written, key)
		}
	}
	s.Keys = written
}

// isBelow reports whether a path lies below another.
func isBelow(path, other string) bool {
	rest, ok := strings.CutPrefix(path, other)
	return ok && rest != "" && (rest[0] == '.' || rest[0] == '[')
}

// fieldNamesOf returns fields as people read them.
func fieldNamesOf(fields []effects.Field, mask func(string) string) []string {
	var list []string
	for _, f := range fields {
		list = append(list, mask(f.String()))
	}
	return list
}

// codesOf returns the codes of findings, each once.
func codesOf(findings diag.List) []string {
	var codes []string
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// examined returns what is known of a key and those below it; nothing where that cannot be found out.
func examined(ctx context.Context, r *Result, path diag.Path, o transform.Options) []effects.Key {
	examination, err := Examine(ctx, r, o)
	if err != nil {
		return nil
	}
	found, err := examination.Keys(ctx, path)
	if err != nil {
		return nil
	}
	return found
}

func placeOf(k effects.Key) string {
	if !k.Range.IsKnown() {
		return ""
	}
	return fmt.Sprintf("%s:%d", k.Range.File, k.Range.Line)
}

func pathsIn(fields []effects.Field, object effects.Object) []string {
	var paths []string
	for _, f := range fields {
		if f.Object == object {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// linesAt returns the lines of some fields of an object.
func linesAt(encoder *manifest.Encoder, object runtime.Object, paths []string, mask func(string) string) []string {
	text, fields, err := encoder.Trace(object)
	if err != nil {
		return []string{}
	}
	all := strings.Split(string(text), "\n")
	lines := []string{}
	last := -1
	for _, f := range fields {
		if !slices.Contains(paths, f.Path) {
			continue
		}
		for n := max(f.Line, last+1); n <= f.LastLine && n < len(all); n++ {
			lines = append(lines, mask(all[n]))
		}
		last = max(last, f.LastLine)
	}
	return lines
}
