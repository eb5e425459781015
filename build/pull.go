package build

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
)

// Foreign returns the images that the services and jobs of a project run and none of them builds, sorted by name. Service
// is the first one that runs the image, and Path its image key.
func Foreign(p *types.Project, locate source.Locate) []Target {
	var out []Target
	own := Plan(p, nil)
	add := func(kind, name, image string) {
		image = strings.TrimSpace(image)
		isKnown := func(t Target) bool { return t.isCalled(image) }
		if image == "" || slices.ContainsFunc(own, isKnown) || slices.ContainsFunc(out, isKnown) {
			return
		}
		t := Target{Service: name, Image: image, IsNamed: true, IsJob: kind == "jobs", Path: diag.At(kind, name, "image")}
		if locate != nil {
			t.Range = locate(t.Path)
		}
		t.Users = users(p, t)
		out = append(out, t)
	}
	for _, name := range sorted.Keys(p.Services) {
		if p.Services[name].Provider == nil {
			add("services", name, p.Services[name].Image)
		}
	}
	for _, name := range sorted.Keys(p.Jobs) {
		add("jobs", name, p.Jobs[name].Image)
	}
	slices.SortFunc(out, func(a, b Target) int { return strings.Compare(a.Image, b.Image) })
	return out
}

// Pull brings images into an engine of the user, several at a time, and returns what went wrong, all of it.
func Pull(ctx context.Context, e *Engine, images []Target, platform string, sink Sink) (diag.List, error) {
	findings := make([]diag.List, len(images))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, t := range images {
		group.Go(func() (err error) {
			findings[i], err = e.pull(inner, t, platform, sink)
			return err
		})
	}
	err := group.Wait()
	return slices.Concat(findings...).Sorted(), err
}

func (e *Engine) pull(ctx context.Context, t Target, platform string, sink Sink) (diag.List, error) {
	sink.tell(Step{Service: t.Service, Action: "pulling", Image: t.Image})
	args := append([]string{e.Program, "pull", "--quiet"}, e.plainHTTP(t.Image)...)
	if platform != "" {
		args = append(args, "--platform", platform)
	}
	_, err := process{args: append(args, t.Image)}.run(ctx)
	if ended := (*programError)(nil); errors.As(err, &ended) {
		sink.tell(Step{Service: t.Service, Action: "failed", Image: t.Image})
		return diag.List{e.pullFailed(t, ended)}, nil
	}
	if err == nil && platform != "" {
		// An image that is for one platform only is pulled whatever platform is asked for.
		local, found, err := e.inspect(ctx, t.Image)
		if err != nil {
			return nil, err
		}
		if found && plain(platform) != local.Platform {
			sink.tell(Step{Service: t.Service, Action: "failed", Image: t.Image})
			return diag.List{t.finding("image-pull", fmt.Sprintf("%s exists for %s, and not for %s; it was pulled all the same", t.Image, local.Platform, platform),
				"leave --platform out, or name an image for that platform")}, nil
		}
	}
	if err == nil {
		sink.tell(Step{Service: t.Service, Action: "pulled", Image: t.Image})
	}
	return nil, err
}

func (e *Engine) pullFailed(t Target, ended *programError) diag.Finding {
	if wantsOtherLogin(ended.Tail) {
		return t.finding("registry-auth", fmt.Sprintf("%s does not give %s away%s", hostOf(t.Image), t.Image, ended.brief()),
			ended.with(fmt.Sprintf("run `%s login %s`, or correct the name if there is no such image", e.Program, hostOf(t.Image))))
	}
	return t.finding("image-pull", fmt.Sprintf("%s could not be pulled%s", t.Image, ended.brief()),
		ended.with(fmt.Sprintf("run `%s pull %s` to try it by hand", e.Program, t.Image)))
}

// wantsOtherLogin reports whether a program failed because a registry wants a login, or another one. That a file of this
// machine may not be read is "permission denied" as well.
func wantsOtherLogin(text string) bool {
	text = strings.ReplaceAll(strings.ToLower(text), ": permission denied", "")
	return slices.ContainsFunc([]string{
		"unauthorized", "authentication required", "no basic auth", "denied", "status 401", "status code 401", "403 forbidden",
	}, func(sign string) bool { return strings.Contains(text, sign) })
}
