package images

import "slices"

// tables are every row; for one repository the first row whose tags match counts. Rows are plain values, which the compiler lays
// down: a map in one would be made anew by every start of the program.
var tables = [...][]Image{databases, messaging, bitnamiImages, web, programs, stores, pipelines, monitoring, tools, linuxserver, selfHosted, chains, bases}

// all returns the rows of the table, for the reference documentation.
func all() []Image { return slices.Concat(tables[:]...) }
