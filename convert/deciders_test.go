package convert

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// deciders are the rooms whose functions decide: they return what was decided and say what is to be said of it.
var deciders = []string{
	"transform/annotations", "transform/container", "transform/input", "transform/naming", "transform/network",
	"transform/pod", "transform/storage", "transform/storage/binds", "transform/users", "transform/workload",
}

// TestOnlyDecisionsReport counts the functions of transform that return a value, and those that add a finding or emit an
// object beside it; build.Objects does nothing else. Only functions that decide may do both, and not more than a seventh of all do: a question that a
// caller can ask twice must not say something twice.
func TestOnlyDecisionsReport(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads the types of every package")
	}
	values, both := 0, 0
	for _, p := range packagesOfModule(t) {
		room := strings.TrimPrefix(p.path, module)
		if room != "transform" && !strings.HasPrefix(room, "transform/") {
			continue
		}
		for _, f := range p.files {
			for _, d := range f.Decls {
				declared, ok := d.(*ast.FuncDecl)
				if !ok || declared.Body == nil || declared.Type.Results.NumFields() == 0 {
					continue
				}
				values++
				if room == "transform/build" && declared.Name.Name == "Objects" || !reportsOrEmits(p, declared.Body) {
					continue
				}
				both++
				if !slices.Contains(deciders, room) {
					t.Errorf("%s: %s returns a value and reports or emits", p.set.Position(declared.Pos()), declared.Name.Name)
				}
			}
		}
	}
	t.Logf("%d of %d functions that return a value report or emit as well", both, values)
	if values < 500 || both*7 > values {
		t.Errorf("%d of %d functions that return a value report or emit as well: more than a seventh", both, values)
	}
}

// reportsOrEmits tells whether a body adds a finding or an object.
func reportsOrEmits(p typed, body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if f, ok := p.info.Uses[selector.Sel].(*types.Func); ok && f.Pkg() != nil {
				switch f.Pkg().Path() {
				case module + "transform/report":
					found = found || slices.Contains([]string{"Add", "Addf", "AddAs"}, f.Name())
				case module + "transform/build":
					found = found || f.Name() == "add"
				}
			}
		}
		return true
	})
	return found
}
