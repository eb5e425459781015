// Package imageref takes apart what names an image, as it is written: without the registry, the path and the tag that
// Docker adds to a short name.
package imageref

import (
	"strings"

	"github.com/distribution/reference"
)

// Reference is the parts of registry/path:tag@digest. Parts that are not written are empty.
type Reference struct {
	Name   string // registry and path
	Tag    string
	Digest string // sha256:…
}

// Parse takes a reference apart. Of a text that is no reference it returns all as the name, and false.
func Parse(text string) (Reference, bool) {
	parts := reference.ReferenceRegexp.FindStringSubmatch(text)
	if parts == nil {
		return Reference{Name: text}, false
	}
	return Reference{Name: parts[1], Tag: parts[2], Digest: parts[3]}, true
}

// Split returns the registry and the path of the name. A registry is known by a dot or a port, or is localhost; where none
// is written it is empty, and means Docker Hub.
func (r Reference) Split() (registry, path string) {
	first, rest, nested := strings.Cut(r.Name, "/")
	if nested && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return first, rest
	}
	return "", r.Name
}
