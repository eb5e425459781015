package loader

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/variables"
)

// readReferences reads the files that `include` and `extends.file` name, so that every byte that takes part in the
// load passes the same checks, and so that positions can be found in them. compose-go reads them again by itself.
func (r *run) readReferences(b *document.Bundle) {
	for _, d := range b.Docs {
		for _, root := range d.Roots {
			r.readIncludes(d, root)
			r.readExtended(d, root, b, b.Dir)
		}
	}
}

// readIncludes follows `include`: a list of paths, or of mappings with path, project_directory and env_file.
func (r *run) readIncludes(d *document.Document, root *yaml.Node) {
	list := document.Deref(document.Child(root, "include"))
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for i, item := range list.Content {
		item = document.Deref(item)
		paths := []*yaml.Node{item}
		var directory, envFiles *yaml.Node
		if item.Kind == yaml.MappingNode {
			r.checkIncludeKeys(d, diag.At("include").Index(i), item)
			paths = document.Scalars(document.Child(item, "path"))
			directory, envFiles = document.Child(item, "project_directory"), document.Child(item, "env_file")
		}
		if b := r.readInclude(d, paths, directory, envFiles); b != nil {
			d.Includes = append(d.Includes, b)
		}
	}
}

// checkIncludeKeys reports keys that an item of `include` does not have: compose-go takes the items out of the model
// before it is validated, and would ignore them.
func (r *run) checkIncludeKeys(d *document.Document, at diag.Path, item *yaml.Node) {
	known := []string{"env_file", "path", "project_directory"}
	for i := 0; i < len(item.Content); i += 2 {
		key := item.Content[i]
		if key.Value == "<<" || slices.Contains(known, key.Value) {
			continue
		}
		p := at.Key(key.Value)
		r.fail(diag.Finding{
			Code: "unknown-key", Path: p, Range: d.NodeRange(key),
			Message: fmt.Sprintf("%s is not a key of the Compose specification", p),
			Help:    suggest.DidYouMean(key.Value, known, "remove it"),
		})
	}
	if document.Child(item, "path") == nil {
		r.fail(diag.Finding{
			Code: "invalid-value", Path: at, Range: d.NodeRange(item),
			Message: at.String() + " lacks path", Help: "add the missing key",
		})
	}
}

// maxIncludes bounds the files of a project: one that is included by two is read twice, so that a few lines could stand
// for thousands of files.
const maxIncludes = 500

func (r *run) readInclude(d *document.Document, paths []*yaml.Node, directory, envFiles *yaml.Node) *document.Bundle {
	if len(paths) == 0 {
		return nil
	}
	outer := d.Bundle
	if r.includes++; r.includes > maxIncludes {
		if r.includes == maxIncludes+1 {
			r.fail(diag.Finding{
				Code: "too-large", Path: diag.At("include"), Range: d.NodeRange(paths[0]),
				Message: fmt.Sprintf("the project includes more than %d files", maxIncludes),
				Help:    "include every file once; what two files need counts twice",
			})
		}
		return nil
	}
	b := &document.Bundle{From: d, Extended: map[string]*document.Document{}}
	for i, n := range paths {
		path, ok := r.localPath(d, n, outer.Dir, "include")
		if !ok {
			return nil
		}
		if i == 0 && !r.enterInclude(d, b, n, path, directory, envFiles) {
			return nil
		}
		doc := r.readDocument(path, b, diag.Finding{Code: "include", Path: diag.At("include"), Range: d.NodeRange(n)})
		if doc == nil {
			return nil
		}
		b.Docs = append(b.Docs, doc)
	}
	r.readReferences(b)
	return b
}

// enterInclude settles the project directory and the variables of an include from its first path, and refuses a cycle.
func (r *run) enterInclude(d *document.Document, b *document.Bundle, n *yaml.Node, path string, directory, envFiles *yaml.Node) bool {
	outer := d.Bundle
	chain := []string{r.displayName(path)}
	cyclic := false
	for from := d; from != nil && !cyclic; from = from.Bundle.From {
		chain = slices.Insert(chain, 0, from.Name)
		cyclic = from.Path == path
	}
	if cyclic {
		r.fail(diag.Finding{
			Code: "include-cycle", Path: diag.At("include"), Range: d.NodeRange(n),
			Message: "include cycle: " + strings.Join(chain, " includes "),
			Help:    "remove one of the includes; move what both files need into a third one",
		})
		return false
	}
	b.Dir = filepath.Dir(path)
	if directory != nil {
		if dir, err := r.vars.Substitute(directory.Value, outer.Env.Resolve); err == nil && dir != "" {
			b.Dir = disk.Resolve(outer.Dir, dir)
		}
	}
	var files []string
	for _, e := range document.Scalars(envFiles) {
		if file, err := r.vars.Substitute(e.Value, outer.Env.Resolve); err == nil && file != "" {
			files = append(files, disk.Resolve(outer.Dir, file))
		}
	}
	if envFiles == nil {
		dotEnv := filepath.Join(b.Dir, ".env")
		if info, err := os.Stat(dotEnv); err == nil && !info.IsDir() {
			files = []string{dotEnv}
		}
	}
	values, finding := variables.ReadFiles(files, outer.Env, r.displayName)
	if finding != nil {
		if envFiles != nil {
			finding.Path, finding.Range = diag.At("include"), d.NodeRange(envFiles)
		}
		r.fail(*finding)
		return false
	}
	b.Env = outer.Env.Clone().Merge(values)
	return true
}

// readExtended reads the files that `extends.file` of the services and jobs name. Inside an extended file the path of
// a further one is relative to that file.
func (r *run) readExtended(d *document.Document, root *yaml.Node, b *document.Bundle, dir string) {
	for _, section := range []string{"services", "jobs"} {
		services := document.Deref(document.Child(root, section))
		if services == nil || services.Kind != yaml.MappingNode {
			continue
		}
		for i := 1; i < len(services.Content); i += 2 {
			extends := document.Deref(document.Child(document.Deref(services.Content[i]), "extends"))
			file := document.Child(extends, "file")
			if file == nil {
				continue
			}
			path, ok := r.localPath(d, file, dir, "extends")
			if !ok || b.Extended[path] != nil || b.Has(path) {
				continue
			}
			at := diag.At(section, services.Content[i-1].Value, "extends", "file")
			doc := r.readDocument(path, b, diag.Finding{Code: "extends", Path: at, Range: d.NodeRange(file)})
			if doc == nil {
				continue
			}
			b.Extended[path] = doc
			for _, inner := range doc.Roots {
				r.readExtended(doc, inner, b, filepath.Dir(path))
			}
		}
	}
}

// localPath interpolates and resolves the path in a node; remote ones are refused, because a conversion makes no
// network call.
func (r *run) localPath(d *document.Document, n *yaml.Node, dir, what string) (string, bool) {
	n = document.Deref(n)
	path, err := r.vars.Substitute(n.Value, d.Bundle.Env.Resolve)
	if err != nil || path == "" || n.Kind != yaml.ScalarNode {
		return "", false // compose-go words this one
	}
	if isRemote(path) {
		r.fail(remoteFinding(path, what, d.NodeRange(n)))
		return "", false
	}
	return disk.Resolve(dir, path), true
}

// isRemote tells the references that docker compose would fetch: OCI artifacts, git repositories, URLs.
func isRemote(path string) bool {
	return strings.Contains(path, "://") || strings.HasPrefix(path, "git@") || strings.HasPrefix(path, "github.com/") ||
		strings.HasPrefix(path, "oci:")
}

func remoteFinding(path, what string, at diag.Range) diag.Finding {
	f := diag.Finding{
		Code: "remote-" + strings.ReplaceAll(what, " ", "-"), Range: at,
		Message: path + " is remote, and nothing is fetched from the network",
		Help:    "fetch it first (docker compose config, git clone) and name the local file",
	}
	if what != "compose file" {
		f.Path = diag.At(what)
	}
	return f
}
