// Package images knows a few facts about well-known images: what no compose file says and every conversion needs. Each row
// names its public source; what is not certain is left out, since "not known" is handled better than "wrong".
package images

import (
	"regexp"
	"slices"
	"strings"
)

// Lookup returns the row about an image reference, and whether there is one. The first row that matches wins, so rows with tags
// come before the row about all.
func Lookup(reference string) (Image, bool) {
	repository, tag := split(reference)
	for _, rows := range tables {
		for i := range rows {
			row := &rows[i]
			if !slices.Contains(row.Repositories, repository) {
				continue
			}
			if row.Tags == "" || regexp.MustCompile(row.Tags).MatchString(tag) {
				found := *row
				if row.NamedTags != "" && regexp.MustCompile(row.NamedTags).MatchString(tag) {
					found.User = ""
				}
				if found.Process == root && isRootlessTag(tag) {
					found.Process = nil
				}
				return found, true
			}
		}
	}
	if owner, name, _ := strings.Cut(strings.TrimPrefix(repository, "docker.io/"), "/"); isBitnami(owner) && name != "" && name != "minideb" {
		row := bitnami(name, "")
		row.User, row.Source = "", "https://github.com/bitnami/containers" // old ones ran as root
		return row, true
	}
	return Image{}, false
}

// isRootlessTag reports whether a tag says that the image does not start as root, as the row about all tags has it.
func isRootlessTag(tag string) bool {
	return slices.ContainsFunc([]string{"rootless", "nonroot", "non-root", "unprivileged"}, func(word string) bool { return strings.Contains(tag, word) })
}

// isBitnami reports whether a namespace of Docker Hub has the images of Bitnami.
func isBitnami(owner string) bool {
	return owner == "bitnami" || owner == "bitnamilegacy" || owner == "bitnamisecure"
}

// Repository returns the repository of an image reference with its registry, as docker.io/library/postgres.
func Repository(reference string) string {
	repository, _ := split(reference)
	return repository
}

// mirrors are registries that serve the images of Docker Hub under another name.
var mirrors = []string{"mirror.gcr.io/", "public.ecr.aws/docker/", "registry-1.docker.io/", "index.docker.io/"}

// architectures are the namespaces in which Docker builds the official images for one architecture each.
// Source: https://github.com/docker-library/official-images#architectures-other-than-amd64
var architectures = map[string]bool{
	"amd64": true, "arm32v5": true, "arm32v6": true, "arm32v7": true, "arm64v8": true, "i386": true, "mips64le": true, "ppc64le": true, "riscv64": true, "s390x": true,
}

// split returns the repository of an image reference with its registry, and its tag; "latest" if it names none.
// Source: the reference grammar of github.com/distribution/reference.
func split(reference string) (repository, tag string) {
	name, _, _ := strings.Cut(reference, "@")
	tag = "latest"
	if colon := strings.LastIndex(name, ":"); colon > strings.LastIndex(name, "/") {
		name, tag = name[:colon], name[colon+1:]
	}
	first, rest, nested := strings.Cut(name, "/")
	switch {
	case !nested:
		name = "docker.io/library/" + name
	case !strings.ContainsAny(first, ".:") && first != "localhost":
		name = "docker.io/" + name
	case first == "docker.io" && !strings.Contains(rest, "/"):
		name = "docker.io/library/" + rest
	}
	if first, rest, _ := strings.Cut(strings.TrimPrefix(name, "docker.io/"), "/"); architectures[first] && !strings.Contains(rest, "/") {
		name = "docker.io/library/" + rest
	}
	for _, registry := range []string{"/docker.io/", "/ghcr.io/", "/quay.io/"} { // a mirror that has the name of the registry in its path
		if _, path, ok := strings.Cut(name, registry); ok {
			name = registry[1:] + path
			if registry == "/docker.io/" && !strings.Contains(path, "/") {
				name = "docker.io/library/" + path
			}
		}
	}
	for _, mirror := range mirrors {
		if path, ok := strings.CutPrefix(name, mirror); ok {
			name = "docker.io/" + path
		}
	}
	return strings.ToLower(name), tag
}
