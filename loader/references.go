package loader

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// readReferences reads the files that `include` and `extends.file` name, so that every byte that takes part in the
// load passes the same checks, and so that positions can be found in them. compose-go reads them again by itself.
func (r *run) readReferences(b *bundle) {
	for _, d := range b.docs {
		for _, root := range d.roots {
			r.readIncludes(d, root)
			r.readExtended(d, root, b, b.dir)
		}
	}
}

// readIncludes follows `include`: a list of paths, or of mappings with path, project_directory and env_file.
func (r *run) readIncludes(d *document, root *yaml.Node) {
	list := deref(child(root, "include"))
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for i, item := range list.Content {
		item = deref(item)
		paths := []*yaml.Node{item}
		var directory, envFiles *yaml.Node
		if item.Kind == yaml.MappingNode {
			r.checkIncludeKeys(d, diag.At("include").Index(i), item)
			paths = scalars(child(item, "path"))
			directory, envFiles = child(item, "project_directory"), child(item, "env_file")
		}
		if b := r.readInclude(d, paths, directory, envFiles); b != nil {
			d.includes = append(d.includes, b)
		}
	}
}

// checkIncludeKeys reports keys that an item of `include` does not have: compose-go takes the items out of the model
// before it is validated, and would ignore them.
func (r *run) checkIncludeKeys(d *document, at diag.Path, item *yaml.Node) {
	known := []string{"env_file", "path", "project_directory"}
	for i := 0; i < len(item.Content); i += 2 {
		key := item.Content[i]
		if key.Value == "<<" || slices.Contains(known, key.Value) {
			continue
		}
		p := at.Key(key.Value)
		r.fail(diag.Finding{
			Code: "unknown-key", Path: p, Range: d.nodeRange(key),
			Message: fmt.Sprintf("%s is not a key of the Compose specification", p),
			Help:    didYouMean(key.Value, known, "remove it"),
		})
	}
	if child(item, "path") == nil {
		r.fail(diag.Finding{
			Code: "invalid-value", Path: at, Range: d.nodeRange(item),
			Message: at.String() + " lacks path", Help: "add the missing key",
		})
	}
}

func (r *run) readInclude(d *document, paths []*yaml.Node, directory, envFiles *yaml.Node) *bundle {
	if len(paths) == 0 {
		return nil
	}
	outer := d.bundle
	b := &bundle{from: d, extended: map[string]*document{}}
	for i, n := range paths {
		path, ok := r.localPath(d, n, outer.dir, "include")
		if !ok {
			return nil
		}
		if i == 0 && !r.enterInclude(d, b, n, path, directory, envFiles) {
			return nil
		}
		doc := r.readDocument(path, b, diag.Finding{Code: "include", Path: diag.At("include"), Range: d.nodeRange(n)})
		if doc == nil {
			return nil
		}
		b.docs = append(b.docs, doc)
	}
	r.readReferences(b)
	return b
}

// enterInclude settles the project directory and the variables of an include from its first path, and refuses a cycle.
func (r *run) enterInclude(d *document, b *bundle, n *yaml.Node, path string, directory, envFiles *yaml.Node) bool {
	outer := d.bundle
	chain := []string{r.displayName(path)}
	cyclic := false
	for from := d; from != nil && !cyclic; from = from.bundle.from {
		chain = slices.Insert(chain, 0, from.name)
		cyclic = from.path == path
	}
	if cyclic {
		r.fail(diag.Finding{
			Code: "include-cycle", Path: diag.At("include"), Range: d.nodeRange(n),
			Message: "include cycle: " + strings.Join(chain, " includes "),
			Help:    "remove one of the includes; move what both files need into a third one",
		})
		return false
	}
	b.dir = filepath.Dir(path)
	if directory != nil {
		if dir, err := r.vars.substitute(directory.Value, outer.env.Resolve); err == nil && dir != "" {
			b.dir = resolve(outer.dir, dir)
		}
	}
	var files []string
	for _, e := range scalars(envFiles) {
		if file, err := r.vars.substitute(e.Value, outer.env.Resolve); err == nil && file != "" {
			files = append(files, resolve(outer.dir, file))
		}
	}
	if envFiles == nil {
		dotEnv := filepath.Join(b.dir, ".env")
		if info, err := os.Stat(dotEnv); err == nil && !info.IsDir() {
			files = []string{dotEnv}
		}
	}
	values, finding := readEnvFiles(files, outer.env, r.displayName)
	if finding != nil {
		if envFiles != nil {
			finding.Path, finding.Range = diag.At("include"), d.nodeRange(envFiles)
		}
		r.fail(*finding)
		return false
	}
	b.env = outer.env.Clone().Merge(values)
	return true
}

// readExtended reads the files that `extends.file` of the services and jobs name. Inside an extended file the path of
// a further one is relative to that file.
func (r *run) readExtended(d *document, root *yaml.Node, b *bundle, dir string) {
	for _, section := range []string{"services", "jobs"} {
		services := deref(child(root, section))
		if services == nil || services.Kind != yaml.MappingNode {
			continue
		}
		for i := 1; i < len(services.Content); i += 2 {
			extends := deref(child(deref(services.Content[i]), "extends"))
			file := child(extends, "file")
			if file == nil {
				continue
			}
			path, ok := r.localPath(d, file, dir, "extends")
			if !ok || b.extended[path] != nil || b.has(path) {
				continue
			}
			at := diag.At(section, services.Content[i-1].Value, "extends", "file")
			doc := r.readDocument(path, b, diag.Finding{Code: "extends", Path: at, Range: d.nodeRange(file)})
			if doc == nil {
				continue
			}
			b.extended[path] = doc
			for _, inner := range doc.roots {
				r.readExtended(doc, inner, b, filepath.Dir(path))
			}
		}
	}
}

// has reports whether path is one of the files that b merges.
func (b *bundle) has(path string) bool { return b.file(path) != nil }

// file returns the document of a path, whether it is merged or extended.
func (b *bundle) file(path string) *document {
	for _, d := range b.docs {
		if d.path == path {
			return d
		}
	}
	return b.extended[path]
}

// localPath interpolates and resolves the path in a node; remote ones are refused, because a conversion makes no
// network call.
func (r *run) localPath(d *document, n *yaml.Node, dir, what string) (string, bool) {
	n = deref(n)
	path, err := r.vars.substitute(n.Value, d.bundle.env.Resolve)
	if err != nil || path == "" || n.Kind != yaml.ScalarNode {
		return "", false // compose-go words this one
	}
	if isRemote(path) {
		r.fail(remoteFinding(path, what, d.nodeRange(n)))
		return "", false
	}
	return resolve(dir, path), true
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
