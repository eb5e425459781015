package loader

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/variables"
	"github.com/transship/transship/source"
)

// whence answers where the texts of a project come from.
func (r *run) whence(files source.Files) source.Texts {
	e := envEntries{run: r, files: files, values: map[string]map[string]string{}}
	return source.Texts{At: r.locator.TextAt, InEnvFile: e.find, FilledIn: sync.OnceValue(r.filledIn)}
}

// envEntries looks up what env files say.
type envEntries struct {
	run   *run
	files source.Files

	mu     sync.Mutex
	values map[string]map[string]string // by file
}

func (e *envEntries) find(file, name string) (source.Text, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	values, known := e.values[file]
	if f := e.files[file]; !known && f != nil && f.Kind == source.Regular {
		values, _ = dotenv.ParseWithLookup(bytes.NewReader(f.Data), e.run.env.Resolve) // it was parsed before
		e.values[file] = values
	}
	value, has := values[name]
	if !has {
		return source.Text{}, false
	}
	text := source.Text{Place: diag.Range{File: e.run.displayName(file)}, Parts: []source.Part{{Text: value}}}
	if slices.Contains(e.run.dotEnv, file) && e.run.env[name] == value {
		text.Parts[0].Variable = name
	}
	return text, true
}

// filledIn returns what the variables in the files fill in.
func (r *run) filledIn() []source.Part {
	var found []source.Part
	seen := map[source.Part]bool{}
	r.main.Scan(func(d *document.Document, _ diag.Path, n *yaml.Node) {
		if strings.IndexByte(n.Value, '$') < 0 {
			return
		}
		parts, _ := variables.Parts(n.Value, d.Bundle.Env.Resolve)
		for _, p := range parts {
			if p.Variable != "" && !seen[p] {
				seen[p] = true
				found = append(found, p)
			}
		}
	})
	return found
}
