package pattern_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/transship/transship/internal/pattern"
)

// Every expression of the program compiles, so that none panics at its first use.
func TestExpressions(t *testing.T) {
	t.Parallel()
	count := 0
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "node_modules" || entry.Name() == "bin" || strings.HasPrefix(entry.Name(), ".") && path != root):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			count += check(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 100 {
		t.Errorf("found %d expressions; there are more in the program", count)
	}
}

// check compiles the expressions that a file gives to pattern.New, and returns how many there are.
func check(t *testing.T, path string) int {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		callee, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || packageOf(callee) != "pattern" || callee.Sel.Name != "New" {
			return true
		}
		count++
		text, ok := literal(call.Args[0])
		if !ok {
			t.Errorf("%s: an expression must be written as a literal; use regexp.MustCompile for others", files.Position(call.Pos()))
		} else if _, err := regexp.Compile(text); err != nil {
			t.Errorf("%s: %v", files.Position(call.Pos()), err)
		}
		return true
	})
	return count
}

// packageOf returns the name before the dot of a selector, "" if there is no name.
func packageOf(selector *ast.SelectorExpr) string {
	if name, ok := selector.X.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// literal returns the value of a string literal, or of several that are added.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		value := constant.MakeFromLiteral(e.Value, e.Kind, 0)
		return constant.StringVal(value), value.Kind() == constant.String
	case *ast.BinaryExpr:
		left, ok1 := literal(e.X)
		right, ok2 := literal(e.Y)
		return left + right, ok1 && ok2 && e.Op == token.ADD
	case *ast.ParenExpr:
		return literal(e.X)
	default:
		return "", false
	}
}

func TestPatternIsThatOfRegexp(t *testing.T) {
	t.Parallel()
	p, r := pattern.New(`(\w)(\d)`), regexp.MustCompile(`(\w)(\d)`)
	for range 2 { // compiled, and compiled before
		if got, want := p.ReplaceAllString("a1 b2", "$2"), r.ReplaceAllString("a1 b2", "$2"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
