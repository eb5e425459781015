package build

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// LoadModes are the values of Options.Load; the first one is the default.
var LoadModes = []string{"auto", "always", "never"}

// minikubeShares reports whether the engine is the one inside minikube (`minikube docker-env`).
func minikubeShares(c *Cluster) bool {
	name, _ := minikubeName(c)
	return os.Getenv("MINIKUBE_ACTIVE_DOCKERD") == name
}

// destination is how images get to where they are to run.
type destination struct {
	kind     kindOfDelivery
	product  string   // of the cluster
	command  []string // that loads an archive
	asRoot   bool
	registry string // HOST/PATH to push to; empty: each image names its registry
	pullFrom string // HOST/PATH for the nodes, where it is another one
	anyHost  bool   // images that name another registry go there as well
	why      string // for the finding, where images cannot be pushed
}

type kindOfDelivery int

const (
	keep  kindOfDelivery = iota // nothing is delivered
	share                       // the nodes run the images of the engine
	load                        // an archive is loaded into the nodes
	push                        // the nodes pull
)

// destinationFor says how images of an engine get to a cluster; nil is none, for commands that only build or push.
func destinationFor(c *Cluster, e *Engine, o Options) destination {
	switch {
	case c == nil && o.Push:
		return destination{kind: push, registry: o.Registry}
	case c == nil:
		return destination{registry: o.Registry}
	case o.Load != "always" && o.Registry != "":
		return destination{kind: push, registry: o.Registry}
	case o.Load == "auto" && c.Registry != nil && c.Registry.Host != "":
		pull := c.Registry.HostFromContainerRuntime
		if pull == "" {
			pull = c.Registry.Host
		}
		return destination{kind: push, product: "its own registry", registry: c.Registry.Host, pullFrom: pull, anyHost: true}
	}
	found := destination{kind: push, registry: o.Registry, why: "the nodes of cluster " + quoteName(c) + " pull images from registries"}
	if o.Load == "never" {
		found.why = "--load=never leaves a registry only"
		return found
	}
	for _, p := range products {
		name, is := p.of(c)
		if !is {
			continue
		}
		switch {
		case p.shares != nil && p.shares(c) && !e.podman:
			return destination{kind: share, product: p.name}
		case p.load != nil:
			return destination{kind: load, product: p.name, command: p.load(name), asRoot: p.asRoot}
		}
		found.why = p.name + " runs the images of Docker, and " + e.Program + " builds them elsewhere"
		return found
	}
	if o.Load == "always" {
		found.why = "nothing is known about how to load images into cluster " + quoteName(c)
	}
	return found
}

func quoteName(c *Cluster) string { return fmt.Sprintf("%q", c.Name) }

// references returns the name under which an image is pushed or loaded and the one that the nodes know it by, both
// without a tag. ok is false where a registry is missing.
func (d destination) references(r repository, explicit bool) (here, there string, ok bool) {
	switch {
	case d.kind == keep && d.registry != "" && !r.hasHost:
		return r.below(d.registry), r.below(d.registry), true
	case d.kind != push:
		return r.full(), r.familiar(), true
	case d.anyHost:
		return r.below(d.registry), r.below(d.pullFrom), true
	case r.hasHost:
		return r.familiar(), r.familiar(), true
	case d.registry != "":
		return r.below(d.registry), r.below(d.registry), true
	case explicit && strings.Contains(r.familiar(), "/"):
		// Somebody who says push means Docker Hub by a name such as acme/web; an up must not publish that by itself.
		return r.full(), r.familiar(), true
	}
	return "", "", false
}

// missingProgram returns the program that loads images, if it is not there.
func (d destination) missingProgram() string {
	if d.kind != load {
		return ""
	}
	if _, err := exec.LookPath(d.command[0]); err != nil {
		return d.command[0]
	}
	return ""
}
