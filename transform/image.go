package transform

import (
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// localImageID matches an image named by the id that one Docker Engine gave it.
var localImageID = regexp.MustCompile(`^(sha256:)?[0-9a-f]{64}$`)

// imageReference matches what registries call an image: [host[:port]/]path[:tag][@digest].
// Source: https://pkg.go.dev/github.com/distribution/reference
var imageReference = regexp.MustCompile(`^(?:(?:[a-zA-Z0-9][a-zA-Z0-9.-]*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?` +
	`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*` +
	`(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`)

// longestImage is more than an image reference can have: 255 characters of name, 128 of tag and those of a digest.
const longestImage = 1024

// image returns the image reference.
//
// Compose names what it builds <project>-<service> when `image` is absent (source: docker/compose pkg/api, GetImageNameOrDefault);
// such an image exists only where it was built, and the nodes of a cluster cannot pull it.
func (u *unit) image() string {
	if u.spec.Image == "" {
		return u.builtImage()
	}
	if localImageID.MatchString(u.spec.Image) {
		u.report("local-image-id", u.at.Key("image"), "the image is named by the id it has on one Docker Engine; no node can pull it",
			"tag the image and push it to a registry")
	} else if len(u.spec.Image) > longestImage || !imageReference.MatchString(u.spec.Image) {
		u.reportf("image-name", u.at.Key("image"), "write registry/name:tag in lower case, and give variables in it a value",
			"%.200q is not the name of an image: nodes refuse to pull it, as Docker does", u.spec.Image)
	}
	if u.config.Build != nil && !u.hook && u.spec.PullPolicy != "never" {
		u.reportf("image-not-pullable", u.at.Key("build"), "build and push it before applying the manifests: docker compose build && docker compose push",
			"%s is built from this project; the cluster pulls it from its registry", u.spec.Image)
	}
	return strings.TrimSpace(u.spec.Image) // the API server refuses space around it
}

func (u *unit) builtImage() string {
	image := imageRepository(u.in.Project.Name+"-"+u.name) + ":latest"
	u.reportf("image-not-pullable", u.at.Key("build"), "name a registry the cluster can pull from in `image`, then docker compose build && docker compose push",
		"%s exists only where it is built: no `image` says where the cluster can pull it", image)
	return image
}

// Separators of a repository name, and every other character that cannot stand in one.
var (
	separators = regexp.MustCompile(`[._-]+`)
	noName     = regexp.MustCompile(`[^a-z0-9._-]+`)
)

// imageRepository makes a valid repository name of a Compose name: between letters and digits the distribution reference
// grammar knows one dot, one or two underscores, or dashes, and none of them at the ends.
func imageRepository(name string) string {
	name = noName.ReplaceAllString(strings.ToLower(name), "-")
	name = separators.ReplaceAllStringFunc(name, func(run string) string {
		if run == "." || run == "_" || run == "__" || strings.Trim(run, "-") == "" {
			return run
		}
		return "-"
	})
	return strings.Trim(name, "._-")
}

// pullPolicy returns the pull policy, always written out: Kubernetes would pick Always for an image without a tag, and an
// image that was loaded into the nodes could not start.
func (u *unit) pullPolicy() corev1.PullPolicy {
	policy := u.spec.PullPolicy
	switch {
	case policy == "" && u.ext.PullPolicy != "":
		return corev1.PullPolicy(u.ext.PullPolicy)
	case policy == "always":
		return corev1.PullAlways
	case policy == "never":
		if u.spec.Image != "" {
			u.reportf("image-not-pullable", u.at.Key("pull_policy"), "load the image into every node, or remove the line and let the nodes pull it",
				"nodes never pull %s: where it is not on the node already, the container does not start", u.spec.Image)
		}
		return corev1.PullNever
	case policy == "daily" || policy == "weekly" || policy == "refresh" || strings.HasPrefix(policy, "every_"):
		u.reportf("pull-policy", u.at.Key("pull_policy"), "", "%s becomes Always: the registry is asked at each start of a Pod, not by age", policy)
		return corev1.PullAlways
	default: // missing, if_not_present, build, unset
		return corev1.PullIfNotPresent
	}
}
