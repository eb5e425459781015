package lang_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rooms are where findings are worded.
var rooms = []string{"transform", "loader", "convert", "build", "diag", "cmd", "registry", "lockfile", "internal/explain", "internal/dockerfile", "internal/graph", "internal/strictjson"}

// formats returns every text of the source, as a format: what is joined to it at run time is a %s. The second result holds
// those that are given to findings, as message or as help.
func formats(t *testing.T) (all map[string]bool, worded []string) {
	t.Helper()
	all = map[string]bool{}
	inspect(t, rooms, func(n ast.Node) {
		for _, text := range textsOf(n) {
			all[text], all[strings.TrimPrefix(strings.TrimPrefix(text, "%s"), "; ")] = true, true
		}
		worded = append(worded, findingTexts(n)...)
	})
	slices.Sort(worded)
	return all, slices.Compact(worded)
}

// labels returns the few words around findings and explanations: what is given to those who write them.
func labels(t *testing.T) []string {
	t.Helper()
	var list []string
	inspect(t, []string{"diag", "cmd", "internal/explain", "internal/graph"}, func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || !slices.Contains([]string{"Say", "Word", "word", "field", "heading", "writeNotes"}, name(call.Fun)) {
			return
		}
		for _, e := range call.Args {
			list = append(list, fold(e)...)
		}
	})
	list = slices.DeleteFunc(list, func(text string) bool { return !strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") })
	slices.Sort(list)
	return slices.Compact(list)
}

// inspect shows every node of the source in some rooms.
func inspect(t *testing.T, in []string, see func(ast.Node)) {
	t.Helper()
	walk(t, in, func(string) bool { return true }, func(n ast.Node) bool {
		see(n)
		return true
	})
}

// walk shows the nodes of the source in some rooms, and in the rooms below that are wanted; what is below a node only where
// see returns true.
func walk(t *testing.T, in []string, wanted func(path string) bool, see func(ast.Node) bool) {
	t.Helper()
	for _, room := range in {
		err := filepath.WalkDir(filepath.Join("..", "..", room), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && (!wanted(path) || d.Name() == "generate") { // what writes source speaks to developers
				return filepath.SkipDir
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, see)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// textsOf returns the formats of a node. What is put behind another text begins with its %s.
func textsOf(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok == token.ADD_ASSIGN {
			if end := operand(n.Rhs[0]); end != "%s" {
				return []string{"%s" + end}
			}
		}
	case ast.Expr:
		return fold(n)
	}
	return nil
}

// fold returns the formats of an expression: one, unless it is no text.
func fold(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return []string{constant.StringVal(constant.MakeFromLiteral(e.Value, token.STRING, 0))}
		}
	case *ast.ParenExpr:
		return fold(e.X)
	case *ast.CallExpr:
		if name(e.Fun) == "Sprintf" {
			return fold(e.Args[0])
		}
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return nil
		}
		left, right := operand(e.X), operand(e.Y)
		if left == "%s" && right == "%s" {
			return nil
		}
		return []string{left + right}
	}
	return nil
}

func operand(e ast.Expr) string {
	if text := fold(e); len(text) == 1 {
		return text[0]
	}
	if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.ADD {
		return operand(b.X) + operand(b.Y)
	}
	return "%s"
}

func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// findingTexts returns the texts that a node makes a finding of. A text has two words or more.
func findingTexts(n ast.Node) []string {
	var given []ast.Expr
	switch n := n.(type) {
	case *ast.CallExpr:
		if called := name(n.Fun); called == "Add" || called == "Addf" || called == "AddAs" || called == "addf" || called == "add" {
			given = n.Args
		}
	case *ast.KeyValueExpr:
		if key := name(n.Key); key == "Message" || key == "Help" {
			given = []ast.Expr{n.Value}
		}
	}
	var texts []string
	for _, e := range given {
		for _, text := range fold(e) {
			if strings.Contains(strings.TrimSpace(text), " ") {
				texts = append(texts, text)
			}
		}
	}
	return texts
}
