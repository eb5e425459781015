package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Builders are the values of [Find]; the first one is the default.
var Builders = []string{"auto", "docker", "podman", "none"}

// firstAnswer is how long an engine may take to say that it is there.
const firstAnswer = 20 * time.Second

// Engine is a container engine of the user that builds, keeps, saves and pushes images.
type Engine struct {
	// Program is what is run: docker or podman.
	Program string
	// Platform is what it builds if nobody says otherwise, such as linux/amd64.
	Platform string

	podman  bool
	compose bool // docker compose is there
	buildx  bool // docker buildx is there
	major   int  // version of the client
	builder builder
	// storeless: there is no engine behind the program, so that only a builder on another machine can build.
	storeless bool
}

// noBuilderError tells why there is no engine.
type noBuilderError struct{ Reasons []string }

func (e *noBuilderError) Error() string { return strings.Join(e.Reasons, "; ") }

// Find returns the engine that a builder's name of [Builders] stands for. With auto, that is Docker if it answers, else
// Podman. The error is a noBuilderError where there is none.
func Find(ctx context.Context, builder string) (*Engine, error) { return find(ctx, builder, false) }

// find is [Find]. With away, docker counts without an engine, too, if its buildx builds on another machine.
func find(ctx context.Context, builder string, away bool) (*Engine, error) {
	var reasons []string
	for _, program := range []string{"docker", "podman"} {
		if builder != "auto" && builder != program {
			continue
		}
		engine, why := open(ctx, program, away)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if engine != nil {
			return engine, nil
		}
		reasons = append(reasons, why)
	}
	if builder == "none" {
		reasons = []string{"--builder=none rules one out"}
	}
	return nil, &noBuilderError{reasons}
}

// open asks an engine what it is; a nil engine comes with the reason.
func open(ctx context.Context, program string, away bool) (engine *Engine, why string) {
	if _, err := exec.LookPath(program); err != nil {
		return nil, "there is no " + program
	}
	ctx, stop := context.WithTimeoutCause(ctx, firstAnswer, errors.New("it does not answer"))
	defer stop()
	ask := func(args ...string) (string, error) {
		text, err := process{args: append([]string{program}, args...)}.run(ctx)
		return strings.TrimSpace(text), err
	}
	e := &Engine{Program: program}
	version, err := ask("--version")
	if err != nil {
		return nil, fmt.Sprintf("%s does not run: %s", program, lastLine(err))
	}
	e.podman = strings.Contains(strings.ToLower(version), "podman") // docker may be Podman by another name
	format := "{{.Server.Os}}/{{.Server.Arch}} {{.Client.Version}}"
	question := []string{"version", "--format", format}
	if e.podman {
		question = []string{"info", "--format", "{{.Host.OS}}/{{.Host.Arch}} {{.Version.Version}}"}
	}
	answer, err := ask(question...)
	if err != nil {
		why = fmt.Sprintf("%s does not answer: %s", program, lastLine(err))
		if e.builder = builderOf(ctx, program); !away || e.podman || !e.builder.isAway() {
			return nil, why
		}
		e.storeless, e.buildx = true, true
		return e, ""
	}
	platform, number, _ := strings.Cut(answer, " ")
	major, _, _ := strings.Cut(number, ".")
	e.Platform = platform
	e.major, _ = strconv.Atoi(major) // 0 of a version that is no number means that nothing new is asked for
	if !e.podman {
		var both sync.WaitGroup
		both.Go(func() {
			_, err := ask("compose", "version", "--short")
			e.compose = err == nil
		})
		both.Go(func() {
			if _, err := ask("buildx", "version"); err == nil {
				e.buildx, e.builder = true, builderOf(ctx, program)
			}
		})
		both.Wait()
	}
	return e, ""
}

func lastLine(err error) string {
	text := strings.TrimSpace(err.Error())
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// engineImage is an image that an engine has.
type engineImage struct {
	ID       string   // sha256:…, or its hex alone
	Platform string   // linux/amd64
	Names    []string // that it has, with their tags

	content string // what its tag is made of: ID, if that is the same for the same content
}

// isCalled reports whether the image has a name.
func (i engineImage) isCalled(ref string) bool {
	full := fullReference(ref)
	return slices.ContainsFunc(i.Names, func(name string) bool {
		// Podman keeps what has no registry below localhost.
		return fullReference(name) == full || fullReference(strings.TrimPrefix(name, "localhost/")) == full
	})
}

// inspect returns the image of that name, and false if the engine has none.
func (e *Engine) inspect(ctx context.Context, image string) (engineImage, bool, error) {
	text, err := process{args: e.inspection(image)}.run(ctx)
	var ended *programError
	if errors.As(err, &ended) && isUnknownImage(ended.Tail) {
		return engineImage{}, false, nil
	}
	if err != nil {
		return engineImage{}, false, fmt.Errorf("look for image %s: %w", image, err)
	}
	found := inspectedImage(text)
	return found, found.ID != "", nil
}

// inspectAll returns images by their names in one question, nil if the engine does not have all of them.
func (e *Engine) inspectAll(ctx context.Context, images []string) map[string]engineImage {
	text, err := process{args: e.inspection(images...)}.run(ctx)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if err != nil || len(lines) != len(images) {
		return nil // the questions one by one tell why
	}
	out := map[string]engineImage{}
	for i, image := range images {
		out[image] = inspectedImage(lines[i])
	}
	return out
}

func (e *Engine) inspection(images ...string) []string {
	format := "{{.Id}} {{.Os}}/{{.Architecture}} {{json .RepoTags}}"
	if e.podman {
		format += " {{.Created.Unix}} {{json .RootFS.Layers}} {{json .Config}}"
	}
	return append([]string{e.Program, "image", "inspect", "--format", format}, images...)
}

// inspectedImage reads what inspection asks for.
func inspectedImage(text string) engineImage {
	id, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	platform, rest, _ := strings.Cut(rest, " ")
	names, rest, _ := strings.Cut(rest, " ")
	found := engineImage{ID: id, Platform: platform, content: contentOf(id, platform, rest)}
	if json.Unmarshal([]byte(names), &found.Names) != nil {
		found.Names = nil
	}
	return found
}

// contentOf returns what stands for the content of an image of Podman, or of Docker, which tells no more than its id.
// Podman gives each image that it builds without its cache another id, for the name of the container that it built in. It
// does so for images without a time: see [run.buildOne].
func contentOf(id, platform, told string) string {
	created, content, isPodman := strings.Cut(told, " ")
	if !isPodman || created != "0" {
		return id
	}
	sum := sha256.Sum256([]byte(platform + " " + content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func isUnknownImage(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "no such image") || strings.Contains(text, "image not known") || strings.Contains(text, "no such object")
}

// tag gives an image a further name.
func (e *Engine) tag(ctx context.Context, id, ref string) error {
	if _, err := (process{args: []string{e.Program, "image", "tag", id, ref}}).run(ctx); err != nil {
		return fmt.Errorf("name the image %s: %w", ref, err)
	}
	return nil
}

// save writes images into one archive, in the form that every cluster reads.
func (e *Engine) save(ctx context.Context, archive, platform string, refs []string) error {
	args := []string{e.Program, "image", "save", "-o", archive}
	switch {
	case e.podman:
		args = append(args, "--quiet", "--multi-image-archive", "--format", "docker-archive")
	case e.major >= 28 && platform != "":
		// Docker's containerd store has the layers of one platform only, and would refuse to save the others.
		args = append(args, "--platform", platform)
	}
	if _, err := (process{args: append(args, refs...)}).run(ctx); err != nil {
		return fmt.Errorf("save the images: %w", err)
	}
	return nil
}

// push sends an image to its registry, with the login that the engine has.
func (e *Engine) push(ctx context.Context, ref string, line func(string)) error {
	args := []string{e.Program, "image", "push"}
	if e.podman {
		args = append([]string{e.Program, "push"}, e.plainHTTP(ref)...)
	}
	_, err := process{args: append(args, ref), line: line}.run(ctx)
	return err
}

// plainHTTP lets Podman talk to a registry on this machine without TLS, as Docker does by itself.
func (e *Engine) plainHTTP(ref string) []string {
	if e.podman && isLoopback(hostOf(ref)) {
		return []string{"--tls-verify=false"}
	}
	return nil
}

// isLoopback reports whether a registry is on this machine by its name.
func isLoopback(host string) bool {
	name := host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		name = host[:i]
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.HasPrefix(name, "127.") || name == "[::1]"
}
