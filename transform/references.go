package transform

import "github.com/transship/transship/diag"

// references is what the texts of the project say about the names in it.
type references struct{}

func (p *project) scanReferences() {}

// rewriteNames returns text with the service names that no DNS label can carry replaced where they stand in host
// position. at is the key the text belongs to; variable is the name of the variable, if it is the value of one.
func (p *project) rewriteNames(_ diag.Path, _, text string) string { return text }
