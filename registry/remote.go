package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/transship/transship/lockfile"
)

// maxConfig bounds the configuration of an image.
const maxConfig = 8 << 20

// maxExpansion bounds how many bytes come out of one compressed byte: zeros compress to a thousandth. What has less than
// smallLayer bytes is read all the same: a file with holes, such as /var/log/lastlog, is no reason to know nothing.
const (
	maxExpansion = 50
	smallLayer   = 512 << 20
)

// maxLayers is more than any engine takes.
const maxLayers = 1000

// layerAttempts is how often a layer is read in all whose connection breaks off.
const layerAttempts = 3

func isBrokenOff(err error) bool {
	broken := (*net.OpError)(nil)
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &broken)
}

func (r *Reader) remoteOptions(ctx context.Context) []remote.Option {
	return []remote.Option{
		remote.WithContext(ctx), remote.WithAuthFromKeychain(r.options.Keychain), remote.WithTransport(r.options.Network),
		remote.WithUserAgent("transship"), remote.WithRetryStatusCodes(), // the network asks again by itself
		remote.WithRetryBackoff(remote.Backoff{Duration: 300 * time.Millisecond, Factor: 2, Jitter: 0.1, Steps: 2}),
	}
}

// answers asks a registry once whether it is there at all.
func (r *Reader) answers(ctx context.Context, registry name.Registry) error {
	r.mu.Lock()
	h := r.hosts[registry.RegistryStr()]
	if h == nil {
		h = &host{}
		r.hosts[registry.RegistryStr()] = h
	}
	r.mu.Unlock()
	h.once.Do(func() {
		limited, stop := context.WithTimeoutCause(ctx, r.options.ConnectTimeout, fmt.Errorf("no answer within %s", r.options.ConnectTimeout))
		defer stop()
		if _, h.err = transport.Ping(limited, registry, r.options.Network); h.err != nil && limited.Err() != nil {
			h.err = context.Cause(limited)
		}
	})
	return h.err
}

// digest returns what a reference leads to in its registry now, without reading the image.
func (r *Reader) digest(ctx context.Context, reference string) (string, *Error) {
	ref, err := name.ParseReference(reference)
	if err != nil {
		return "", &Error{Code: "image-not-found", Reference: reference, Cause: err}
	}
	ctx, stop := context.WithTimeout(ctx, r.options.Timeout)
	defer stop()
	err = r.answers(ctx, ref.Context().Registry)
	if err == nil {
		var found *v1.Descriptor
		if found, err = remote.Head(ref, r.remoteOptions(ctx)...); err == nil {
			return found.Digest.String(), nil
		}
		// Some registries answer GET only.
		var got *remote.Descriptor
		if got, err = remote.Get(ref, r.remoteOptions(ctx)...); err == nil {
			return got.Digest.String(), nil
		}
	}
	failed := classified(err, ref)
	failed.Reference = reference
	return "", failed
}

func (r *Reader) fromRegistry(ctx context.Context, request Request) (lockfile.Image, *Error) {
	ref, err := name.ParseReference(request.Reference)
	if err != nil {
		return lockfile.Image{}, &Error{Code: "image-not-found", Cause: err}
	}
	if err := r.answers(ctx, ref.Context().Registry); err != nil {
		return lockfile.Image{}, classified(err, ref)
	}
	found, err := remote.Get(ref, r.remoteOptions(ctx)...)
	if err != nil {
		return lockfile.Image{}, classified(err, ref)
	}
	image, platforms, failed := pick(found, ref, request.Platform)
	if failed != nil {
		return lockfile.Image{}, failed
	}
	entry, err := r.readRemote(ctx, image, request)
	if err != nil {
		return lockfile.Image{}, classified(err, ref)
	}
	if !lockfile.SamePlatform(entry.Platform, request.Platform) {
		return lockfile.Image{}, wrongPlatform(request.Platform, []string{entry.Platform})
	}
	if len(platforms) == 0 {
		platforms = []string{entry.Platform}
	}
	entry.Reference, entry.Source, entry.Digest, entry.Platforms = request.Reference, "registry", found.Digest.String(), platforms
	entry.Services = request.Services
	return entry, nil
}

// pick returns the image for a platform, and the platforms of an index.
func pick(found *remote.Descriptor, ref name.Reference, platform string) (v1.Image, []string, *Error) {
	if !found.MediaType.IsIndex() {
		image, err := found.Image()
		if err != nil {
			return nil, nil, classified(err, ref)
		}
		return image, nil, nil
	}
	index, err := found.ImageIndex()
	if err != nil {
		return nil, nil, invalid(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, nil, invalid(err)
	}
	var platforms []string
	var chosen *v1.Descriptor
	for i, m := range manifest.Manifests {
		if !m.MediaType.IsImage() || m.Platform == nil || m.Platform.OS == "unknown" { // attestations
			continue
		}
		p := v1.Platform{OS: m.Platform.OS, Architecture: m.Platform.Architecture, Variant: m.Platform.Variant}.String()
		platforms = append(platforms, p)
		if chosen == nil && lockfile.SamePlatform(p, platform) {
			chosen = &manifest.Manifests[i]
		}
	}
	platforms = sorted(platforms)
	if chosen == nil {
		return nil, platforms, wrongPlatform(platform, platforms)
	}
	image, err := index.Image(chosen.Digest)
	if err != nil {
		return nil, nil, classified(err, ref)
	}
	return image, platforms, nil
}

// readRemote reads the configuration of an image, and its layers as far as they decide something.
func (r *Reader) readRemote(ctx context.Context, image v1.Image, request Request) (lockfile.Image, error) {
	manifest, err := image.Manifest()
	if err != nil {
		return lockfile.Image{}, err
	}
	if manifest.Config.Size > maxConfig {
		return lockfile.Image{}, fmt.Errorf("its configuration has %d bytes: %w", manifest.Config.Size, errUnsafe)
	}
	raw, known := r.cache.blob(manifest.Config.Digest.String())
	if !known {
		if raw, err = image.RawConfigFile(); err != nil {
			return lockfile.Image{}, err
		}
		r.cache.keepBlob(manifest.Config.Digest.String(), raw)
	}
	var c configFile
	if err := json.Unmarshal(raw, &c); err != nil {
		return lockfile.Image{}, fmt.Errorf("its configuration is no JSON: %w", errUnsafe)
	}
	entry := r.entry(c.Config, c.platform())
	entry.ImageID = manifest.Config.Digest.String()
	if c.OS != "linux" {
		entry.FilesUnknown = "the image is for " + c.OS
		return entry, nil
	}
	if len(manifest.Layers) > maxLayers {
		return lockfile.Image{}, fmt.Errorf("it has %d layers: %w", len(manifest.Layers), errUnsafe)
	}
	var size int64
	for _, l := range manifest.Layers {
		if l.Size < 0 {
			return lockfile.Image{}, fmt.Errorf("a layer has the size %d: %w", l.Size, errUnsafe)
		}
		size += l.Size
		if size > r.options.MaxBytes {
			entry.FilesUnknown = "its layers have more than " + megabytes(r.options.MaxBytes)
			return entry, nil
		}
	}
	layers, err := image.Layers()
	if err != nil {
		return lockfile.Image{}, err
	}
	main, all := questionOf(request, entry.Volumes)
	t, err := files(ctx, len(layers), main, all, func(ctx context.Context, n int, q question) (*layer, error) {
		return r.remoteLayer(ctx, layers[len(layers)-1-n], q)
	})
	if errors.Is(err, errTooLarge) {
		entry.FilesUnknown = fmt.Sprintf("a layer is more than %d times as large as it is compressed", maxExpansion)
		return entry, nil
	}
	if err != nil {
		return lockfile.Image{}, err
	}
	describe(&entry, t, request)
	return entry, nil
}

func (r *Reader) remoteLayer(ctx context.Context, l v1.Layer, q question) (*layer, error) {
	digest, err := l.Digest()
	if err != nil {
		return nil, err
	}
	defer r.once(digest.String())()
	known, answered := r.cache.layer(digest.String(), &q)
	if answered {
		return known, nil
	}
	size, err := l.Size()
	if err != nil {
		return nil, err
	}
	var out *layer
	for range layerAttempts {
		if out, err = scanRemote(ctx, l, size, q); !isBrokenOff(err) || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	r.cache.keepLayer(digest.String(), out)
	return out, nil
}
