package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/errgroup"

	"github.com/transship/transship/diag"
)

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
