// Package playground answers the questions of the page in web: what a project becomes, which lines belong together, and
// what a key means. The page asks over HTTP (`transship serve`) or inside the browser, where the same code runs as
// WebAssembly. Requests and answers are JSON.
package playground

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/graph"
	"github.com/transship/transship/internal/lang"
)

// Session is one page: the project that was converted last, and what is known of its keys so far. It must not be used
// from several goroutines at once.
type Session struct {
	// Language is what findings and the words of pictures are said in: English, if it is empty. Answer sets it to the language of
	// the request.
	Language lang.Language

	options     convert.Options
	result      *convert.Result
	examination *effects.Examination
	encoder     *manifest.Encoder // of all conversions: it remembers the types that it has met
	number      int               // of the conversions so far
	shown       map[string]shown  // what became of the objects of the last conversion, by ID
	last        *Project          // what was shown besides them, whole
}

// shown is an object and how the page shows it.
type shown struct {
	object runtime.Object
	Object
}

// Project is what the page shows of a conversion. Sources, findings and keys are null where they are as in the conversion that the page
// has, as they are at most keystrokes.
type Project struct {
	Number   int           `json:"number"` // of this conversion, to ask for what has changed since
	Name     string        `json:"name"`
	Sources  []Source      `json:"sources"`  // the YAML files that were read, in merge order, others after them by name
	Objects  []Object      `json:"objects"`  // in apply order; none when there is an error
	Findings []diag.Record `json:"findings"` // sorted by place
	Keys     []Place       `json:"keys"`     // the keys that the files hold
	Services int           `json:"services"`
	Failed   bool          `json:"failed"` // a finding is an error: there are no objects
}

// Source is a file as it was read.
type Source struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Object is one manifest with the places of its fields. One that is as it was in the conversion that the page has names its ID
// and no more: that is most of them at most keystrokes.
type Object struct {
	Same   bool    `json:"same,omitempty"`
	ID     string  `json:"id"` // apiVersion/Kind/namespace/name, as [Effect.Object] has it
	Kind   string  `json:"kind"`
	Name   string  `json:"name"`
	Origin string  `json:"origin"` // the Compose key it was made for, "" for none in particular
	Text   string  `json:"text"`
	Fields []Field `json:"fields"`
}

// Field is a place in the text of an object.
type Field struct {
	Path     string `json:"path"`
	Line     int    `json:"line"` // from 0
	LastLine int    `json:"last"`
}

// Place is a key in a file. Lines and columns count from 1.
type Place struct {
	Path   string `json:"path"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	// Depth is how many keys enclose it in the model: services.web has 1.
	Depth int `json:"depth"`
}

// Picture is a picture of the project that was converted last.
type Picture struct {
	SVG string `json:"svg"` // empty where there is nothing to draw
}

// Convert converts a project and keeps it for the questions that follow. since is the number of the conversion that the page has,
// 0 for none.
func (s *Session) Convert(ctx context.Context, o convert.Options, since int) (*Project, error) {
	result, err := convert.Convert(ctx, o)
	if err != nil {
		return nil, err
	}
	s.options, s.result, s.examination = o, result, nil
	before, last, isKnown := s.shown, s.last, since == s.number
	s.number, s.shown, s.last = s.number+1, map[string]shown{}, nil
	out, err := s.project(result, before, isKnown)
	if err != nil {
		return nil, err
	}
	whole := *out
	s.last = &whole
	if isKnown && last != nil {
		out.Sources = unlessSame(out.Sources, last.Sources)
		out.Findings = unlessSame(out.Findings, last.Findings)
		out.Keys = unlessSame(out.Keys, last.Keys)
	}
	return out, nil
}

// unlessSame returns a list, nil if it is another one.
func unlessSame[T any](list, other []T) []T {
	if reflect.DeepEqual(list, other) {
		return nil
	}
	return list
}

// project returns what the page shows of a conversion. Objects that are as they were before are named only, if the page has those.
func (s *Session) project(result *convert.Result, before map[string]shown, isKnown bool) (*Project, error) {
	out := &Project{
		Number: s.number, Name: result.Project, Sources: sourcesOf(result), Objects: []Object{}, Findings: []diag.Record{}, Keys: []Place{}, Failed: result.Err() != nil,
	}
	for _, f := range result.Findings {
		out.Findings = append(out.Findings, recordOf(f, s.Language))
	}
	if result.Loaded == nil {
		return out, nil
	}
	out.Services = len(result.Loaded.Project.Services) + len(result.Loaded.Project.Jobs)
	for _, k := range effects.Written(result.Loaded) {
		out.Keys = append(out.Keys, Place{k.Path.String(), k.Range.File, k.Range.Line, k.Range.Column, len(k.Path) - 1})
	}
	if out.Failed {
		return out, nil
	}
	if s.encoder == nil {
		s.encoder = manifest.NewEncoder()
	}
	for _, o := range result.Objects {
		object, isSame, err := s.show(o, before)
		if err != nil {
			return nil, err
		}
		if isSame && isKnown {
			object = Object{ID: object.ID, Same: true}
		}
		out.Objects = append(out.Objects, object)
	}
	return out, nil
}

// show returns how an object of the conversion is shown, and whether that is as it was before. To compare an object takes less time
// than to write it.
func (s *Session) show(o runtime.Object, before map[string]shown) (object Object, isSame bool, err error) {
	is := effects.ObjectOf(o)
	id, origin := idOf(is), s.result.Mask(convert.Origin(s.result, o))
	if was, ok := before[id]; ok && was.Origin == origin && reflect.DeepEqual(was.object, o) {
		s.shown[id] = was
		return was.Object, true, nil
	}
	text, fields, err := s.encoder.Trace(o)
	if err != nil {
		return Object{}, false, err
	}
	object = Object{ID: id, Kind: is.Kind, Name: is.Name, Origin: origin, Text: string(text), Fields: []Field{}}
	for _, f := range fields {
		object.Fields = append(object.Fields, Field{f.Path, f.Line, f.LastLine})
	}
	s.shown[id] = shown{o, object}
	return object, false, nil
}

// draw draws the project that was converted last: its "kubernetes" objects, or the "compose" project. A conversion does not draw, because
// a page converts at every keystroke and shows a picture seldom.
func (s *Session) draw(of string) (Picture, error) {
	if of != "kubernetes" && of != "compose" {
		return Picture{}, fmt.Errorf("there is no picture of %q", of)
	}
	r := s.result
	hasObjects := r != nil && r.Err() == nil // findings say what else
	switch {
	case r == nil || r.Loaded == nil || of == "kubernetes" && !hasObjects:
		return Picture{}, nil
	case of == "compose":
		return Picture{graph.OfProject(r.Loaded.Project, r.Mask).In(s.Language).SVG()}, nil
	default:
		return Picture{graph.OfObjects(r.Project, r.Objects, func(o runtime.Object) string { return convert.Origin(r, o) }, r.Mask).In(s.Language).SVG()}, nil
	}
}

// sourcesOf returns the files that the page shows.
func sourcesOf(r *convert.Result) []Source {
	sources := []Source{}
	for name, text := range r.Sources {
		sources = append(sources, Source{name, string(text)})
	}
	rank := func(name string) int {
		if r.Loaded != nil {
			for i, path := range r.Loaded.ComposeFiles {
				if path == name || strings.HasSuffix(path, "/"+name) {
					return i
				}
			}
		}
		return len(sources)
	}
	slices.SortFunc(sources, func(a, b Source) int {
		return cmp.Or(cmp.Compare(rank(a.Name), rank(b.Name)), strings.Compare(a.Name, b.Name))
	})
	return sources
}

func idOf(o effects.Object) string {
	return strings.Join([]string{o.APIVersion, o.Kind, o.Namespace, o.Name}, "/")
}

// recordOf returns a finding as the page shows it.
func recordOf(f diag.Finding, in lang.Language) diag.Record {
	r := diag.RecordOf(f)
	r.Message, r.Help = in.Say(r.Message), in.Say(r.Help)
	return r
}

// Answer answers one request of the page: its method and the parameters as JSON. options are those of a conversion.
func (s *Session) Answer(ctx context.Context, method string, parameters []byte, options convert.Options) ([]byte, error) {
	var (
		p struct {
			Paths    []string
			Language string // "en" or "ja"; English without it
			Since    int    // the number of the conversion that the page has
		}
		answer any
		err    error
	)
	if len(parameters) > 0 {
		if err := json.Unmarshal(parameters, &p); err != nil {
			return nil, fmt.Errorf("read the parameters of %s: %w", method, err)
		}
	}
	in := lang.Choose(cmp.Or(p.Language, string(lang.English)), nil)
	s.Language = in
	switch method {
	case "convert":
		answer, err = s.Convert(ctx, options, p.Since)
	case "effects":
		answer, err = s.Effects(ctx, p.Paths)
	case "graph":
		if len(p.Paths) != 1 {
			return nil, errors.New("graph takes what it is of")
		}
		answer, err = s.draw(p.Paths[0])
	case "explain":
		if len(p.Paths) != 1 {
			return nil, errors.New("explain takes one path")
		}
		answer, err = explainKey(p.Paths[0], in)
	case "finding":
		if len(p.Paths) != 1 {
			return nil, errors.New("finding takes one code")
		}
		answer = explainFinding(p.Paths[0], in)
	case "word":
		if len(p.Paths) != 1 {
			return nil, errors.New("word takes one word")
		}
		answer = explainWord(p.Paths[0], in)
	default:
		return nil, fmt.Errorf("%q is not a method", method)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}
