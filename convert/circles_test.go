package convert

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// maxCircle is how many files of a package may need one another. Beyond that nobody can read one without the others.
const maxCircle = 10

// listed is a package as `go list -json` tells of it.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Standard                bool
}

// TestFilesHaveNoWideCircles finds, in each package of the module, the most files of which each needs all others, directly
// or through each other. A file needs another when it names something that is declared there.
func TestFilesHaveNoWideCircles(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads the types of every package")
	}
	command := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Standard", module+"...")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports, own := map[string]string{}, []listed{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if strings.HasPrefix(p.ImportPath, module) {
			own = append(own, p)
		}
	}
	if len(own) < 50 {
		t.Fatalf("%d packages: some are missing", len(own))
	}
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, p := range own {
		needs, err := neededFiles(files, imports, p)
		if err != nil {
			t.Fatal(err)
		}
		if circle := widestCircle(needs); len(circle) > maxCircle {
			t.Errorf("%s: %d files need one another, more than %d: %s", p.ImportPath, len(circle), maxCircle, strings.Join(circle, ", "))
		}
	}
}

// neededFiles returns, for each file of a package, the other files that declare what it names.
func neededFiles(files *token.FileSet, imports types.Importer, p listed) (map[string]map[string]bool, error) {
	var parsed []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: imports}
	checked, err := config.Check(p.ImportPath, files, parsed, info)
	if err != nil {
		return nil, err
	}
	needs := map[string]map[string]bool{}
	fileOf := func(at token.Pos) string { return filepath.Base(files.Position(at).Filename) }
	for name, object := range info.Uses {
		from := fileOf(name.Pos())
		if object.Pkg() != checked || !object.Pos().IsValid() || fileOf(object.Pos()) == from {
			continue
		}
		if needs[from] == nil {
			needs[from] = map[string]bool{}
		}
		needs[from][fileOf(object.Pos())] = true
	}
	return needs, nil
}

// widestCircle returns the largest set of files of which each reaches all others.
func widestCircle(needs map[string]map[string]bool) []string {
	reached := map[string]map[string]bool{}
	var visit func(from, at string)
	visit = func(from, at string) {
		for next := range needs[at] {
			if !reached[from][next] {
				reached[from][next] = true
				visit(from, next)
			}
		}
	}
	for from := range needs {
		reached[from] = map[string]bool{}
		visit(from, from)
	}
	var widest []string
	for from := range reached {
		var circle []string
		for _, to := range slices.Sorted(maps.Keys(reached[from])) {
			if reached[to][from] {
				circle = append(circle, to)
			}
		}
		if len(circle) > len(widest) {
			widest = circle
		}
	}
	return widest
}
