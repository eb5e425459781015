package chart

import (
	"strings"

	"github.com/transship/transship/internal/imageref"
)

// imageParts are the parts of a reference as it is written.
type imageParts struct{ registry, repository, tag, digest string }

// partsOf returns the parts of a reference. One without tag and digest has the tag latest.
func partsOf(ref string) imageParts {
	parts, _ := imageref.Parse(strings.TrimSuffix(ref, ":")) // as a variable without a value leaves it
	i := imageParts{tag: parts.Tag, digest: parts.Digest}
	i.registry, i.repository = parts.Split()
	if i.tag == "" && i.digest == "" {
		i.tag = "latest"
	}
	return i
}

// values writes the parts into a block. A tag that is the version of the application is left to it.
func (i imageParts) values(v *values, pullPolicy, appVersion string) {
	v.set("registry", text, i.registry)
	v.set("repository", text, i.repository)
	if i.tag != "" && i.tag == appVersion && i.digest == "" {
		v.set("tag", text, "").says("Empty: the appVersion of Chart.yaml.")
	} else {
		v.set("tag", text, i.tag)
	}
	v.set("digest", digest, i.digest).says("sha256:...; wins over the tag.")
	v.set("pullPolicy", policy, pullPolicy)
}
