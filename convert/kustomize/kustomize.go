// Package kustomize writes a conversion as a Kustomize base, and further conversions of the same project with other files as
// overlays that say only what differs:
//
//	DIR/base/kustomization.yaml            the objects in apply order
//	DIR/base/<kind>-<name>.yaml            one object a file
//	DIR/overlays/NAME/kustomization.yaml   ../../base, new objects, images, replicas, patches
//	DIR/overlays/NAME/patch-….yaml         a strategic-merge patch
//
// Building the base, or an overlay, gives what the conversion of the same files gives. There are no generators: checksum annotations
// roll the Pods already, and the names of ConfigMaps stay those that others refer to.
package kustomize

import (
	"bytes"
	"context"
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/diag"
)

// Overlay is a conversion of the files of the base and further ones.
type Overlay struct {
	Name   string // of its folder: lower-case letters, digits and dashes
	Result *convert.Result
}

// Options are the choices of [Write].
type Options struct {
	YAML convert.YAMLOptions // for the objects of the base
}

// Write writes base and overlays into a directory. Of what is there already it replaces and removes only files that it wrote
// itself for the same project (those of overlays that are gone too); a foreign file in the way is a [*convert.ForeignFileError],
// and nothing is changed at all. No result may hold an error.
func Write(ctx context.Context, dir string, base *convert.Result, overlays []Overlay, o Options) (filetree.Changes, error) {
	mark := filetree.Mark(base.Project)
	files, err := baseFiles(base, mark, o)
	if err != nil {
		return filetree.Changes{}, err
	}
	for _, overlay := range overlays {
		more, err := overlayFiles(base, overlay, mark)
		if err != nil {
			return filetree.Changes{}, err
		}
		files = append(files, more...)
	}
	stale, err := filetree.Folders(dir, "overlays")
	if err != nil {
		return filetree.Changes{}, err
	}
	return filetree.Write(ctx, dir, mark, files, append(stale, "base")...)
}

func baseFiles(base *convert.Result, mark string, o Options) ([]filetree.File, error) {
	files, err := convert.Files(base.Objects, convert.DirectoryOptions{Project: base.Project, YAML: o.YAML})
	if err != nil {
		return nil, err
	}
	k := newKustomization()
	for _, f := range files {
		k.Resources = append(k.Resources, f.Name)
	}
	return folder("base", mark, k, files)
}

// folder completes the files of a folder: with its kustomization.yaml, and a .gitignore where there are secrets.
func folder(name, mark string, k *kustomization, files []filetree.File) ([]filetree.File, error) {
	text, err := k.encode(mark)
	if err != nil {
		return nil, err
	}
	files = append(files, filetree.File{Name: "kustomization.yaml", Data: text, Mode: 0o644})
	ignored := mark + "\n# These files hold the values of secrets.\n"
	secrets := false
	for _, f := range files {
		if f.Mode == 0o600 {
			ignored, secrets = ignored+"/"+f.Name+"\n", true
		}
	}
	if secrets {
		files = append(files, filetree.File{Name: ".gitignore", Data: []byte(ignored), Mode: 0o644})
	}
	for i := range files {
		files[i].Name = path.Join(name, files[i].Name)
	}
	return files, nil
}

// overlayFiles returns the folder of an overlay.
func overlayFiles(base *convert.Result, overlay Overlay, mark string) ([]filetree.File, error) {
	from, err := readObjects(base.Objects) // for this overlay alone: they are changed on the way
	if err != nil {
		return nil, err
	}
	to, err := readObjects(overlay.Result.Objects)
	if err != nil {
		return nil, err
	}
	b := builder{base: base, overlay: overlay.Result, mark: mark, k: newKustomization(), taken: map[string]bool{}}
	b.k.Resources = []string{"../../base"}
	pairs := b.pair(from, to)
	b.images(pairs, to)
	for _, p := range pairs {
		if err := b.add(p); err != nil {
			return nil, err
		}
	}
	return folder(path.Join("overlays", overlay.Name), mark, b.k, b.files)
}

// builder makes one overlay.
type builder struct {
	base, overlay *convert.Result
	mark          string
	k             *kustomization
	taken         map[string]bool // file names
	files         []filetree.File
}

// pairOf is an object as the base and as the overlay have it; one of them is missing where it is deleted or new.
type pairOf struct{ from, to *object }

// pair finds for each object of the overlay the one of the base that becomes it.
func (b *builder) pair(from, to []object) []pairOf {
	b.moveNamespace(from, to)
	byIdentity := map[string]*object{}
	for i := range from {
		byIdentity[from[i].identity()] = &from[i]
	}
	var pairs []pairOf
	for i := range to {
		id := to[i].identity()
		pairs = append(pairs, pairOf{byIdentity[id], &to[i]})
		delete(byIdentity, id)
	}
	for i := range from {
		if byIdentity[from[i].identity()] == &from[i] {
			pairs = append(pairs, pairOf{from: &from[i]})
		}
	}
	return pairs
}

// moveNamespace lets kustomize set the namespace where that of all objects is another one. It also renames the Namespace object. A
// namespace that an overlay takes away cannot be expressed: then no object is the same.
func (b *builder) moveNamespace(from, to []object) {
	before, after := namespaceOf(from), namespaceOf(to)
	if after == "" || before == after {
		return
	}
	b.k.Namespace = after
	for i := range from {
		from[i].become(after)
	}
}

// namespaceOf returns the namespace that all namespaced objects have.
func namespaceOf(objects []object) string {
	found := ""
	for _, o := range objects {
		if o.namespace != "" {
			found = o.namespace
		}
	}
	return found
}

// add writes what makes the object of the base that of the overlay.
func (b *builder) add(p pairOf) error {
	switch {
	case p.from == nil:
		files, err := convert.Files([]runtime.Object{p.to.source}, convert.DirectoryOptions{Project: b.base.Project})
		if err != nil {
			return err
		}
		files[0].Name = convert.FileName(p.to.source, b.taken)
		b.files = append(b.files, files[0])
		b.k.Resources = append(b.k.Resources, files[0].Name)
		return nil
	case p.to == nil:
		return b.addPatch(p, map[string]any{directive: directiveDelete})
	}
	change := difference(place{kind: p.from.kind}, p.from.content, p.to.content)
	if change == nil {
		return nil
	}
	if count, ok := loneReplicas(p.from.kind, change); ok {
		b.k.Replicas = append(b.k.Replicas, replicas{p.from.name, count})
		return nil
	}
	return b.addPatch(p, change)
}

func (b *builder) addPatch(p pairOf, change map[string]any) error {
	o := p.from
	metadata, _ := change["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
	}
	metadata["name"] = o.patchName
	if o.patchNamespace != "" {
		metadata["namespace"] = o.patchNamespace
	}
	change["apiVersion"], change["kind"], change["metadata"] = o.apiVersion, o.kind, metadata
	text, err := encodeMapping(change)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	file.WriteString(b.mark + "\n")
	if p.to != nil {
		for _, line := range b.reasons(p.to) {
			file.WriteString(diag.Comment(line))
		}
	}
	file.Write(text)
	name := "patch-" + convert.FileName(o.source, b.taken)
	b.files = append(b.files, filetree.File{Name: name, Data: file.Bytes(), Mode: convert.FileMode(o.source)})
	b.k.Patches = append(b.k.Patches, patchFile{name})
	return nil
}

// reasons names the keys of the overlay's own files that an object of the overlay comes from, with their places.
func (b *builder) reasons(o *object) []string {
	var lines []string
	for _, origin := range convert.Origins(b.overlay, o.source) {
		lines = append(lines, b.ownKeys(origin)...)
	}
	return lines
}

// loneReplicas returns the number of replicas where nothing else differs.
func loneReplicas(kind string, change map[string]any) (any, bool) {
	if kind != "Deployment" && kind != "StatefulSet" || len(change) != 1 {
		return nil, false
	}
	spec, _ := change["spec"].(map[string]any)
	count := spec["replicas"]
	return count, len(spec) == 1 && count != nil
}

// ValidName reports whether an overlay can have a name: it becomes a folder on any file system, and part of a file's name.
func ValidName(name string) bool {
	return name != "" && len(name) <= 63 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && name[0] != '-'
}
