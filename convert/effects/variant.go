package effects

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// variant is what an edited project converts to.
type variant struct {
	objects  []runtime.Object
	owners   map[Object][]string // the services of each
	findings diag.List
}

// convertVariant converts an edited model. A conversion that panics is an error here: edited projects are not what the
// user asked to convert.
func convertVariant(ctx context.Context, loaded *loader.Loaded, model map[string]any, o transform.Options) (out variant, err error) {
	reloaded, err := loaded.Reload(ctx, model)
	if err != nil {
		return variant{}, err
	}
	result, err := guard.Catch("converting the project", func() (transform.Result, error) {
		return transform.Transform(transform.Input{
			Project: reloaded.Project, Model: reloaded.Model, Files: reloaded.Files, Images: reloaded.Images, Texts: reloaded.Texts, Options: o,
		})
	})
	if err != nil {
		return variant{}, err
	}
	out.findings, out.owners = result.Findings, map[Object][]string{}
	for _, o := range result.Objects {
		out.objects = append(out.objects, o.Object)
		out.owners[ObjectOf(o.Object)] = o.Origin.Services
	}
	return out, nil
}

// try takes a node away, or gives it another value where the project cannot be without it.
func (e *Examination) try(ctx context.Context, encoder *manifest.Encoder, n *node) effect {
	part := e.around.of(ctx, n.path, e)
	found := e.tryIn(ctx, encoder, part, n)
	if part != e.scope && !e.isSure(part, found) {
		found = e.tryIn(ctx, encoder, e.scope, n)
	}
	return found
}

// isSure reports whether what was found in a part of the project is what the whole would show: nothing is different but fields of
// the objects of the service alone, and what is told of it.
func (e *Examination) isSure(part *scope, found effect) bool {
	isElsewhere := func(f Field) bool {
		return !part.own[f.Object] || f.Path == "" && slices.ContainsFunc(e.names[f.Object.Kind], func(name string) bool {
			return strings.HasPrefix(name, f.Object.Name+"-") // it may be called so only because the shorter name was taken
		})
	}
	return found.method != Unknown && !found.elsewhere && !slices.ContainsFunc(found.sets, isElsewhere) && !slices.ContainsFunc(found.prevents, isElsewhere)
}

func (e *Examination) tryIn(ctx context.Context, encoder *manifest.Encoder, part *scope, n *node) effect {
	model := part.model
	type edit struct {
		model  map[string]any
		method Method
	}
	var edits []edit
	less, _ := without(model, n.path).(map[string]any)
	if !isRequired(n.path) {
		edits = append(edits, edit{less, Removed})
	}
	if n.isNamed() {
		edits = append(edits, edit{withoutReferences(less, n.path[0], n.path[1]), Removed})
	}
	for at, value := range n.scalars() {
		for _, other := range substitutes(at, value) {
			edited, _ := with(model, at, other).(map[string]any)
			edits = append(edits, edit{edited, Replaced})
		}
	}
	for _, edit := range edits {
		if ctx.Err() != nil {
			return effect{}
		}
		e.count()
		v, err := convertVariant(ctx, e.loaded, edit.model, e.options.Transform)
		if err != nil {
			continue
		}
		found, err := e.compare(encoder, part, n.path, v, edit.method)
		if err != nil {
			continue
		}
		found.method = edit.method
		return found
	}
	return effect{method: Unknown}
}

func (e *Examination) count() {
	e.mu.Lock()
	e.conversions++
	e.mu.Unlock()
}

// scalars yields the single values that a node stands for: itself, or those of the mapping that its short form means.
func (n *node) scalars() func(yield func(diag.Path, any) bool) {
	return func(yield func(diag.Path, any) bool) {
		switch value := n.value.(type) {
		case map[string]any:
			if len(n.children) > 0 {
				return
			}
			for _, key := range []string{"source", "target", "context", "file", "path", "condition"} {
				if v, ok := value[key]; ok && !yield(n.path.Key(key), v) {
					return
				}
			}
		case []any:
		default:
			yield(n.path, value)
		}
	}
}

// compare returns the difference that an edit makes.
func (e *Examination) compare(encoder *manifest.Encoder, part *scope, path diag.Path, v variant, m Method) (effect, error) {
	var out effect
	changed, err := part.objects.compare(encoder, v.objects)
	if err != nil {
		return effect{}, err
	}
	out.sets, out.prevents = changed.gone, changed.came
	shift := func(p diag.Path) diag.Path { return p }
	if i, isItem := path.ListIndex(); isItem && m == Removed {
		shift = func(p diag.Path) diag.Path { return shifted(p, path.Parent(), i) }
	}
	left := map[string]int{}
	for _, f := range v.findings {
		left[identityOf(f, shift(f.Path))]++
	}
	isElsewhere := func(f diag.Finding) bool { return len(path) < 2 || !isOf(path[1], f.Path) }
	for _, f := range part.findings {
		if id := identityOf(f, f.Path); left[id] > 0 {
			left[id]--
			continue
		}
		out.elsewhere = out.elsewhere || isElsewhere(f)
		f.Range = e.loaded.Locate(f.Path)
		out.findings.Add(f)
	}
	for _, f := range v.findings {
		out.elsewhere = out.elsewhere || left[identityOf(f, shift(f.Path))] > 0 && isElsewhere(f)
	}
	return out, nil
}

func identityOf(f diag.Finding, path diag.Path) string {
	return f.Severity.String() + " " + f.Code + " " + path.String() + " " + f.Message
}

// shifted returns the path that an item had before one with a lower index was taken away.
func shifted(p, list diag.Path, removed int) diag.Path {
	if len(p) <= len(list) || !slices.Equal(p[:len(list)], list) {
		return p
	}
	i, isItem := p[:len(list)+1].ListIndex()
	if !isItem || i < removed {
		return p
	}
	out := slices.Clone(p)
	out[len(list)] = "[" + strconv.Itoa(i+1) + "]"
	return out
}
