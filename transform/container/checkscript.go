package container

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/transship/transship/internal/pattern"
)

// devTCP stands for the files by which bash opens connections, which no other shell has.
// Source: https://www.gnu.org/software/bash/manual/html_node/Redirections.html
const devTCP = "/dev/tcp"

// runsScript matches the option of a shell behind which a script stands.
var runsScript = pattern.New(`^-[eux]*c$`)

// lack tells which programs an image is known not to have.
type lack func(program string) bool

// missingInTest returns a program without which the test of a healthcheck fails, and which is missing; "" if none is.
func missingInTest(test []string, lacks lack) string {
	if len(test) < 2 {
		return ""
	}
	words := test[1:]
	if test[0] == "CMD-SHELL" {
		words = append([]string{"/bin/sh", "-c"}, words...)
	}
	return missingInWords(words, lacks)
}

// missingInWords returns what missingInTest does, of the words of a command. A script that cannot be read is judged by its first word.
func missingInWords(words []string, lacks lack) string {
	if lacks(words[0]) {
		return words[0]
	}
	if len(words) < 3 || !runsScript.MatchString(words[1]) || !slices.Contains([]string{"sh", "bash", "ash", "dash"}, path.Base(words[0])) {
		return ""
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(words[2]), "")
	if err != nil {
		return ""
	}
	s := &checkScript{lacks: lacks, isBash: path.Base(words[0]) == "bash"}
	if s.listFails(file.Stmts) {
		return s.missing
	}
	return ""
}

// checkScript judges the script of a test. It knows that something fails for want of a program, or says so itself; what it cannot judge may succeed.
type checkScript struct {
	lacks   lack
	isBash  bool
	missing string // the first program that it is for want of
}

// isMissing reports whether a program is missing, and remembers the first one.
func (s *checkScript) isMissing(program string) bool {
	if program == "" || !s.lacks(program) {
		return false
	}
	if s.missing == "" {
		s.missing = program
	}
	return true
}

// listFails judges statements in a row: the last one says how they end, unless another one may end the script.
func (s *checkScript) listFails(list []*syntax.Stmt) bool {
	for i, statement := range list {
		if i == len(list)-1 {
			return s.fails(statement)
		}
		if mayExit(statement) {
			return s.exits(statement)
		}
	}
	return false
}

// exits reports whether a statement ends its script with an error for want of a program: curl … || exit 1.
func (s *checkScript) exits(statement *syntax.Stmt) bool {
	either, ok := statement.Cmd.(*syntax.BinaryCmd)
	if !ok || either.Op != syntax.OrStmt {
		return false
	}
	call, ok := either.Y.Cmd.(*syntax.CallExpr)
	return ok && givesUp(call) && call.Args[0].Lit() == "exit" && s.fails(either.X)
}

// mayExit reports whether a statement may end its script.
func mayExit(statement *syntax.Stmt) bool {
	found := false
	syntax.Walk(statement, func(node syntax.Node) bool {
		if call, ok := node.(*syntax.CallExpr); ok && len(call.Args) > 0 && slices.Contains([]string{"exit", "exec"}, call.Args[0].Lit()) {
			found = true
		}
		return !found
	})
	return found
}

func (s *checkScript) fails(statement *syntax.Stmt) bool {
	if statement.Negated || statement.Background {
		return false
	}
	for _, redirect := range statement.Redirs {
		if target := redirect.Word; target != nil && strings.HasPrefix(wordText(target), devTCP+"/") && !s.isBash && s.isMissing(devTCP) {
			return true
		}
	}
	switch c := statement.Cmd.(type) {
	case *syntax.CallExpr:
		return s.callFails(c)
	case *syntax.BinaryCmd:
		return s.binaryFails(c)
	case *syntax.Subshell:
		return s.listFails(c.Stmts)
	case *syntax.Block:
		return s.listFails(c.Stmts)
	case *syntax.IfClause:
		return s.listFails(c.Cond) && c.Else != nil && len(c.Else.Cond) == 0 && s.listFails(c.Else.Then)
	}
	return false
}

// givesUp reports whether a command only says that the check has failed, whatever its code.
func givesUp(call *syntax.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	code := "1"
	if len(call.Args) > 1 {
		code = call.Args[1].Lit()
	}
	switch call.Args[0].Lit() {
	case "exit":
		return code != "0"
	case "false":
		return true
	case "kill":
		return code == "1"
	}
	return false
}

func (s *checkScript) binaryFails(c *syntax.BinaryCmd) bool {
	switch c.Op {
	case syntax.AndStmt:
		return s.fails(c.X) || s.fails(c.Y)
	case syntax.OrStmt:
		return s.fails(c.X) && s.fails(c.Y)
	case syntax.Pipe, syntax.PipeAll:
		return s.fails(c.Y) || !c.Y.Negated && s.isSilent(c.X) && wantsText(c.Y)
	}
	return false
}

// isSilent reports whether a command, or one of those in a pipe, is missing, so that nothing comes out of it.
func (s *checkScript) isSilent(statement *syntax.Stmt) bool {
	if pipe, ok := statement.Cmd.(*syntax.BinaryCmd); ok && (pipe.Op == syntax.Pipe || pipe.Op == syntax.PipeAll) {
		return s.isSilent(pipe.X) || s.isSilent(pipe.Y)
	}
	return s.fails(statement)
}

// wantsText reports whether a command fails when nothing comes into it.
func wantsText(statement *syntax.Stmt) bool {
	call, ok := statement.Cmd.(*syntax.CallExpr)
	return ok && len(call.Args) > 1 && slices.Contains([]string{"grep", "egrep", "fgrep"}, path.Base(call.Args[0].Lit()))
}

// wrapper matches programs that run another one, which is the first of their words that is no option, number or variable.
var (
	wrapper = pattern.New(`^(exec|command|timeout|env|nice|time|sudo|busybox)$`)
	noWord  = pattern.New(`^-|^\d+(\.\d+)?[smhd]?$|=`)
)

// callFails judges a simple command: its program is missing, or it compares what a missing program prints with a text.
func (s *checkScript) callFails(c *syntax.CallExpr) bool {
	words := c.Args
	if len(words) == 0 {
		return false
	}
	if givesUp(c) {
		return true
	}
	if wrapper.MatchString(words[0].Lit()) {
		words = slices.Clone(words[1:])
		for len(words) > 0 && noWord.MatchString(wordText(words[0])) {
			words = words[1:]
		}
		if len(words) == 0 || c.Args[0].Lit() == "busybox" {
			return false
		}
	}
	program := words[0].Lit()
	if s.isMissing(program) {
		return true
	}
	if slices.Contains([]string{"sh", "bash", "ash", "dash"}, path.Base(program)) && len(words) > 2 {
		inner := []string{program}
		for _, w := range words[1:] {
			inner = append(inner, wordText(w))
		}
		return s.isMissing(missingInWords(inner, s.lacks))
	}
	return (program == "[" || program == "test") && s.comparisonFails(words[1:])
}

// comparisonFails judges the words of a test such as "$(curl -s …)" = 200.
func (s *checkScript) comparisonFails(words []*syntax.Word) bool {
	if len(words) < 3 || !slices.Contains([]string{"=", "==", "-eq"}, words[1].Lit()) {
		return false
	}
	return s.printsNothing(words[0]) && wordText(words[2]) != "" || s.printsNothing(words[2]) && wordText(words[0]) != ""
}

// printsNothing reports whether a word is what a missing program prints.
func (s *checkScript) printsNothing(word *syntax.Word) bool {
	parts := word.Parts
	if len(parts) == 1 {
		if quoted, ok := parts[0].(*syntax.DblQuoted); ok {
			parts = quoted.Parts
		}
	}
	if len(parts) != 1 {
		return false
	}
	inner, ok := parts[0].(*syntax.CmdSubst)
	return ok && len(inner.Stmts) == 1 && s.isSilent(inner.Stmts[0])
}

// wordText returns a word without its quotes, "" if the shell makes a part of it.
func wordText(word *syntax.Word) string {
	var b strings.Builder
	for _, part := range word.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, inner := range p.Parts {
				lit, ok := inner.(*syntax.Lit)
				if !ok {
					return ""
				}
				b.WriteString(lit.Value)
			}
		default:
			return ""
		}
	}
	return b.String()
}
