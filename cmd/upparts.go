package cmd

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/convert"
)

// chosen returns the objects of a conversion that are to be applied.
func (f *upFlags) chosen(result *convert.Result, services []string) ([]*unstructured.Unstructured, error) {
	if f.noDeps {
		return cluster.Objects(convert.Select(result, services))
	}
	return cluster.Objects(result.Objects)
}

// adjust changes the objects as the flags of the command line want them.
func (f *upFlags) adjust(p *converted) error {
	if err := f.override(p); err != nil {
		return err
	}
	return f.images.login(p)
}

// override sets what flags say otherwise than the project.
func (f *upFlags) override(p *converted) error {
	policies := map[string]string{"always": "Always", "missing": "IfNotPresent", "never": "Never"}
	if policy := policies[f.pull]; policy != "" {
		cluster.SetPullPolicy(p.objects, policy, slices.Collect(maps.Values(f.images.provided))...)
	}
	for _, pair := range f.scale {
		service, number, _ := strings.Cut(pair, "=")
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil || n < 0 {
			return usagef("--scale: %q is not SERVICE=NUM", pair)
		}
		if err := cluster.SetReplicas(p.objects, service, n); err != nil {
			return usagef("--scale: %v", err)
		}
	}
	return nil
}

func (f *upFlags) isAttached() bool { return !f.detach && !f.wait && !f.dryRun }

// upOptions are how a project is brought up.
func (f *upFlags) upOptions(p *converted) cluster.UpOptions {
	o := f.options
	o.Project, o.Namespace, o.Partial, o.DryRun = p.project, p.namespace, len(p.services) > 0, f.dryRun
	o.Disabled, o.Named = p.disabled, p.services
	if p.allowed != nil {
		o.Limit = limitOf(p.allowed)
	}
	o.Wait, o.Timeout = f.wait || f.isAttached(), f.timeout
	return o
}

// begin is called before the first change. It does what has to be done once.
func (f *upFlags) begin(p *converted) error {
	if !f.started.IsZero() {
		return nil
	}
	f.warnings.showTo(f.show.Show)
	f.started = time.Now()
	if f.begun != nil {
		return f.begun(p)
	}
	return nil
}

// enter says where a project goes and makes sure that it may go there, before anything is built or sent.
func (f *upFlags) enter(ctx context.Context, l *live) error {
	l.announce(f.streams, f.progress)
	return l.guard(ctx, f.effect, f.dryRun, f.streams)
}
