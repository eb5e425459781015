package convert

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// typed is a package of the module with its types.
type typed struct {
	path  string // with " [p.test]" behind it for a package as its tests see it
	files []*ast.File
	pkg   *types.Package
	info  *types.Info
	set   *token.FileSet
}

// fileOf returns the name of the file of a position, without its folder.
func (p typed) fileOf(at token.Pos) string { return filepath.Base(p.set.Position(at).Filename) }

// listed is a package as `go list -json` tells of it.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	ImportMap               map[string]string
}

// ofModule are the packages of the module, without their tests. They are read once: it takes some seconds.
var ofModule struct {
	once     sync.Once
	packages []typed
}

func packagesOfModule(t *testing.T) []typed {
	t.Helper()
	ofModule.once.Do(func() { ofModule.packages = typedPackages(t) })
	return ofModule.packages
}

// typedPackages reads the types of all packages of the module; the arguments are those of `go list`, as in -test.
func typedPackages(t *testing.T, args ...string) []typed {
	t.Helper()
	command := exec.Command("go", append(append([]string{"list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,ImportMap"}, args...), module+"...")...)
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
		if strings.HasPrefix(p.ImportPath, module) && !strings.HasSuffix(p.ImportPath, ".test") {
			own = append(own, p)
		}
	}
	if len(own) < 50 {
		t.Fatalf("%d packages: some are missing", len(own))
	}
	var packages []typed
	for _, p := range own {
		checked, err := typesOf(p, exports)
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, checked)
	}
	return packages
}

// typesOf checks the types of a package, given the files with the types of what it imports.
func typesOf(p listed, exports map[string]string) (typed, error) {
	set := token.NewFileSet()
	imports := importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) {
		if mapped, ok := p.ImportMap[path]; ok {
			path = mapped
		}
		return os.Open(exports[path])
	})
	result := typed{path: p.ImportPath, set: set, info: &types.Info{
		Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return typed{}, err
		}
		result.files = append(result.files, file)
	}
	path, _, _ := strings.Cut(p.ImportPath, " ")
	pkg, err := (&types.Config{Importer: imports}).Check(path, set, result.files, result.info)
	if err != nil {
		return typed{}, fmt.Errorf("%s: %w", p.ImportPath, err)
	}
	result.pkg = pkg
	return result, nil
}
