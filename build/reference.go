package build

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"

	"github.com/transship/transship/internal/pattern"
)

// repository is where an image lives, without tag and digest.
type repository struct {
	host    string // docker.io where none is named
	path    string // library/nginx
	hasHost bool   // the name says the host itself
}

// repositoryOf takes the repository from the name of a target's image.
func repositoryOf(t Target) (repository, error) {
	name := t.Image
	if !t.IsNamed {
		name = validPath(name)
	}
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return repository{}, fmt.Errorf("%q is not the name of an image: %w", name, err)
	}
	host := reference.Domain(named)
	return repository{host, reference.Path(named), strings.HasPrefix(name, host+"/")}, nil
}

// familiar is the name as people write it: nginx rather than docker.io/library/nginx.
func (r repository) familiar() string {
	if r.hasHost {
		return r.host + "/" + r.path
	}
	return strings.TrimPrefix(r.path, "library/")
}

// full is the name that means the same to every program.
func (r repository) full() string { return r.host + "/" + r.path }

// below returns the name that the image has below HOST/PATH of another registry.
func (r repository) below(registry string) string {
	return strings.TrimSuffix(registry, "/") + "/" + strings.TrimPrefix(r.path, "library/")
}

// contentTag is the tag that the content of an image decides: the same image has the same tag everywhere.
func contentTag(id string) string {
	_, hex, found := strings.Cut(id, ":")
	if !found {
		hex = id
	}
	return hex[:min(12, len(hex))]
}

// hostOf returns the registry of a reference.
func hostOf(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ""
	}
	return reference.Domain(named)
}

// fullReference returns the name of a reference that means the same to every program.
func fullReference(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return named.String()
}

// CheckRegistry reports whether text is HOST or HOST/PATH of a registry.
func CheckRegistry(text string) error {
	named, err := reference.ParseNormalizedNamed(strings.TrimSuffix(text, "/") + "/image")
	if err != nil || !strings.HasPrefix(text+"/", reference.Domain(named)+"/") {
		return fmt.Errorf("%q is not HOST or HOST/PATH of a registry, such as ghcr.io/acme", text)
	}
	return nil
}

// Separators of a path, and every other character that cannot stand in one.
// Source: https://pkg.go.dev/github.com/distribution/reference
var (
	separators = pattern.New(`[._-]+`)
	noName     = pattern.New(`[^a-z0-9._-]+`)
)

// validPath makes a valid path of the name of a project and a service, which may hold more characters.
func validPath(name string) string {
	name = noName.ReplaceAllString(strings.ToLower(name), "-")
	name = separators.ReplaceAllStringFunc(name, func(run string) string {
		if run == "." || run == "_" || run == "__" || strings.Trim(run, "-") == "" {
			return run
		}
		return "-"
	})
	return strings.Trim(name, "._-")
}

// isReference reports whether text names an image with a tag or a digest.
func isReference(text string) bool {
	named, err := reference.ParseNormalizedNamed(text)
	return err == nil && !reference.IsNameOnly(named)
}
