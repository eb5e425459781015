package dockerfile

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// command is a simple command of a RUN, in the order of the text. Conditions are not judged: what a script may do counts
// as done.
type command struct {
	words []string // with variables replaced; a word that cannot be known is "\x00"
	dir   string   // where it runs; "" is not known
	text  string   // the whole RUN, for people
	into  []string // files that its output goes to
}

// unknown stands for a word that the shell makes at run time.
const unknownWord = "\x00"

// scriptOf returns the simple commands of a shell script. outside looks up a variable of the environment that it runs in.
func scriptOf(text, dir string, outside func(name string) (string, bool)) []command {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return []command{{words: []string{unknownWord, text}, dir: dir}}
	}
	var statements []*syntax.Stmt
	syntax.Walk(file, func(node syntax.Node) bool {
		if statement, ok := node.(*syntax.Stmt); ok {
			statements = append(statements, statement)
		}
		return true
	})
	s := &script{outside: outside, own: map[string]*string{}, dir: dir}
	for _, statement := range statements {
		if call, ok := statement.Cmd.(*syntax.CallExpr); ok {
			s.add(call, statement.Redirs)
		}
	}
	return s.commands
}

type script struct {
	outside  func(name string) (string, bool)
	own      map[string]*string // what the script sets; nil where the value is not known
	dir      string
	commands []command
}

// lookup returns the value of a variable, as far as the script has come.
func (s *script) lookup(name string) (string, bool) {
	if value, set := s.own[name]; set {
		if value == nil {
			return "", false
		}
		return *value, true
	}
	return s.outside(name)
}

func (s *script) add(call *syntax.CallExpr, redirects []*syntax.Redirect) {
	for _, a := range call.Assigns {
		if a.Name != nil && len(call.Args) == 0 {
			if value, ok := s.word(a.Value); ok {
				s.own[a.Name.Value] = &value
			} else {
				s.own[a.Name.Value] = nil
			}
		}
	}
	var words []string
	for _, arg := range call.Args {
		words = append(words, s.expanded(arg)...)
	}
	for len(words) > 0 && (words[0] == "sudo" || words[0] == "exec" || words[0] == "command" || words[0] == "time") {
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	if words[0] == "cd" && len(words) == 2 {
		s.dir = join(s.dir, words[1])
		return
	}
	if isShell(words[0]) && len(words) == 3 && strings.HasPrefix(words[1], "-") && strings.HasSuffix(words[1], "c") {
		s.commands = append(s.commands, scriptOf(words[2], s.dir, s.lookup)...)
		return
	}
	c := command{words: words, dir: s.dir}
	for _, r := range redirects {
		if r.Op == syntax.RdrOut || r.Op == syntax.AppOut || r.Op == syntax.RdrClob || r.Op == syntax.RdrAll || r.Op == syntax.AppAll {
			if target, ok := s.word(r.Word); ok {
				c.into = append(c.into, join(s.dir, target))
			}
		}
	}
	s.commands = append(s.commands, c)
}

// expanded returns the words that one word of the script becomes: braces are expanded, an unquoted variable is split.
func (s *script) expanded(arg *syntax.Word) []string {
	var out []string
	for _, w := range bracesOf(arg) {
		value, ok := s.word(w)
		switch {
		case !ok:
			out = append(out, unknownWord)
		case len(w.Parts) == 1 && isParameter(w.Parts[0]):
			out = append(out, strings.Fields(value)...)
		default:
			out = append(out, value)
		}
	}
	return out
}

func isParameter(part syntax.WordPart) bool {
	_, ok := part.(*syntax.ParamExp)
	return ok
}

// bracesOf expands {a,b}.
func bracesOf(arg *syntax.Word) []*syntax.Word {
	split := syntax.SplitBraces(arg)
	if split {
		return expandBraces(arg)
	}
	return []*syntax.Word{arg}
}

// expandBraces multiplies a word by its brace expressions; a range such as {1..3} stays unknown.
func expandBraces(arg *syntax.Word) []*syntax.Word {
	words := []*syntax.Word{{}}
	for _, part := range arg.Parts {
		brace, ok := part.(*syntax.BraceExp)
		if !ok || brace.Sequence {
			for _, w := range words {
				w.Parts = append(w.Parts, part)
			}
			continue
		}
		var next []*syntax.Word
		for _, w := range words {
			for _, element := range brace.Elems {
				for _, inner := range expandBraces(element) {
					next = append(next, &syntax.Word{Parts: append(append([]syntax.WordPart{}, w.Parts...), inner.Parts...)})
				}
			}
			if len(next) > 1000 {
				return []*syntax.Word{arg}
			}
		}
		words = next
	}
	return words
}

// word returns the text of a word, and whether all of it is known.
func (s *script) word(w *syntax.Word) (string, bool) {
	if w == nil {
		return "", true
	}
	var b strings.Builder
	for _, part := range w.Parts {
		text, ok := s.part(part)
		if !ok {
			return "", false
		}
		b.WriteString(text)
	}
	return b.String(), true
}

func (s *script) part(part syntax.WordPart) (string, bool) {
	switch p := part.(type) {
	case *syntax.Lit:
		return unescaped(p.Value), true
	case *syntax.SglQuoted:
		return p.Value, true
	case *syntax.DblQuoted:
		var b strings.Builder
		for _, inner := range p.Parts {
			text, ok := s.part(inner)
			if !ok {
				return "", false
			}
			b.WriteString(text)
		}
		return b.String(), true
	case *syntax.ParamExp:
		value, set := s.lookup(p.Param.Value)
		switch {
		case p.Exp != nil && (p.Exp.Op == syntax.DefaultUnsetOrNull || p.Exp.Op == syntax.DefaultUnset):
			if set && value != "" {
				return value, true
			}
			return s.word(p.Exp.Word)
		case p.Exp != nil || p.Slice != nil || p.Repl != nil || p.Length || !set:
			return "", false
		}
		return value, true
	}
	return "", false
}

// unescaped takes the backslashes out of unquoted text.
func unescaped(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
			if text[i] == '\n' {
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func isShell(word string) bool {
	switch path.Base(word) {
	case "sh", "bash", "ash", "dash":
		return true
	}
	return false
}
