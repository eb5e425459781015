package images

import "slices"

// table is every row; for one repository the first row whose tags match counts.
var table = slices.Concat(databases, messaging, bitnamiImages, web, bases)

// all returns the rows of the table, for the reference documentation.
func all() []Image { return slices.Clone(table) }
