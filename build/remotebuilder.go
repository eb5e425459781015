package build

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/transship/transship/diag"
)

// buildAway builds what is pending by a builder of buildx that is on another machine, such as in the cluster, and lets it
// push: nobody else has the images.
func (r *run) buildAway(ctx context.Context) error {
	began := time.Now()
	for _, t := range r.pending {
		r.sink.tell(Step{Service: t.Service, Action: "building", Image: t.Image, Detail: "by " + r.engine.builder.name})
	}
	if err := r.waves(ctx, r.pending, r.buildAndPush); err != nil {
		return err
	}
	if len(r.pending) > 0 && failed(r.findings) == nil {
		r.sink.tell(Step{Action: "built", Image: strings.Join(names(r.pending), ", "), Detail: took(began)})
	}
	return nil
}

// attempts is how often an image is built until its content is that of the build before.
const attempts = 4

// buildAndPush builds at least twice: the first build tells the content, and so the tag; the next one finds everything in
// the cache of the builder, and pushes. Where the cache has two results of a step, it may take one more.
func (r *run) buildAndPush(ctx context.Context, t Target) (diag.List, error) {
	repo, err := repositoryOf(t)
	if err != nil {
		return nil, err // it has been checked
	}
	here, there, _ := r.to.references(repo, r.Options.Push) // it has been checked, too
	built := awayBuild{run: r, target: t, platforms: cmp.Or(strings.Join(r.platforms(t), ","), r.platformOf(t))}
	id, failed, err := built.once(ctx, "")
	if failed != nil || err != nil {
		return append(built.findings, failed...), err
	}
	for range attempts {
		pushed, began := id, time.Now()
		tag := ":" + contentTag(id)
		r.sink.tell(Step{Service: t.Service, Action: "pushing", Image: here + tag})
		if id, failed, err = built.once(ctx, here+tag); failed != nil || err != nil {
			return append(built.findings, failed...), err
		}
		if id == pushed {
			r.sink.tell(Step{Service: t.Service, Action: "pushed", Image: here + tag, Detail: took(began)})
			r.keep(Image{
				Service: t.Service, Users: t.Users, Reference: there + tag, ID: id, Platform: built.platforms, IsPushed: true, IsPulled: true, local: here + tag,
			})
			return built.findings, nil
		}
	}
	return append(built.findings, t.finding("build-failed", "each build of "+t.Image+" has another content, although nothing changes between them",
		"take out of the build what the time or chance decides")), nil
}

func (r *run) keep(image Image) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.images = append(r.images, image)
}

// pushedImages returns what has been pushed, by service.
func (r *run) pushedImages() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]string{}
	for _, image := range r.images {
		out[image.Service] = image.local
	}
	return out
}

// awayBuild is one image that a builder on another machine builds.
type awayBuild struct {
	run       *run
	target    Target
	platforms string    // joined by commas; empty is what the builder is
	findings  diag.List // about the build section
}

// once builds the image, pushes it if it has a name, and returns what its content is called.
func (b *awayBuild) once(ctx context.Context, ref string) (id string, failed diag.List, err error) {
	dir, err := os.MkdirTemp("", "transship-build-")
	if err != nil {
		return "", nil, fmt.Errorf("make a directory for what buildx tells: %w", err)
	}
	defer os.RemoveAll(dir)
	told := filepath.Join(dir, "metadata.json")
	words, dockerfile := b.command(ref)
	var stdin io.Reader
	if dockerfile != "" {
		stdin = strings.NewReader(dockerfile)
	}
	r, t := b.run, b.target
	withFile := append([]string{words[0], words[1], words[2], "--metadata-file", told}, words[3:]...)
	_, err = process{
		args: withFile, env: r.environment(""), stdin: stdin,
		line: func(text string) { r.sink.tell(Output{t.Service, text}) },
	}.run(ctx)
	if ended := (*programError)(nil); errors.As(err, &ended) {
		return "", b.failed(ref, ended, strings.Join(shellWords(words), " ")), nil
	}
	if err != nil {
		return "", nil, err
	}
	if id, err = contentIn(told); err != nil {
		return "", diag.List{t.finding("build-failed", "buildx does not tell what it has built: "+err.Error(),
			"update buildx, or the BuildKit of builder "+r.engine.builder.name)}, nil
	}
	return id, nil, nil
}

// command returns `docker buildx build` with its arguments, and the Dockerfile if it stands in the project.
func (b *awayBuild) command(ref string) (words []string, dockerfile string) {
	r := b.run
	t, from := b.target, *b.target.Section
	t.Section = &from
	s := &section{engine: r.engine, target: t, project: r.Project, options: r.Options, images: r.pushedImages(), buildx: true}
	var tags []string
	output := "type=image"
	if ref != "" { // everything has just been built
		tags, output = []string{ref}, "type=image,push=true"
		s.options.NoCache, s.options.Pull, from.NoCache, from.NoCacheFilter, from.Pull = false, false, false, nil, false
	}
	args, dockerfile := s.command(tags, b.platforms)
	b.findings = s.findings
	// Behind "buildx build", before the context.
	words = append([]string{r.engine.Program}, args[:2]...)
	return append(append(words, "--output", output), args[2:]...), dockerfile
}

// failed says why buildx failed: a registry that refuses, or a build that does.
func (b *awayBuild) failed(ref string, ended *programError, again string) diag.List {
	inner := &run{sink: b.run.sink, Request: b.run.Request, engine: b.run.engine}
	if ref != "" {
		b.run.sink.tell(Step{Service: b.target.Service, Action: "failed", Image: ref})
		f := b.run.pushFailed(b.target, Image{local: ref}, ended)
		if f.Code == "build-push" {
			f.Help = ended.with("run `" + again + "` to try it by hand: builder " + b.run.engine.builder.name + " has to reach the registry")
		}
		return diag.List{f}
	}
	inner.buildFailed(b.target, fmt.Sprintf("builder %s of buildx (driver %s) could not build it", b.run.engine.builder.name, b.run.engine.builder.driver), ended, again)
	return inner.findings
}

// afterPush tells of registries that want a login.
func (r *run) afterPush(ctx context.Context) error {
	r.warnOfLogins(ctx)
	return nil
}

// largestMetadata is more than buildx tells of one image, in bytes.
const largestMetadata = 16 << 20

// contentIn returns what a metadata file of buildx calls the content of an image: its configuration, which is the same for
// the same content whatever its layers are packed with, or the index of several platforms.
func contentIn(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var told struct {
		Config string `json:"containerimage.config.digest"`
		Digest string `json:"containerimage.digest"`
	}
	if err := json.NewDecoder(io.LimitReader(f, largestMetadata)).Decode(&told); err != nil {
		return "", fmt.Errorf("read its metadata: %w", err)
	}
	id := cmp.Or(told.Config, told.Digest)
	if len(strings.TrimPrefix(id, "sha256:")) != 64 {
		return "", errors.New("its metadata names no digest")
	}
	return id, nil
}
