// Package source records what was read for one conversion: the positions of keys, the bytes of the local files the
// project refers to, and what is known about its images. The loader makes these values, transform only looks at them;
// neither needs to know the other.
package source

import "github.com/transship/transship/diag"

// Locate returns where a key of the merged model stands in the files the user wrote. For a key that no file names
// (a default, a derived value) it returns the nearest known parent; an unknown place is the zero Range.
type Locate func(diag.Path) diag.Range
