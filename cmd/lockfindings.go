package cmd

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/registry"
)

func (r *lockRun) report(severity diag.Severity, code string, at diag.Path, help, format string, args ...any) {
	r.found.Add(diag.Finding{
		Severity: severity, Code: code, Path: at, Range: r.loaded.Locate(at), Message: fmt.Sprintf(format, args...), Help: help,
	})
}

// finish prints the findings and what was done. An image that could not be read fails the command, although the others
// are in the lock.
func (r *lockRun) finish(done string) error {
	result := convert.About(r.loaded, r.found)
	findings := result.Findings
	if err := r.findings.print(r.streams.Err, result); err != nil {
		return err
	}
	if r.findings.isText() {
		r.findings.end(r.streams.Err, done, findings)
	}
	switch {
	case findings.Worst() == diag.Error:
		return &silentError{exitFailed}
	case r.findings.fails(result):
		return &silentError{exitFindings}
	}
	return nil
}

// progress returns what prints a line for each image that is there, for people who wait.
func (r *lockRun) progress() func(registry.Request, registry.Result) {
	if !r.findings.isText() {
		return nil
	}
	var mu sync.Mutex
	return func(request registry.Request, result registry.Result) {
		mu.Lock()
		defer mu.Unlock()
		if result.Err != nil {
			return // a finding says it
		}
		id := result.Image.Digest
		if id == "" {
			id = result.Image.ImageID
		}
		fmt.Fprintln(r.streams.Err, r.streams.errorText(fmt.Errorf("%s %s (%s, %s)", request.Reference, id, result.Image.Platform, result.Image.Source)))
	}
}

// reportFailures says what could not be read, once for each registry that does not answer or refuses.
func (r *lockRun) reportFailures(results []registry.Result) {
	byHost := map[string][]int{}
	for i, result := range results {
		failed := result.Err
		if failed == nil {
			continue
		}
		need := r.requests[i].Need
		switch {
		case need.Built && (failed.Code != "image-platform" && failed.Code != "image-invalid"):
			r.report(diag.Info, "image-not-built", need.At, "build it with docker compose build, and run `transship lock` again, to know what the build makes",
				"%s is built by the project and neither in the local engine nor in a registry; its Dockerfile and its base image say what is known", need.Reference)
		case failed.Code == "registry-unreachable" || failed.Code == "registry-auth":
			key := failed.Code + " " + failed.Host
			byHost[key] = append(byHost[key], i)
		case failed.Code == "image-platform":
			r.report(diag.Error, failed.Code, need.At, "name a platform that there is with `platform`, or with --platform",
				"%s does not exist for %s, only for %s", need.Reference, r.requests[i].Platform, strings.Join(failed.Offers, ", "))
		case failed.Code == "image-not-found":
			r.report(diag.Error, failed.Code, need.At, "check the name and the tag; build or pull what exists on this machine only", "%s was not found: %v", need.Reference, failed.Cause)
		default:
			r.report(diag.Error, failed.Code, need.At, "nothing of it is used; report it to whoever publishes the image", "%s cannot be read: %v", need.Reference, failed.Cause)
		}
	}
	for _, key := range sortedNames(byHost) {
		r.reportHost(results, byHost[key])
	}
}

// reportHost says what one registry did not give.
func (r *lockRun) reportHost(results []registry.Result, failed []int) {
	first := results[failed[0]].Err
	var names []string
	for _, i := range failed {
		names = append(names, r.requests[i].Reference)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	at := r.requests[failed[0]].At
	if first.Help != "" {
		r.report(diag.Error, first.Code, at, first.Help, "%s cannot be asked about %s: %v", first.Host, strings.Join(names, ", "), first.Cause)
		return
	}
	if first.Code == "registry-auth" {
		r.report(diag.Error, first.Code, at, "log in with `docker login "+first.Host+"` or `podman login "+first.Host+"`; an image that does not exist may be refused in the same way",
			"%s does not let anybody read %s with the credentials of this machine", first.Host, strings.Join(names, ", "))
		return
	}
	r.report(diag.Error, first.Code, at, "check the name of the registry, the network and the proxy; what the lock has about these images stays",
		"%s does not answer (%v), so nothing was read about %s", first.Host, first.Cause, strings.Join(names, ", "))
}
