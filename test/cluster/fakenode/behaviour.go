package fakenode

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Annotations of a Pod (write them into the Pod template) that say how its containers behave. A duration may be
// "always" (or "true"). Without any of them a container starts at once, is ready at once and runs on; those of a
// Job's Pod end at once with code 0. A value that makes no sense becomes the Pod's message, and the Pod stays pending.
const (
	prefix = "testcluster.transship/"
	// Container limits the others to the container or init container it names.
	Container = prefix + "container"
	// Pending keeps the containers in ContainerCreating for a duration.
	Pending = prefix + "pending"
	// ImagePullError fails the pull (ErrImagePull, ImagePullBackOff) for a duration.
	ImagePullError = prefix + "image-pull-error"
	// NotReady leaves running containers unready for a duration.
	NotReady = prefix + "not-ready"
	// ExitCode ends the containers with the code; the Pod's restart policy decides what follows.
	ExitCode = prefix + "exit-code"
	// ExitAfter is how long a container that ends runs (default: not at all); "always" keeps a Job's Pod running.
	ExitAfter = prefix + "exit-after"
	// Failures is how many runs of a container end with ExitCode before one goes well (default: all).
	Failures = prefix + "failures"
	// OOMKilled ends the containers with code 137 and the reason OOMKilled.
	OOMKilled = prefix + "oom-killed"
)

// forever stands for "always".
const forever = time.Duration(math.MaxInt64)

// behaviour is what the annotations ask for.
type behaviour struct {
	container                    string
	pending, pullError, notReady time.Duration
	exitAfter                    time.Duration
	exitCode                     int32
	exits, oomKilled             bool
	failures                     int
}

// behaviourOf reads a Pod's annotations.
func behaviourOf(annotations map[string]string) (behaviour, error) {
	b := behaviour{container: annotations[Container], failures: math.MaxInt}
	for _, field := range []struct {
		key   string
		value *time.Duration
	}{{Pending, &b.pending}, {ImagePullError, &b.pullError}, {NotReady, &b.notReady}, {ExitAfter, &b.exitAfter}} {
		if text, ok := annotations[field.key]; ok {
			d, err := parseDuration(text)
			if err != nil {
				return b, fmt.Errorf("annotation %s: %w", field.key, err)
			}
			*field.value = d
		}
	}
	if text, ok := annotations[ExitCode]; ok {
		code, err := strconv.ParseUint(text, 10, 8)
		if err != nil {
			return b, fmt.Errorf("annotation %s: %w", ExitCode, err)
		}
		b.exits, b.exitCode = true, int32(code)
	}
	if text, ok := annotations[Failures]; ok {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return b, fmt.Errorf("annotation %s: %w", Failures, err)
		}
		b.failures = int(n)
	}
	if annotations[OOMKilled] == "true" {
		b.exits, b.oomKilled, b.exitCode = true, true, 137
	}
	return b, nil
}

func parseDuration(text string) (time.Duration, error) {
	if text == "always" || text == "true" {
		return forever, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("parse duration: %w", err)
	}
	return d, nil
}

// of returns the behaviour for one container: the whole one, or the ordinary one when another container is meant.
func (b behaviour) of(container string) behaviour {
	if b.container != "" && b.container != container {
		return behaviour{}
	}
	return b
}
