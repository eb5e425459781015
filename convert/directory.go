package convert

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/names"
)

// DirectoryOptions are the choices of [WriteDir].
type DirectoryOptions struct {
	// Project names the Compose project. It becomes part of the mark by which WriteDir knows its own files, so that two
	// projects can share a directory without removing each other's.
	Project string
	YAML    YAMLOptions
	// Services names the services of the objects where these are only a part of the project: then files of other services
	// stay as they are. Empty means the whole project.
	Services []string
}

// DirectoryChanges tells what [WriteDir] did, by file name, each list sorted.
type DirectoryChanges = filetree.Changes

// ForeignFileError is returned by [WriteDir] when a file it would have to replace is not its own. Nothing was changed.
type ForeignFileError = filetree.ForeignFileError

// WriteDir writes each object to a file of its own, kind-name.yaml, and creates the directory if need be. A file whose
// bytes would not change is left alone. Of what is there already it replaces and removes only files that it wrote
// itself for the same project; a foreign file in the way is a [*ForeignFileError], and nothing is changed at all.
// All files are written beside their places before the first one is moved there; if ctx ends before that, its error is returned.
func WriteDir(ctx context.Context, dir string, objects []runtime.Object, o DirectoryOptions) (DirectoryChanges, error) {
	files, err := Files(objects, o)
	if err != nil {
		return DirectoryChanges{}, err
	}
	if len(o.Services) == 0 {
		return filetree.Write(ctx, dir, filetree.Mark(o.Project), files, ".")
	}
	belongs := func(_ string, text []byte) bool { return isOfServices(text, o.Services) }
	return filetree.WritePart(ctx, dir, filetree.Mark(o.Project), files, belongs, ".")
}

// isOfServices reports whether a manifest that was written before belongs to these services alone, by its annotations, or by
// its label where it has none. Volumes are nobody's: what is in them outlives every part of the project.
func isOfServices(text []byte, services []string) bool {
	var object struct {
		Kind     string
		Metadata struct{ Labels, Annotations map[string]string }
	}
	if err := yaml.Unmarshal(text, &object); err != nil || object.Kind == "PersistentVolumeClaim" || object.Kind == "PersistentVolume" {
		return false
	}
	annotations := object.Metadata.Annotations
	owners := strings.FieldsFunc(annotations[transform.AnnotationServices]+","+annotations[transform.AnnotationService], func(r rune) bool { return r == ',' })
	if len(owners) == 0 {
		owners = []string{object.Metadata.Labels[transform.LabelName]}
	}
	for _, owner := range owners {
		if !slices.ContainsFunc(services, func(s string) bool { return s == owner || names.Normalize(s, names.MaxLabel) == owner }) {
			return false
		}
	}
	return true
}

// Files renders each object as the file that [WriteDir] writes, in the order of the objects. A Secret can be read by its owner
// only.
func Files(objects []runtime.Object, o DirectoryOptions) ([]filetree.File, error) {
	encoder, taken := manifest.NewEncoder(), map[string]bool{}
	files := make([]filetree.File, 0, len(objects))
	for _, object := range objects {
		document := bytes.NewBufferString(filetree.Mark(o.Project) + "\n")
		if err := appendDocument(document, encoder, object, o.YAML); err != nil {
			return nil, err
		}
		files = append(files, filetree.File{Name: FileName(object, taken), Data: document.Bytes(), Mode: FileMode(object)})
	}
	return files, nil
}

// FileMode returns the permissions of an object's file.
func FileMode(object runtime.Object) fs.FileMode {
	if object.GetObjectKind().GroupVersionKind().Kind == "Secret" {
		return 0o600
	}
	return 0o644
}

// FileName returns kind-name.yaml in lower case, so that no two names differ by case alone. Objects that would share a
// name (same kind in two groups or namespaces) are numbered in their order; taken holds the names given so far.
func FileName(object runtime.Object, taken map[string]bool) string {
	base := object.GetObjectKind().GroupVersionKind().Kind
	if meta, ok := object.(metav1.Object); ok {
		base += "-" + meta.GetName()
	}
	base = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_' {
			return r
		}
		return '-'
	}, strings.ToLower(base))
	if len(base) > 200 { // file systems take 255 bytes
		sum := fnv.New64a()
		_, _ = io.WriteString(sum, base) // a hash never fails
		base = fmt.Sprintf("%s-%016x", base[:180], sum.Sum64())
	}
	name := base + ".yaml"
	for i := 2; taken[name]; i++ {
		name = fmt.Sprintf("%s-%d.yaml", base, i)
	}
	taken[name] = true
	return name
}
