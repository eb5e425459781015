package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// examine looks at what was built: what it is, and whether the nodes can run it.
func (r *run) examine(ctx context.Context) error {
	var built []string
	for _, t := range r.pending {
		built = append(built, t.Image)
	}
	slices.Sort(built)
	known := map[string]engineImage{}
	if len(built) > 0 {
		known = r.engine.inspectAll(ctx, slices.Compact(built))
	}
	for _, t := range r.pending {
		local, found, err := r.inspectBuilt(ctx, t, known)
		if err != nil {
			return err
		}
		if !found {
			r.say(t.finding("build-failed", r.engine.Program+" has built "+t.Image+" and does not have it now",
				"choose a builder that keeps its images: unset BUILDX_BUILDER, or run `docker buildx use default`"))
			continue
		}
		r.ids[t.Image] = local
	}
	for _, t := range r.Targets {
		var platforms []string
		for _, v := range r.variants(t) {
			if local, known := r.ids[v.Image]; known && t.Platform == "" {
				platforms = append(platforms, plain(local.Platform))
			}
		}
		if len(platforms) > 0 {
			r.judge(t, platforms)
		}
	}
	return nil
}

// name gives every image the tag that its content decides.
func (r *run) name(ctx context.Context) error {
	for _, t := range r.Targets {
		repo, err := repositoryOf(t)
		if err != nil {
			return err // it has been checked
		}
		here, there, _ := r.to.references(repo, r.Options.Push) // it has been checked, too
		image := Image{Service: t.Service, Users: t.Users, IsPulled: r.to.kind == push}
		for _, v := range r.variants(t) {
			local, known := r.ids[v.Image]
			if !known {
				continue // a dry run
			}
			p := part{platform: local.Platform, id: local.ID, content: local.content, local: here + ":" + contentTag(local.content)}
			p.isNamed = local.isCalled(p.local)
			image.parts = append(image.parts, p)
			if r.Options.DryRun || p.isNamed {
				continue
			}
			if err := r.engine.tag(ctx, p.id, p.local); err != nil {
				return err
			}
		}
		if len(image.parts) == 0 {
			continue
		}
		if image.ID = image.parts[0].id; len(image.parts) > 1 {
			image.ID = indexID(image.parts)
		}
		image.Platform = joined(image.parts)
		tag := ":" + contentTag(image.parts[0].content)
		if len(image.parts) > 1 {
			tag = ":" + contentTag(image.ID)
		}
		image.Reference, image.local = there+tag, here+tag
		r.images = append(r.images, image)
	}
	return nil
}

// deliver brings the images to where they are to run.
func (r *run) deliver(ctx context.Context) error {
	if r.Options.DryRun {
		return nil
	}
	switch r.to.kind {
	case push:
		return r.pushAll(ctx)
	case load:
		return r.loadAll(ctx)
	case share:
		for i, image := range r.images {
			t := r.targetOf(image)
			r.sink.tell(Step{Service: image.Service, Action: "there", Image: image.Reference, Detail: r.to.product + " runs the images of Docker"})
			if i == 0 {
				r.say(t.finding("build-shared", fmt.Sprintf("%s is not copied: %s runs the images of Docker", image.Reference, r.to.product),
					"should a Pod not find it, turn on the containerd image store in the settings, or push with --registry HOST/PATH"))
			}
		}
	}
	return nil
}

// loadAll loads the images into the nodes that are not there, all in one archive.
func (r *run) loadAll(ctx context.Context) error {
	var refs []string
	for _, image := range r.images {
		if r.Cluster.has(image.Reference) {
			r.sink.tell(Step{Service: image.Service, Action: "there", Image: image.Reference, Detail: "the nodes have it"})
		} else if !slices.Contains(refs, image.local) {
			refs = append(refs, image.local)
			r.sink.tell(Step{Service: image.Service, Action: "loading", Image: image.Reference})
		}
	}
	if len(refs) == 0 {
		return nil
	}
	if r.to.asRoot && os.Geteuid() != 0 {
		t := r.Targets[0]
		r.say(t.finding("build-load", strings.Join(r.to.command[:1], "")+" loads images for root only, and nothing here becomes root by itself",
			fmt.Sprintf("run `%s image save %s | sudo %s -`, then `%s` again, which finds them there", r.engine.Program, strings.Join(refs, " "),
				strings.Join(r.to.command[:len(r.to.command)-1], " "), r.Options.Rerun)))
		return nil
	}
	dir, err := os.MkdirTemp("", "transship-images-")
	if err != nil {
		return fmt.Errorf("make a directory for the images: %w", err)
	}
	defer os.RemoveAll(dir)
	archive, began := filepath.Join(dir, "images.tar"), time.Now()
	platform := ""
	if len(r.Cluster.Platforms()) == 1 {
		platform = r.Cluster.Platforms()[0]
	}
	if err := r.engine.save(ctx, archive, platform, refs); err != nil {
		return err
	}
	if err := r.load(ctx, archive); err != nil {
		return err
	}
	if failed(r.findings) == nil {
		r.sink.tell(Step{Action: "loaded", Image: strings.Join(refs, ", "), Detail: "into " + r.to.product + ", " + took(began)})
	}
	return nil
}

// load runs the command of the product.
func (r *run) load(ctx context.Context, archive string) error {
	args := slices.Clone(r.to.command)
	var stdin io.Reader
	if i := slices.Index(args, archiveWord); i >= 0 {
		args[i] = archive
	} else {
		file, err := os.Open(archive)
		if err != nil {
			return fmt.Errorf("read the images: %w", err)
		}
		defer file.Close()
		stdin = file
	}
	_, err := process{args: args, stdin: stdin, line: func(text string) { r.sink.tell(Output{Text: text}) }}.run(ctx)
	ended := (*programError)(nil)
	if errors.As(err, &ended) {
		r.say(r.Targets[0].finding("build-load", fmt.Sprintf("`%s` could not load the images%s", strings.Join(r.to.command, " "), ended.brief()),
			ended.with(fmt.Sprintf("run `%s --load never --registry HOST/PATH` to push them instead", r.Options.Rerun))))
		return nil
	}
	return err
}
