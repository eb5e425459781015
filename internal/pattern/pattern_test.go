package pattern_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
	"unicode"

	"github.com/transship/transship/internal/pattern"
)

// Every expression of the program compiles, so that none panics at its first use.
func TestExpressions(t *testing.T) {
	t.Parallel()
	count := 0
	eachFile(t, func(path string) { count += check(t, path) })
	if count < 100 {
		t.Errorf("found %d expressions; there are more in the program", count)
	}
}

// eachFile calls f with every file of the program.
func eachFile(t *testing.T, f func(path string)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "node_modules" || entry.Name() == "bin" || strings.HasPrefix(entry.Name(), ".") && path != root):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			f(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
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

// What is said of the matches of an expression is true of matches made at random.
func TestSayings(t *testing.T) {
	t.Parallel()
	count := 0
	eachFile(t, func(path string) {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			says, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			made, ok := says.X.(*ast.CallExpr)
			if !ok || says.Sel.Name != "Starting" && says.Sel.Name != "Holding" {
				return true
			}
			if earlier, ok := made.Fun.(*ast.SelectorExpr); ok && earlier.Sel.Name == "Starting" { // both are said
				made, _ = earlier.X.(*ast.CallExpr)
			}
			count++
			expression, ok := literal(made.Args[0])
			if !ok {
				t.Fatalf("%s: not said of pattern.New with a literal", files.Position(call.Pos()))
			}
			var words []string
			for _, a := range call.Args {
				word, _ := literal(a)
				words = append(words, word)
			}
			p := pattern.New(expression)
			if says.Sel.Name == "Starting" {
				p.Starting(words[0])
			} else {
				p.Holding(words...)
			}
			if text, ok := counterexample(t, p, expression); ok {
				t.Errorf("%s: %q matches, and is told not to", files.Position(call.Pos()), text)
			}
			return true
		})
	})
	if count < 10 {
		t.Errorf("found %d sayings; there are more in the program", count)
	}
}

// A saying that is false is found.
func TestCounterexample(t *testing.T) {
	t.Parallel()
	for expression, p := range map[string]*pattern.Pattern{
		`^(a|b)c`: pattern.New(`^(a|b)c`).Starting("a"), `a|bc`: pattern.New(`a|bc`).Starting("ab"), `(?i)x(as|bt)`: pattern.New(`(?i)x(as|bt)`).Holding("as"),
	} {
		if _, ok := counterexample(t, p, expression); !ok {
			t.Errorf("%s: nothing is found that it tells wrongly", expression)
		}
	}
	p := pattern.New(`(?i)x(as|bt)`).Holding("as", "bt")
	if text, ok := counterexample(t, p, `(?i)x(as|bt)`); ok {
		t.Errorf("%q is told wrongly", text)
	}
}

// counterexample looks for a text that an expression matches and its pattern does not.
func counterexample(t *testing.T, p *pattern.Pattern, expression string) (string, bool) {
	t.Helper()
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	r, random, matched := regexp.MustCompile(expression), rand.New(rand.NewPCG(1, 2)), 0
	for range 5000 {
		text := sample(tree, random)
		for _, text := range []string{text, "-" + text, " " + text + "\n"} {
			if !r.MatchString(text) {
				continue
			}
			matched++
			if !p.MatchString(text) {
				return text, true
			}
		}
	}
	if matched < 100 {
		t.Errorf("%s: only %d matches were made", expression, matched)
	}
	return "", false
}

// sample returns a text that an expression matches, as far as its anchors allow.
func sample(e *syntax.Regexp, random *rand.Rand) string {
	repeat := func(least, most int) string {
		var b strings.Builder
		for range least + random.IntN(most-least+1) {
			b.WriteString(sample(e.Sub[0], random))
		}
		return b.String()
	}
	switch e.Op {
	case syntax.OpLiteral:
		var b strings.Builder
		for _, c := range e.Rune {
			for range random.IntN(3) {
				if e.Flags&syntax.FoldCase != 0 {
					c = unicode.SimpleFold(c)
				}
			}
			b.WriteRune(c)
		}
		return b.String()
	case syntax.OpCharClass:
		i := random.IntN(len(e.Rune)/2) * 2
		return string(e.Rune[i] + random.Int32N(min(e.Rune[i+1]-e.Rune[i], 200)+1))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return string(rune(' ' + random.IntN(90)))
	case syntax.OpStar:
		return repeat(0, 3)
	case syntax.OpPlus:
		return repeat(1, 4)
	case syntax.OpQuest:
		return repeat(0, 1)
	case syntax.OpRepeat:
		return repeat(e.Min, max(e.Min, e.Max, e.Min+2*min(1, -e.Max)))
	case syntax.OpCapture:
		return sample(e.Sub[0], random)
	case syntax.OpConcat:
		var b strings.Builder
		for _, s := range e.Sub {
			b.WriteString(sample(s, random))
		}
		return b.String()
	case syntax.OpAlternate:
		return sample(e.Sub[random.IntN(len(e.Sub))], random)
	default:
		return ""
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

// A word is found at every place of a long text, also where the parts that are read one by one meet.
func TestHoldingReadsLongTexts(t *testing.T) {
	p := pattern.New(`(?i)postgres`).Holding("redis", "postgres")
	for before := range 600 {
		text := strings.Repeat("x", before) + "PostGres" + strings.Repeat("y", 300)
		if !p.MatchString(text) {
			t.Fatalf("nothing is found at %d", before)
		}
	}
	if p.MatchString(strings.Repeat("postgre ", 300)) {
		t.Error("part of a word is found")
	}
}
