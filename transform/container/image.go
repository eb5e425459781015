package container

import (
	"strings"

	"github.com/distribution/reference"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/images"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/report"
)

// localImageID matches an image named by the id that one Docker Engine gave it.
var localImageID = pattern.New(`^(sha256:)?[0-9a-f]{64}$`).Starting("s0123456789abcdef")

// longestImage is more than an image reference can have: 255 characters of name, 128 of tag and those of a digest.
const longestImage = 1024

// image returns the image reference.
//
// Compose names what it builds <project>-<service> when `image` is absent (source: docker/compose pkg/api, GetImageNameOrDefault);
// such an image exists only where it was built, and the nodes of a cluster cannot pull it.
func image(p *input.Project, u *input.Container, findings *report.Findings) string {
	if ref := delivered(p, u); ref != "" {
		return ref
	}
	if u.Spec.Image == "" {
		return builtImage(p, u, findings)
	}
	if localImageID.MatchString(u.Spec.Image) {
		findings.Add("local-image-id", u.At.Key("image"), "the image is named by the id it has on one Docker Engine; no node can pull it",
			"tag the image and push it to a registry")
	} else if len(u.Spec.Image) > longestImage || !reference.ReferenceRegexp.MatchString(u.Spec.Image) {
		findings.Addf("image-name", u.At.Key("image"), "write registry/name:tag in lower case, and give variables in it a value",
			"%.200q is not the name of an image: nodes refuse to pull it, as Docker does", u.Spec.Image)
	}
	isBuilt := u.Service.Config.Build != nil
	switch {
	case u.IsHook || u.Spec.PullPolicy == "never":
	case isBuilt && u.Service.BuildsOver():
		findings.Addf("image-not-pullable", u.At.Key("image"), "give it a name of your own, such as registry.example.com/"+names.Repository(u.Service.Name)+", then transship build --push; transship up --build builds it and brings it to the nodes",
			"%s is built from this project under the name of a public image: the cluster pulls that one, without what the Dockerfile adds", u.Spec.Image)
	case isBuilt && !strings.Contains(u.Spec.Image, "/"):
		findings.Addf("image-not-pullable", u.At.Key("build"), "name a registry the cluster can pull from in `image`, then transship build --push; transship up --build builds it and brings it to the nodes",
			"%s is built from this project under a name among the official images of Docker Hub, where nobody can push it", u.Spec.Image)
	case isBuilt:
		findings.Addf(codeOfBuilt(u.Spec.Image), u.At.Key("build"), "build and push it before applying the manifests: transship build --push",
			"%s is built from this project; the cluster pulls it from its registry", u.Spec.Image)
	case isOfThisMachine(u.Spec.Image):
		findings.Addf("image-not-pullable", u.At.Key("image"), "push the image to a registry that the nodes reach, and name that in `image`",
			"%s is in a registry of this machine: a node would look for the registry on itself", u.Spec.Image)
	case u.Service.Build() == nil && images.IsUnknownToHub(u.Spec.Image):
		findings.Addf("image-not-pullable", u.At.Key("image"), "push the image to a registry that the nodes reach and name that in `image`, or let the project build it",
			"%s names no registry, and Docker Hub has no official image of that name as far as is known: what was built on this machine is not on the nodes", u.Spec.Image)
	}
	return strings.TrimSpace(u.Spec.Image) // the API server refuses space around it
}

// codeOfBuilt returns the code for an image that the project builds. One that names its registry gets there by a push, which
// is how images come to a cluster; a name without one may be meant for Docker Hub, or for this machine alone.
func codeOfBuilt(image string) string {
	host, _, isPath := strings.Cut(image, "/")
	if isPath && strings.ContainsAny(host, ".:") && !isOfThisMachine(image) {
		return "image-to-push"
	}
	return "image-not-pullable"
}

// isOfThisMachine reports whether the name of an image leads to a registry on localhost. Docker publishes such a registry to the
// engine beside it; each node of a cluster has a localhost of its own.
func isOfThisMachine(image string) bool {
	host, _, isPath := strings.Cut(image, "/")
	name, _, _ := strings.Cut(host, ":")
	return isPath && (name == "localhost" || strings.HasPrefix(name, "127.") || strings.HasPrefix(host, "[::1]"))
}

// delivered returns the image that was built and brought to the cluster; empty if there is none.
func delivered(p *input.Project, u *input.Container) string {
	if u.IsHook && u.Spec.Image != u.Service.Config.Image {
		return ""
	}
	return p.ImageRefs[u.Service.Name]
}

func builtImage(p *input.Project, u *input.Container, findings *report.Findings) string {
	image := names.Repository(p.Compose.Name+"-"+u.Service.Name) + ":latest"
	findings.Addf("image-not-pullable", u.At.Key("build"), "name a registry the cluster can pull from in `image`, then transship build --push; transship up --build builds it and brings it to the nodes",
		"%s exists only where it is built: no `image` says where the cluster can pull it", image)
	return image
}

// pullPolicy returns the pull policy, always written out: Kubernetes would pick Always for an image without a tag, and an
// image that was loaded into the nodes could not start.
func pullPolicy(p *input.Project, u *input.Container, findings *report.Findings) corev1.PullPolicy {
	policy := u.Spec.PullPolicy
	switch {
	case delivered(p, u) != "": // its tag changes with its content, and the nodes may have no registry to ask
		return corev1.PullIfNotPresent
	case policy == "" && u.Service.Ext.PullPolicy != "":
		return corev1.PullPolicy(u.Service.Ext.PullPolicy)
	case policy == "always":
		return corev1.PullAlways
	case policy == "never":
		if u.Spec.Image != "" {
			findings.Addf("image-not-pullable", u.At.Key("pull_policy"), "load the image into every node, or remove the line and let the nodes pull it",
				"nodes never pull %s: where it is not on the node already, the container does not start", u.Spec.Image)
		}
		return corev1.PullNever
	case policy == "daily" || policy == "weekly" || policy == "refresh" || strings.HasPrefix(policy, "every_"):
		findings.Addf("pull-policy", u.At.Key("pull_policy"), "", "%s becomes Always: the registry is asked at each start of a Pod, not by age", policy)
		return corev1.PullAlways
	default: // missing, if_not_present, build, unset
		return corev1.PullIfNotPresent
	}
}
