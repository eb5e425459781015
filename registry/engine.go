package registry

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/transship/transship/lockfile"
)

// engine is the local Docker or Podman, asked through its own command.
type engine struct {
	commands []string // to try, in this order

	mu   sync.Mutex
	gone map[string]bool // commands that do not answer
}

func newEngine(command string) *engine {
	e := &engine{commands: []string{"docker", "podman"}, gone: map[string]bool{}}
	if command != "" {
		e.commands = []string{command}
	}
	return e
}

// inspected is what the engines print of an image.
type inspected struct {
	ID           string `json:"Id"` // "sha256:…" from docker, the digits alone from podman
	RepoDigests  []string
	Architecture string
	Os           string
	Variant      string
	Size         int64
	Config       containerConfig
	RootFS       struct{ Layers []string }

	HealthCheck json.RawMessage // podman has it here, docker in Config
}

// fromEngine reads an image of the local engine.
func (r *Reader) fromEngine(ctx context.Context, request Request) (lockfile.Image, *Error) {
	command, found, err := r.engine.inspect(ctx, request.Reference)
	if err != nil {
		return lockfile.Image{}, &Error{Code: "image-not-found", Cause: err}
	}
	if found.Config.Healthcheck == nil && len(found.HealthCheck) > 0 {
		_ = json.Unmarshal(found.HealthCheck, &found.Config.Healthcheck) // what cannot be read is no healthcheck
	}
	platform := v1.Platform{OS: found.Os, Architecture: found.Architecture, Variant: found.Variant}.String()
	if !lockfile.SamePlatform(platform, request.Platform) {
		return lockfile.Image{}, wrongPlatform(request.Platform, []string{platform})
	}
	entry := r.entry(found.Config, platform)
	entry.Reference, entry.Source, entry.Platforms, entry.Services = request.Reference, path.Base(command), []string{platform}, request.Services
	entry.ImageID = "sha256:" + strings.TrimPrefix(found.ID, "sha256:")
	entry.Digest = repoDigest(request.Reference, found.RepoDigests)
	if found.Os != "linux" {
		entry.FilesUnknown = "the image is for " + found.Os
		return entry, nil
	}
	main, all := questionOf(request, entry.Volumes)
	saved := map[int]*layer{}
	diffs := found.RootFS.Layers
	t, err := files(ctx, len(diffs), main, all, func(ctx context.Context, n int, q question) (*layer, error) {
		i := len(diffs) - 1 - n
		if l := saved[i]; l != nil && (question{paths: l.Asked, texts: l.Texts}).includes(q) {
			return l, nil
		}
		if known, answered := r.cache.layer(diffs[i], &q); answered {
			return known, nil
		}
		layers, err := r.save(ctx, command, request.Reference, q)
		if err != nil {
			return nil, err
		}
		if len(layers) != len(diffs) {
			return nil, fmt.Errorf("it has %d layers and was saved with %d: %w", len(diffs), len(layers), errUnsafe)
		}
		for i, l := range layers {
			saved[i] = l
			r.cache.keepLayer(diffs[i], l)
		}
		return saved[i], nil
	})
	switch {
	case errors.Is(err, errTooLarge):
		entry.FilesUnknown = "its layers have more than " + megabytes(r.options.MaxBytes*maxExpansion)
		return entry, nil
	case ctx.Err() != nil:
		return lockfile.Image{}, invalid(context.Cause(ctx))
	case err != nil:
		return lockfile.Image{}, invalid(err)
	}
	describe(&entry, t, request)
	return entry, nil
}

// repoDigest returns the digest under which a registry has an image, if it was pulled or pushed.
func repoDigest(reference string, digests []string) string {
	ref, err := name.ParseReference(reference)
	if err != nil {
		return ""
	}
	if pinned, is := ref.(name.Digest); is { // one image can have several digests in a repository
		return pinned.DigestStr()
	}
	for _, d := range digests {
		if parsed, err := name.NewDigest(d); err == nil && parsed.Context().Name() == ref.Context().Name() {
			return parsed.DigestStr()
		}
	}
	return ""
}

// inspect asks the engines for an image and returns the command of the one that has it.
func (e *engine) inspect(ctx context.Context, reference string) (string, inspected, error) {
	if strings.HasPrefix(reference, "-") {
		return "", inspected{}, errors.New("no image is called so")
	}
	answered := false
	for _, command := range e.commands {
		e.mu.Lock()
		gone := e.gone[command]
		e.mu.Unlock()
		if gone {
			continue
		}
		var failure bytes.Buffer
		c := exec.CommandContext(ctx, command, "image", "inspect", reference)
		c.Stderr = &failure
		out, err := c.Output()
		if err == nil {
			var list []inspected
			if err := json.Unmarshal(out, &list); err != nil || len(list) == 0 {
				return "", inspected{}, fmt.Errorf("%s image inspect prints what cannot be read", command)
			}
			return command, list[0], nil
		}
		if ctx.Err() != nil {
			return "", inspected{}, context.Cause(ctx)
		}
		text := strings.ToLower(failure.String())
		if strings.Contains(text, "no such") || strings.Contains(text, "not known") || strings.Contains(text, "not found") {
			if _, missing := errors.AsType[*exec.ExitError](err); missing {
				answered = true
				continue
			}
		}
		e.mu.Lock()
		e.gone[command] = true
		e.mu.Unlock()
	}
	if answered {
		return "", inspected{}, errors.New("the local engine does not have it")
	}
	return "", inspected{}, errNoEngine
}

var errTooLarge = errors.New("too large")

// save streams an image out of the engine and searches all its layers on the way, bottom first in the result. Nothing is
// written to disk.
func (r *Reader) save(ctx context.Context, command, reference string, q question) ([]*layer, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var failure bytes.Buffer
	c := exec.CommandContext(ctx, command, "image", "save", reference)
	c.Stderr = &failure
	stream, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	layers, err := scanSaved(ctx, &limited{stream, r.options.MaxBytes * maxExpansion}, q)
	stop() // after an error, nobody reads what the command still has to say
	if waited := c.Wait(); err == nil && waited != nil && len(layers) == 0 {
		err = fmt.Errorf("%s image save: %s", command, strings.TrimSpace(failure.String()))
	}
	return layers, err
}

// limited ends a stream that is too long.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLarge
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// scanSaved searches the layers in the archive that `docker image save` writes: a tar with a tar for each layer, and
// manifest.json that says which is where.
// Source: https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format
func scanSaved(ctx context.Context, r io.Reader, q question) ([]*layer, error) {
	archive := tar.NewReader(r)
	found, links := map[string]*layer{}, map[string]string{}
	var manifest []struct{ Layers []string }
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the saved image: %w", err)
		}
		name := path.Clean(header.Name)
		switch {
		case header.Typeflag == tar.TypeSymlink || header.Typeflag == tar.TypeLink:
			target := header.Linkname
			if header.Typeflag == tar.TypeSymlink {
				target = path.Join(path.Dir(name), target) //nolint:gosec // names are compared with one another; nothing is written
			}
			links[name] = path.Clean(target)
		case header.Typeflag != tar.TypeReg:
		case name == "manifest.json":
			text, err := io.ReadAll(io.LimitReader(archive, maxConfig))
			if err != nil {
				return nil, fmt.Errorf("read the saved image: %w", err)
			}
			if err := json.Unmarshal(text, &manifest); err != nil {
				return nil, fmt.Errorf("read the manifest of the saved image: %w", err)
			}
		default:
			l, err := scanBlob(ctx, archive, q)
			if err != nil {
				return nil, err
			}
			found[name] = l
		}
	}
	if len(manifest) != 1 {
		return nil, fmt.Errorf("the saved archive has %d images: %w", len(manifest), errUnsafe)
	}
	var layers []*layer
	for _, name := range manifest[0].Layers {
		name = path.Clean(name)
		if target, isLink := links[name]; isLink {
			name = target
		}
		l := found[name]
		if l == nil {
			return nil, fmt.Errorf("the saved archive lacks the layer %s: %w", shortened(name), errUnsafe)
		}
		layers = append(layers, l)
	}
	return layers, nil
}

// scanBlob searches a file of a saved image if it is a layer, compressed or not. Others, the configuration among them,
// count as a layer without files.
func scanBlob(ctx context.Context, r io.Reader, q question) (*layer, error) {
	head := bufio.NewReaderSize(r, 4096)
	start, _ := head.Peek(512) // a short file is no layer
	content, done, err := unpacked(head)
	if err != nil {
		return nil, err
	}
	defer done()
	if content == io.Reader(head) && (len(start) < 512 || !bytes.Equal(start[257:262], []byte("ustar"))) {
		return newScanner(q).out, nil
	}
	return scan(ctx, content, q)
}
