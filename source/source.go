// Package source records what was read for one conversion: the positions of keys, the bytes of the local files the
// project refers to, and what is known about its images. The loader makes these values, transform only looks at them;
// neither needs to know the other.
package source

import (
	"strings"

	"github.com/transship/transship/diag"
)

// Locate returns where a key of the merged model stands in the files the user wrote. For a key that no file names
// (a default, a derived value) it returns the nearest known parent; an unknown place is the zero Range.
type Locate func(diag.Path) diag.Range

// Text is a text of the project as its file has it.
type Text struct {
	Place diag.Range // where it stands, the same for all who get it from there; unknown where nothing says so
	Parts []Part
}

// Part is a piece of a text: what is written there, or what a variable filled in.
type Part struct {
	Text     string
	Variable string // that ${…} names; "" for what is written there
}

// String returns the text as the project has it.
func (t Text) String() string {
	var b strings.Builder
	for _, p := range t.Parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Texts answers where the texts of a project come from. The zero value knows nothing.
type Texts struct {
	// At returns the text at a key of the merged model, false where no file has one there.
	At func(diag.Path) (Text, bool)
	// InEnvFile returns the value that an env file gives a variable. A file by which the project itself is filled in says no more
	// than ${NAME} does.
	InEnvFile func(file, name string) (Text, bool)
	// FilledIn returns what ${…} fills in anywhere in the files, each once.
	FilledIn func() []Part
}
