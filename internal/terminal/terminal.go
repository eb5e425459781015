// Package terminal tells what the output can show.
package terminal

import (
	"io"
	"math"
	"os"

	"golang.org/x/term"
)

// Color decides whether output to w is colored. The mode is that of --color: always and never are orders; auto follows
// NO_COLOR (https://no-color.org), CLICOLOR_FORCE (https://bixense.com/clicolors), TERM=dumb and whether w is a terminal.
func Color(mode string, w io.Writer) bool {
	switch {
	case mode == "always":
		return true
	case mode == "never", os.Getenv("NO_COLOR") != "":
		return false
	case os.Getenv("CLICOLOR_FORCE") != "" && os.Getenv("CLICOLOR_FORCE") != "0":
		return true
	case os.Getenv("TERM") == "dumb":
		return false
	}
	return IsTerminal(w)
}

// IsTerminal reports whether w is an open file that people look at.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Width returns how many columns text for w should have: those of the terminal within limits, or 100 where there is none.
func Width(w io.Writer) int {
	const narrow, normal, wide = 60, 100, 140
	f, ok := w.(*os.File)
	if !ok {
		return normal
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return normal
	}
	return min(max(columns, narrow), wide)
}

// Height returns how many lines the terminal shows, or a great many where there is none.
func Height(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if _, lines, err := term.GetSize(int(f.Fd())); err == nil && lines > 0 {
			return lines
		}
	}
	return math.MaxInt
}
