package input

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// rootlessImage matches references of images that are published to run as another user than root: the names that their
// publishers give such variants, and publishers whose images never start as root.
// Sources: https://github.com/GoogleContainerTools/distroless (nonroot), https://images.chainguard.dev, https://github.com/bitnami/containers
var rootlessImage = pattern.New(`(?i)(rootless|non-?root|unprivileged)|^cgr\.dev/chainguard/|(^|/)bitnami(legacy|secure)?/`).
	Holding("root", "unprivileged", "chainguard", "bitnami")

// RootlessSign returns what tells that the program of a container of which the user is not known is not root, or "".
func (c *Container) RootlessSign(target string) string {
	if rootlessImage.MatchString(c.Spec.Image) {
		return "the name of its image"
	}
	if home, user, found := strings.Cut(target, "/home/"); found && home == "" && user != "" {
		return "the home directory " + "/home/" + strings.Split(user, "/")[0]
	}
	if peer := c.Service.rootPeer; peer != "" && peer != c.Service.Name && !c.IsHook {
		return "the user of " + peer + ", which has the same image and asks for root,"
	}
	return ""
}

// rootPeers returns, by image, the first service that asks to run as root: nobody asks for what the image does anyway.
func rootPeers(services []*Service) map[string]string {
	peers := map[string]string{}
	for _, s := range services {
		user, _, _ := strings.Cut(s.Config.User, ":")
		if image := s.Config.Image; image != "" && peers[image] == "" && (user == "root" || user == "0") {
			peers[image] = s.Name
		}
	}
	return peers
}

// StartsAsNamed reports whether the image of a container starts as a user that is not root and that it names.
func (c *Container) StartsAsNamed() bool {
	name, _, _ := strings.Cut(c.Service.Facts.User, ":")
	return c.Spec.User == "" && name != "" && name != "root" && name != "0"
}
