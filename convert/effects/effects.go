// Package effects says which fields of which objects a key of a Compose project is responsible for.
//
// It asks the conversion itself: a key is taken away, the project is converted again, and what is gone or different
// then is what the key makes. That needs no bookkeeping in the conversion and cannot drift from it. A key that cannot be
// left out, such as the image of a service, gets another value instead. A key whose absence changes neither an object
// nor a finding is silent: in this project it has no effect.
//
// Every conversion costs some milliseconds, and a project has about a dozen keys a service; see [Of].
package effects

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// Options are the choices of an examination.
type Options struct {
	// Transform are the options of the conversion that is examined.
	Transform transform.Options
	// Keys restricts the examination to these keys and those below them; empty means all. What a key makes does not
	// depend on it.
	Keys []diag.Path
	// Mask makes findings fit to be shown; nil leaves them as they are, which may quote secret values.
	Mask func(diag.List) diag.List
	// Small is up to how many services a key is judged over the whole project, and not in a part of it; 0 means 6.
	Small int
	// Workers is how many conversions run at once; 0 means one for each processor.
	Workers int
}

// Method says how the effects of a key were found.
type Method string

const (
	// Removed means that the key was taken away.
	Removed Method = "removed"
	// Replaced means that the key cannot be left out and got another value.
	Replaced Method = "replaced"
	// Below means that the effects are those of the keys below.
	Below Method = "below"
	// Whole means that the project can neither be without the key nor with another value: the effects are those of the
	// key above.
	Whole Method = "whole"
	// Unknown means that the project can also not be without the key above; nothing is known then.
	Unknown Method = "unknown"
)

// Object names an object of the conversion.
type Object struct {
	APIVersion, Kind, Namespace, Name string
}

// String returns Kind/name.
func (o Object) String() string { return o.Kind + "/" + o.Name }

// Field is a place of an object.
type Field struct {
	Object Object
	// Path is the place as manifest.Field has it: spec.template.spec.containers[web].image. Empty means the whole object.
	Path string
}

// String returns the field as people write it: Deployment/web spec.replicas.
func (f Field) String() string {
	if f.Path == "" {
		return f.Object.String()
	}
	return f.Object.String() + " " + f.Path
}

// Key is one key that the user wrote, with its effects.
type Key struct {
	Path  diag.Path
	Range diag.Range
	// Sets are the fields that depend on the key, in the order of the objects. A field stands for everything below it.
	Sets []Field
	// Prevents are fields that the output would have without the key.
	Prevents []Field
	// Findings are those that the key is the reason for, sorted.
	Findings diag.List
	Method   Method
}

// IsSilent reports whether the key changes neither an object nor a finding of this project.
func (k Key) IsSilent() bool {
	return k.Method != Unknown && len(k.Sets)+len(k.Prevents)+len(k.Findings) == 0
}

// Provenance is the outcome: every key of a project with its effects.
type Provenance struct {
	Keys []Key // in the order of the model, parents before their children
	// Conversions is how many it took.
	Conversions int
}

// Of examines the keys of a loaded project. It takes about one conversion for each key that has no other keys below it,
// spread over the processors; a project of ten services has about 150. In a project of more than a few services, a key
// is judged in the part around its service where that is possible, so the cost grows with the number of keys and not
// with its square. A cancelled context ends it with the context's error.
func Of(ctx context.Context, loaded *loader.Loaded, o Options) (*Provenance, error) {
	e, err := New(ctx, loaded, o)
	if err != nil {
		return nil, err
	}
	keys, err := e.Keys(ctx, o.Keys...)
	if err != nil {
		return nil, err
	}
	return &Provenance{Keys: keys, Conversions: e.conversions}, nil
}

// Examination is a project of which keys are examined one after the other, as somebody asks for them.
type Examination struct {
	loaded  *loader.Loaded
	options Options
	*scope
	around *neighbourhoods
	names  map[string][]string // of all objects, by kind
	nodes  []*node

	mu          sync.Mutex
	conversions int
}

// New prepares an examination; it takes one conversion. Options.Keys does not matter here.
func New(ctx context.Context, loaded *loader.Loaded, o Options) (*Examination, error) {
	base, err := convertVariant(ctx, loaded, loaded.Model, o.Transform)
	if err != nil {
		return nil, fmt.Errorf("convert the project again: %w", err)
	}
	objects, err := snapshotOf(manifest.NewEncoder(), base.objects)
	if err != nil {
		return nil, err
	}
	whole := &scope{model: loaded.Model, objects: objects, findings: base.findings, owners: base.owners}
	o.Small = cmp.Or(o.Small, smallProject)
	names := map[string][]string{}
	for o := range objects.texts {
		names[o.Kind] = append(names[o.Kind], o.Name)
	}
	return &Examination{
		loaded: loaded, options: o, scope: whole, around: newNeighbourhoods(loaded, whole), names: names, nodes: writtenKeys(loaded),
	}, nil
}

// Keys examines some keys with those below them, or all. What one call has found, the next does not look for again. An
// examination must not be used from several goroutines at once.
func (e *Examination) Keys(ctx context.Context, paths ...diag.Path) ([]Key, error) {
	if err := e.examine(ctx, selected(e.nodes, paths)); err != nil {
		return nil, err
	}
	var keys []Key
	for _, n := range e.nodes {
		e.collect(ctx, n, &keys, paths)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return keys, nil
}

// Written returns the keys that the files of a project hold, in the order of the model, parents before their children;
// only Path and Range are set.
func Written(loaded *loader.Loaded) []Key {
	var keys []Key
	var walk func([]*node)
	walk = func(nodes []*node) {
		for _, n := range nodes {
			keys = append(keys, Key{Path: n.path, Range: n.at})
			walk(n.children)
		}
	}
	walk(writtenKeys(loaded))
	return keys
}

// examine fills the effects of all nodes that are taken away on their own.
func (e *Examination) examine(ctx context.Context, nodes []*node) error {
	workers := e.options.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	queue := make(chan *node)
	var group sync.WaitGroup
	for range min(workers, len(nodes)) {
		group.Go(func() {
			encoder := manifest.NewEncoder()
			for n := range queue {
				n.effect = e.try(ctx, encoder, n)
			}
		})
	}
	for _, n := range nodes {
		if ctx.Err() != nil {
			break
		}
		if n.effect.method == "" {
			queue <- n
		}
	}
	close(queue)
	group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// collect appends a node and everything below it.
func (e *Examination) collect(ctx context.Context, n *node, out *[]Key, keys []diag.Path) {
	at := len(*out)
	wanted := isWanted(n.path, keys)
	if wanted {
		*out = append(*out, Key{Path: n.path, Range: n.at})
	}
	first := len(*out)
	for _, child := range n.children {
		e.collect(ctx, child, out, keys)
	}
	if !wanted {
		return
	}
	below := (*out)[first:]
	effect := n.effect
	switch {
	case effect.method == "" || effect.method == Unknown && len(n.children) > 0:
		effect = e.whole(ctx, n, below)
	case n.isNamed() && len(n.children) > 0:
		effect = effect.with(unionOf(below))
	}
	k := &(*out)[at]
	k.Method = effect.method
	k.Sets, k.Prevents = e.objects.inOrder(effect.sets), inOrder(effect.prevents)
	k.Findings = e.shown(slices.Concat(effect.findings, e.loadFindings(n)))
}

// whole returns the effects of a key from those of the keys below it. It is taken away as a whole where that may tell
// more: where none of its parts has an effect, and where the project cannot be without one of them. Such a part then
// has the effects of the whole.
func (e *Examination) whole(ctx context.Context, n *node, below []Key) effect {
	effect := unionOf(below)
	unknown := slices.ContainsFunc(below, func(k Key) bool { return k.Method == Unknown && len(k.Path) == len(n.path)+1 })
	if !unknown && !effect.isEmpty() || len(below) == 0 {
		return effect
	}
	own := e.try(ctx, manifest.NewEncoder(), n)
	if own.method != Removed {
		return effect
	}
	for i, k := range below {
		if k.Method == Unknown && len(k.Path) == len(n.path)+1 {
			below[i].Method, below[i].Sets, below[i].Prevents = Whole, e.objects.inOrder(own.sets), inOrder(own.prevents)
			below[i].Findings = e.shown(own.findings)
		}
	}
	own.sets, own.findings = slices.Concat(own.sets, effect.sets), slices.Concat(own.findings, effect.findings)
	return own
}
