package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/registryclient"
)

// NodePlatform is a platform as nodes tell it: linux/arm for linux/arm/v7.
func NodePlatform(platform string) string { return plain(platform) }

// plain is a platform without its variant, which nodes do not tell.
func plain(platform string) string {
	words := strings.Split(platform, "/")
	return strings.Join(words[:min(2, len(words))], "/")
}

// plains are platforms without their variants, sorted, each once.
func plains(platforms []string) []string {
	out := make([]string, 0, len(platforms))
	for _, p := range platforms {
		out = append(out, plain(p))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// platforms returns those that an image is built for, if they are several: an index of images is pushed then, from which
// each node takes its own. Only a registry can hold one. Nil is an image for one platform.
func (r *run) platforms(t Target) []string {
	wanted := r.wanted
	if r.Cluster == nil && len(r.Options.Platforms) == 0 && r.Options.Push {
		wanted = t.Section.Platforms // those of the nodes are not known
	}
	if t.Platform != "" || len(wanted) < 2 || r.to.kind != push && r.to.kind != keep {
		return nil
	}
	wanted = slices.Clone(wanted)
	slices.Sort(wanted)
	return slices.Compact(wanted)
}

// needsBuildKit reports whether the builder that Docker had before BuildKit cannot build for a platform.
func (e *Engine) needsBuildKit(platform string) bool {
	return platform != "" && plain(platform) != e.Platform && e.isClassic()
}

// isClassic reports whether `docker build` is the builder that Docker had before BuildKit, unless it is told otherwise.
func (e *Engine) isClassic() bool {
	const newest = 22 // later versions have no such builder, or take BuildKit by themselves
	return !e.podman && e.major > 0 && e.major <= newest
}

// variants returns what is built of an image: the image itself, or one for each platform, under names of their own.
func (r *run) variants(t Target) []Target {
	platforms := r.platforms(t)
	if platforms == nil || r.away { // such a builder builds for all of them at once
		return []Target{t}
	}
	var out []Target
	for _, platform := range platforms {
		v := t
		v.Platform, v.Image, v.isVariant = platform, variantName(t.Image, platform), true
		out = append(out, v)
	}
	return out
}

// variantName is the name that the image of one platform has in the engine: shop-web:dev-linux-arm64.
func variantName(image, platform string) string {
	suffix := strings.ReplaceAll(platform, "/", "-")
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return image + ":" + suffix
	}
	if tagged, is := named.(reference.Tagged); is {
		return strings.TrimSuffix(image, ":"+tagged.Tag()) + ":" + tagged.Tag() + "-" + suffix
	}
	return image + ":" + suffix
}

// part is the image of one platform, where there are several.
type part struct {
	platform, id, content, local string

	isNamed bool // it had its name before: an earlier run gave it, and may have pushed it
}

// indexID is the name of the content of several images.
func indexID(parts []part) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%s %s\n", p.platform, strings.TrimPrefix(p.content, "sha256:"))
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

// pushIndex writes the index of images that are in the registry already, with the logins of Docker and Podman.
func pushIndex(ctx context.Context, ref string, parts []part) error {
	options := []remote.Option{
		remote.WithContext(ctx), remote.WithAuthFromKeychain(registryclient.Keychain{}), remote.WithTransport(registryclient.NewTransport(registryPatience)),
	}
	index := mutate.IndexMediaType(empty.Index, types.DockerManifestList)
	for _, p := range parts {
		from, err := name.ParseReference(p.local, name.WeakValidation)
		if err != nil {
			return err
		}
		image, err := remote.Image(from, options...)
		if err != nil {
			return fmt.Errorf("read %s: %w", p.local, err)
		}
		platform, err := v1.ParsePlatform(p.platform)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platform}})
	}
	to, err := name.ParseReference(ref, name.WeakValidation)
	if err != nil {
		return err
	}
	return remote.WriteIndex(to, index, options...)
}

// isRefusal reports whether a registry wants a login, or another one.
func isRefusal(err error) bool {
	refusal := (*transport.Error)(nil)
	return errors.As(err, &refusal) && (refusal.StatusCode == http.StatusUnauthorized || refusal.StatusCode == http.StatusForbidden)
}

// judge compares the platforms of an image with those of the nodes.
func (r *run) judge(t Target, platforms []string) {
	nodes := r.Cluster.Platforms()
	lacks := slices.DeleteFunc(slices.Clone(nodes), func(node string) bool { return slices.Contains(platforms, node) })
	isKey := t.Platform != ""
	if len(lacks) == 0 || isKey && len(lacks) < len(nodes) {
		return // the key of the service chooses the nodes, too
	}
	message := fmt.Sprintf("the image is for %s, and the nodes are %s", strings.Join(platforms, " and "), strings.Join(nodes, " and "))
	if len(lacks) < len(nodes) {
		message += ": a Pod may be started where the image cannot run"
	}
	var help string
	switch {
	case isKey:
		help = fmt.Sprintf("write `platform: %s`", nodes[0])
	case len(nodes) > 1 && r.to.kind != push:
		help = fmt.Sprintf("run `%s --build --registry HOST/PATH`: a registry holds images for several platforms, from which each node takes its own", r.Options.Rerun)
	default:
		help = fmt.Sprintf("run `%s --build --platform %s`", r.Options.Rerun, strings.Join(nodes, ","))
	}
	f := t.finding("build-platform", message, help+"; where the nodes emulate it, --allow=build-platform goes on")
	if r.Options.AllowPlatform {
		f.Severity = diag.Warning
	}
	r.say(f)
}

func joined(parts []part) string {
	var out []string
	for _, p := range parts {
		out = append(out, p.platform)
	}
	return strings.Join(out, ",")
}
