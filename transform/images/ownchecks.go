package images

import (
	"regexp"
	"slices"
)

// ownChecks are images with a HEALTHCHECK that others wait for, in projects that write none themselves.
var ownChecks = []struct {
	repositories []string
	tags         string // a regular expression
	test         []string
}{
	{ // https://github.com/qdm12/gluetun/blob/master/Dockerfile
		[]string{"docker.io/qmcgaw/gluetun", "ghcr.io/qdm12/gluetun"}, `^(latest|v3|v3\.[34]\d.*)$`, []string{"/gluetun-entrypoint", "healthcheck"},
	},
}

// OwnCheck returns the command of the HEALTHCHECK that an image is known to have, nil if none is known.
func OwnCheck(reference string) []string {
	repository, tag := split(reference)
	for _, row := range ownChecks {
		if slices.Contains(row.repositories, repository) && regexp.MustCompile(row.tags).MatchString(tag) {
			return slices.Clone(row.test)
		}
	}
	return nil
}
