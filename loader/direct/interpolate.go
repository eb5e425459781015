package direct

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/tree"
)

// casts are the patterns of compose-go's table of casts by their parts, so that a walk over a model finds those that
// match without comparing every path with every pattern.
type casts struct {
	below map[string]*casts
	cast  interpolation.Cast
}

func newCasts(table map[tree.Path]interpolation.Cast) *casts {
	root := &casts{}
	for pattern, cast := range table {
		at := root
		for _, part := range pattern.Parts() {
			if at.below == nil {
				at.below = map[string]*casts{}
			}
			if at.below[part] == nil {
				at.below[part] = &casts{}
			}
			at = at.below[part]
		}
		at.cast = cast
	}
	return root
}

// interpolation walks a model as interpolation.Interpolate does, and changes it in place.
type interpolator struct {
	options interpolation.Options
	failed  bool
}

func (w *interpolator) mapping(m map[string]any, at []*casts) {
	for key, value := range m {
		switch v := value.(type) {
		case string:
			if changed, ok := w.text(v, next(at, key)); ok {
				m[key] = changed
			}
		case map[string]any:
			w.mapping(v, next(at, key))
		case []any:
			w.list(v, next(at, key))
		}
	}
}

func (w *interpolator) list(list []any, at []*casts) {
	at = next(at, tree.PathMatchList)
	for i, value := range list {
		switch v := value.(type) {
		case string:
			if changed, ok := w.text(v, at); ok {
				list[i] = changed
			}
		case map[string]any:
			w.mapping(v, at)
		case []any:
			w.list(v, at)
		}
	}
}

// text returns what becomes of a string, and whether that is another value.
func (w *interpolator) text(s string, at []*casts) (any, bool) {
	out, changed := s, false
	if strings.IndexByte(s, '$') >= 0 {
		var err error
		if out, err = w.options.Substitute(s, template.Mapping(w.options.LookupValue)); err != nil {
			w.failed = true
		}
		changed = true
	}
	var cast interpolation.Cast
	for _, c := range at {
		if c.cast == nil {
			continue
		}
		if cast != nil { // compose-go would take any of the two
			w.failed = true
		}
		cast = c.cast
	}
	if cast == nil {
		return out, changed
	}
	value, err := cast(out)
	if err != nil {
		w.failed = true
	}
	return value, true
}

// next returns what is below a key.
func next(at []*casts, key string) []*casts {
	var out []*casts
	for _, c := range at {
		if below := c.below[key]; below != nil {
			out = append(out, below)
		}
		if below := c.below[tree.PathMatchAll]; below != nil && key != tree.PathMatchAll {
			out = append(out, below)
		}
	}
	return out
}
