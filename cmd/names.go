package cmd

import "strings"

// Names returns the names of the commands, sorted, for the reference.
func Names() []string {
	var names []string
	for _, child := range newRoot(Streams{In: strings.NewReader("")}).Commands() {
		if child.IsAvailableCommand() {
			names = append(names, child.Name())
		}
	}
	return names
}
