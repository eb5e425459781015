// Package registry reads what images have, without running them: from their registries, or from the local Docker or Podman.
// It is the only package that talks to registries, and nothing but `transship lock` calls it.
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
		o.Keychain = authn.NewMultiKeychain(authn.DefaultKeychain, podmanKeychain{})
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
		o.Network = network(o.ConnectTimeout)
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

// questionOf returns what the layers of an image are asked: what the project wants to know and what decides about the
// user. main is what has to be answered; the rest is where links of many images lead, so that one reading is enough.
func questionOf(request Request, volumes []string) (main, all question) {
	const passwd, group, shell = "/etc/passwd", "/etc/group", "/bin/sh"
	main = question{texts: []string{group, passwd}}.with(append(slices.Concat(request.Paths, volumes), passwd, group, shell)...)
	all = main.with("/usr/bin/sh", "/bin/dash", "/usr/bin/dash", "/bin/bash", "/usr/bin/bash", "/bin/busybox", "/usr/bin/busybox")
	for _, p := range main.paths {
		for _, link := range [][2]string{{"/var/run/", "/run/"}, {"/bin/", "/usr/bin/"}, {"/lib/", "/usr/lib/"}, {"/sbin/", "/usr/sbin/"}} {
			if rest, ok := cutPrefix(p, link[0]); ok {
				all = all.with(link[1] + rest)
			}
		}
	}
	return main, all
}

// layerReader returns the answer of one layer, counted from the top.
type layerReader func(ctx context.Context, n int, q question) (*layer, error)

// maxRounds bounds how often layers are read again because links lead to where nobody has looked.
const maxRounds = 6

// files reads the layers of an image, top first, until nothing can change any more.
func files(ctx context.Context, layers int, main, all question, read layerReader) (*tree, error) {
	for round := 0; ; round++ {
		t := newTree(all)
		var more question
		undecided := true
		for n := 0; n < layers && undecided; n++ {
			l, err := read(ctx, n, all)
			if err != nil {
				return nil, err
			}
			t.layers = append(t.layers, l)
			t.complete = n == layers-1
			more, undecided = t.wanting(main)
		}
		if layers == 0 {
			t.complete = true
		}
		if len(more.paths) == 0 {
			return t, nil
		}
		if round == maxRounds {
			return nil, fmt.Errorf("its symbolic links lead on and on: %w", errUnsafe)
		}
		all = all.with(more.paths...)
		all.texts = sorted(append(all.texts, more.texts...))
	}
}

// describe writes what the layers say into an entry of the lock.
func describe(image *lockfile.Image, t *tree, request Request) {
	_, shell, s := t.resolve("/bin/sh")
	image.Shell = new(s == present && !shell.isDir())
	image.Paths = map[string]lockfile.Path{}
	for _, p := range sorted(append(slices.Clone(request.Paths), image.Volumes...)) {
		image.Paths[p] = t.at(p)
	}
	passwd, known1 := t.text("/etc/passwd")
	group, known2 := t.text("/etc/group")
	if !known1 || !known2 { // too large, or no regular file
		return
	}
	a := accounts{passwd, group}
	image.UID, image.GID, image.Groups = a.process(image.User)
	for _, name := range request.Users {
		if image.Users == nil {
			image.Users = map[string]*lockfile.User{}
		}
		image.Users[name] = a.user(name)
	}
	for _, name := range request.Groups {
		if image.GroupIDs == nil {
			image.GroupIDs = map[string]*int64{}
		}
		image.GroupIDs[name] = a.groupID(name)
	}
}

// at returns what is at a path of the image.
func (t *tree) at(p string) lockfile.Path {
	at, e, s := t.resolve(p)
	if s != present {
		return lockfile.Path{}
	}
	return lockfile.Path{
		Exists: true, Directory: e.isDir(), Content: e.isDir() && t.hasContent(at) == present,
		UID: &e.UID, GID: &e.GID, Mode: fmt.Sprintf("%04o", e.Mode),
	}
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
