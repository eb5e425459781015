// Package registry reads what images have, without running them: from their registries, or from the local Docker or Podman.
// Nothing but `transship lock` calls it.
package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"golang.org/x/sync/errgroup"

	"github.com/transship/transship/internal/registryclient"
	"github.com/transship/transship/lockfile"
)

// Origin says where images are looked for.
type Origin string

// The origins.
const (
	// Auto asks the registry first, and the engine first for what the project builds itself.
	Auto         Origin = "auto"
	FromRegistry Origin = "registry"
	FromEngine   Origin = "engine"
)

// Options are the choices of a [Reader]. The zero value reads from registries with the credentials of docker and podman,
// without a cache.
type Options struct {
	From     Origin            // "" is Auto
	Engine   string            // command of the local engine, "docker" or "podman"; "" finds one
	CacheDir string            // where what was read is kept by digest; "" keeps nothing
	Keychain authn.Keychain    // credentials; nil is those of docker and podman
	Network  http.RoundTripper // nil is the usual one, with the proxies of the environment

	MaxBytes       int64         // compressed bytes of one image; 0 is 2 GiB
	Timeout        time.Duration // for one image; 0 is 5 minutes
	ConnectTimeout time.Duration // for the first answer of a registry; 0 is 5 seconds
	Parallel       int           // images at a time; 0 is 8

	// IsSecret tells the variables of ENV whose values are not kept; nil keeps all.
	IsSecret func(name, value string) bool
}

// Request is an image to read.
type Request struct {
	lockfile.Need
	Platform string // os/arch[/variant], never empty
}

// Result is what was read, or why it was not.
type Result struct {
	Image lockfile.Image
	Err   *Error
}

// Error says why an image could not be read. Code is one of lockfile.Codes.
type Error struct {
	Code      string
	Reference string
	Host      string   // the registry, where that is what failed
	Offers    []string // for image-platform: the platforms that there are
	Cause     error
	Help      string // what to do about it, where the code does not tell
}

func (e *Error) Error() string { return e.Reference + ": " + e.Cause.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Reader reads images. It may be used from several goroutines at once.
type Reader struct {
	options Options
	cache   cache
	engine  *engine

	mu    sync.Mutex
	hosts map[string]*host
	busy  map[string]*sync.Mutex // one reader for each layer
}

// host is a registry: asked once whether it answers at all.
type host struct {
	once sync.Once
	err  error
}

// New returns a reader.
func New(o Options) *Reader {
	if o.Keychain == nil {
		o.Keychain = registryclient.Keychain{}
	}
	if o.From == "" {
		o.From = Auto
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 2 << 30
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = 5 * time.Second
	}
	if o.Parallel == 0 {
		o.Parallel = 8
	}
	if o.Network == nil {
		o.Network = registryclient.NewTransport(o.ConnectTimeout)
	}
	return &Reader{
		options: o, cache: cache{o.CacheDir}, engine: newEngine(o.Engine), hosts: map[string]*host{}, busy: map[string]*sync.Mutex{},
	}
}

// CacheDir returns where `transship lock` keeps what it has read: below XDG_CACHE_HOME or its equivalent. It is empty
// where the user has no such directory.
func CacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "transship", "images")
}

// Read reads images beside each other and returns the results in the order of the requests. done, if not nil, is called
// for each image when it is there, from several goroutines.
func (r *Reader) Read(ctx context.Context, requests []Request, done func(Request, Result)) []Result {
	results := make([]Result, len(requests))
	var group errgroup.Group
	group.SetLimit(r.options.Parallel)
	for i, request := range requests {
		group.Go(func() error {
			image, err := r.read(ctx, request)
			results[i] = Result{Image: image, Err: err}
			if done != nil {
				done(request, results[i])
			}
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
	return results
}

// Digests asks the registries, beside each other, what references lead to now. Of the images in the results only the
// digest is set.
func (r *Reader) Digests(ctx context.Context, requests []Request) []Result {
	results := make([]Result, len(requests))
	var group errgroup.Group
	group.SetLimit(r.options.Parallel)
	for i, request := range requests {
		group.Go(func() error {
			results[i].Image.Digest, results[i].Err = r.digest(ctx, request.Reference)
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
	return results
}

func (r *Reader) read(ctx context.Context, request Request) (lockfile.Image, *Error) {
	ctx, stop := context.WithTimeoutCause(ctx, r.options.Timeout, fmt.Errorf("it took longer than %s", r.options.Timeout))
	defer stop()
	sources := []func(context.Context, Request) (lockfile.Image, *Error){r.fromRegistry, r.fromEngine}
	switch {
	case r.options.From == FromRegistry:
		sources = sources[:1]
	case r.options.From == FromEngine:
		sources = sources[1:]
	case request.Built:
		slices.Reverse(sources)
	}
	var first *Error
	for _, source := range sources {
		image, err := source(ctx, request)
		if err == nil {
			return image, nil
		}
		err.Reference = request.Reference
		if first == nil || first.Code == "image-not-found" && err.Code != "image-not-found" {
			first = err
		}
		if err.Code == "image-invalid" || ctx.Err() != nil {
			break
		}
	}
	return lockfile.Image{}, first
}

// once lets one goroutine at a time read a layer, so that images that share it read it once.
func (r *Reader) once(digest string) (release func()) {
	r.mu.Lock()
	lock := r.busy[digest]
	if lock == nil {
		lock = &sync.Mutex{}
		r.busy[digest] = lock
	}
	r.mu.Unlock()
	lock.Lock()
	return lock.Unlock
}

var errNoEngine = errors.New("no local docker or podman answers")
