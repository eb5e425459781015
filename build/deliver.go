package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/errgroup"

	"github.com/transship/transship/diag"
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

func (r *run) targetOf(image Image) Target {
	i := slices.IndexFunc(r.Targets, func(t Target) bool { return t.Service == image.Service })
	return r.Targets[i]
}

func (r *run) pushAll(ctx context.Context) error {
	findings := make([]diag.List, len(r.images))
	var group errgroup.Group
	group.SetLimit(atOnce)
	begun := map[string]bool{} // two services may have one image
	for i, image := range r.images {
		if begun[image.local] {
			continue
		}
		begun[image.local] = true
		group.Go(func() error {
			t, began := r.targetOf(image), time.Now()
			r.sink.tell(Step{Service: image.Service, Action: "pushing", Image: image.local})
			failed, err := r.push(ctx, t, image)
			if failed != nil || err != nil {
				findings[i] = failed
				return err
			}
			r.sink.tell(Step{Service: image.Service, Action: "pushed", Image: image.local, Detail: took(began)})
			return nil
		})
	}
	err := group.Wait()
	for _, found := range findings {
		r.findings = append(r.findings, found...)
	}
	if err != nil || failed(r.findings) != nil {
		return err
	}
	for i := range r.images {
		r.images[i].IsPushed = true
	}
	r.warnOfLogins(ctx)
	return nil
}

// push sends an image to its registry: what there is for each platform, and what says which is which.
func (r *run) push(ctx context.Context, t Target, image Image) (diag.List, error) {
	for _, p := range image.parts {
		if p.isNamed && inRegistry(ctx, p.local) {
			continue // the tag is made of the content
		}
		err := r.engine.push(ctx, p.local, nil)
		if ended := (*programError)(nil); errors.As(err, &ended) {
			return diag.List{r.pushFailed(t, image, ended)}, nil
		}
		if err != nil {
			return nil, err
		}
	}
	if len(image.parts) == 1 {
		return nil, nil
	}
	if err := pushIndex(ctx, image.local, image.parts); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return diag.List{r.indexFailed(t, image, err)}, nil
	}
	return nil, nil
}

// indexFailed says why the index of several images could not be written.
func (r *run) indexFailed(t Target, image Image, err error) diag.Finding {
	code, said := "build-push", err.Error()
	if answer := (*transport.Error)(nil); errors.As(err, &answer) {
		said = fmt.Sprintf("status code %d: %s", answer.StatusCode, said)
	}
	if isRefusal(err) {
		code = "registry-auth"
	}
	help := uploadAdvice(said)
	if help == "" {
		help = fmt.Sprintf("log in with `%s login %s`; the registry has to answer by HTTPS, unless it is on this machine", r.engine.Program, hostOf(image.local))
	}
	return t.finding(code, fmt.Sprintf("what is there of %s for each platform was pushed, and not the index of them: %v", image.local, err), help)
}

// uploadAdvice is what helps where a registry takes no more; empty for other failures. Docker and Podman hand on the status
// of the answer in their own words.
func uploadAdvice(said string) string {
	is := func(signs ...string) bool {
		return slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(strings.ToLower(said), sign) })
	}
	switch {
	case is("request entity too large", "statuscode: 413", "http 413", "status: 413", "status code 413", "payload too large"):
		return "raise the limit of the registry, or of the proxy before it, for one upload (client_max_body_size of nginx), or make the largest layer smaller"
	case is("insufficient storage", "statuscode: 507", "http 507", "status code 507"):
		return "free space where the registry keeps its images, or push to another one with --registry HOST/PATH"
	}
	return ""
}

// pushFailed says why a push failed; a login that is missing has a code of its own.
func (r *run) pushFailed(t Target, image Image, ended *programError) diag.Finding {
	host := hostOf(image.local)
	if wantsOtherLogin(ended.Tail) {
		return t.finding("registry-auth", fmt.Sprintf("%s does not let you push %s%s", host, image.local, ended.brief()),
			ended.with(fmt.Sprintf("run `%s login %s` with an account that may write there", r.engine.Program, host)))
	}
	return t.finding("build-push", fmt.Sprintf("%s could not be pushed%s", image.local, ended.brief()),
		ended.with(cmp.Or(uploadAdvice(ended.Tail), fmt.Sprintf("run `%s push %s` to try it by hand", r.engine.Program, image.local))))
}

// warnOfLogins tells of registries that give an image away only to those who log in, where the nodes have no login.
func (r *run) warnOfLogins(ctx context.Context) {
	if r.Cluster == nil || r.Options.KnowsPullSecret {
		return
	}
	asked := map[string]bool{}
	for _, image := range r.images {
		host := hostOf(image.Reference)
		if asked[host] {
			continue
		}
		asked[host] = true
		if !wantsLogin(ctx, image.Reference) {
			continue
		}
		r.say(r.lacksLogin(r.targetOf(image), image.Reference))
	}
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
