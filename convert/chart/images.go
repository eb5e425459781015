package chart

import "strings"

// imageParts are the parts of a reference as it is written.
type imageParts struct{ registry, repository, tag, digest string }

// splitImage splits a reference. Its first part is a registry where it looks like a host, as Docker has it.
func splitImage(ref string) imageParts {
	var i imageParts
	ref, i.digest, _ = strings.Cut(ref, "@")
	if colon := strings.LastIndexByte(ref, ':'); colon > strings.LastIndexByte(ref, '/') {
		ref, i.tag = ref[:colon], ref[colon+1:]
	}
	if first, rest, found := strings.Cut(ref, "/"); found && (strings.ContainsAny(first, ".:") || first == "localhost") {
		i.registry, ref = first, rest
	}
	i.repository = ref
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
