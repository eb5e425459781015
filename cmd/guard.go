package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform/extension"
)

// effect is what a command does to a cluster.
type effect int

const (
	looks   effect = iota // it reads
	enters                // it shows the project to the cluster, or gets into containers, and changes no object
	changes               // it changes objects
)

func (f *liveFlags) attachYes(flags *pflag.FlagSet) {
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask before something is changed in a context that looks like production, by its name or as a server that is new to the project")
}

// isDryRun reports whether a command is asked to change nothing.
func isDryRun(c *cobra.Command) bool {
	f := c.Flag("dry-run")
	return f != nil && f.Value.String() == "true"
}

// guard keeps a command away from a cluster that is not meant: one that the project does not allow, or one that looks like
// production, by its name or because the project is new there, and that nobody has confirmed. A command that only reads does no harm anywhere.
func (l *live) guard(ctx context.Context, e effect, dryRun bool, streams Streams) error {
	if e == looks {
		return nil
	}
	where, err := l.allowedPlaces(ctx, streams)
	if err != nil {
		return err
	}
	if l.files == nil {
		if where, err = l.notedPlaces(ctx); err != nil {
			return err
		}
	}
	l.allowed = where
	name := l.contextName()
	if !where.AllowsContext(name) {
		return l.refusal(where, name)
	}
	if e == enters || dryRun {
		return nil
	}
	if question := l.question(streams, where); question != "" && !l.flags.yes {
		if err := confirm(streams, question, "--yes", "nothing was changed"); err != nil {
			return err
		}
		l.flags.yes = true // nobody is asked twice
	}
	l.remember(streams)
	return nil
}

// question is what somebody has to confirm before a project is changed on this cluster, and nothing where it is meant to be.
func (l *live) question(streams Streams, where *extension.Project) string {
	if where.Context != nil { // and allowed
		return ""
	}
	if looksLike := l.ProductionName(); looksLike != "" {
		return fmt.Sprintf("change project %s in context %s, which looks like production by the name %s", l.project, l.Context, looksLike)
	}
	return l.newServer(streams, where)
}

// contextName is the name by which a context may be allowed. Where the address of the server is from elsewhere, the context
// does not say which cluster it is, and has none.
func (l *live) contextName() string {
	o := l.flags.access.Overrides
	if o.ClusterInfo.Server != "" || o.Context.Cluster != "" {
		return ""
	}
	return l.Context
}

// notedPlaces returns where a project may go that is only known by its name: what the last up noted on the cluster.
func (l *live) notedPlaces(ctx context.Context) (*extension.Project, error) {
	limit, err := l.LimitOf(ctx, l.project, l.namespace)
	if err != nil {
		return nil, err
	}
	out := &extension.Project{AllowedContexts: limit.AllowedContexts}
	if limit.Context != "" {
		out.Context = &limit.Context
	}
	return out, nil
}

// limitOf is what is noted on the cluster of where a project may go.
func limitOf(p *extension.Project) cluster.Limit {
	out := cluster.Limit{AllowedContexts: p.AllowedContexts}
	if p.Context != nil {
		out.Context = *p.Context
	}
	return out
}

// allowedPlaces reads where the project may go. Nothing is known of it without files, which l.files says then.
func (l *live) allowedPlaces(ctx context.Context, streams Streams) (*extension.Project, error) {
	if l.files == nil && slices.Contains(l.flags.files, "-") {
		return &extension.Project{}, nil // standard input belongs to the command
	}
	if l.files == nil {
		loaded, err := streams.load(ctx, l.flags.options(nil, strings.NewReader("")))
		if invalid, is := errors.AsType[*loader.Error](err); is {
			if !lacksFiles(invalid) {
				fmt.Fprintln(streams.Err, "warning: the compose files cannot be read, so what they say of contexts counts only as the last up noted it on the cluster: "+streams.errorText(err))
			}
			return &extension.Project{}, nil
		}
		if err != nil {
			return nil, err
		}
		l.files = loaded
	}
	all, problems := extension.Read(l.files.Project)
	for _, p := range problems {
		if len(p.Path) > 1 && p.Path[0] == extension.Key && strings.Contains(strings.ToLower(p.Path[1]), "context") { // or what was meant to be one
			return nil, fmt.Errorf("%s%s: %s; %s", l.placeOf(p.Path), p.Path, p.Message, p.Help)
		}
	}
	return &all.Project, nil
}

// lacksFiles reports whether a project could not be read for want of compose files.
func lacksFiles(e *loader.Error) bool {
	return slices.ContainsFunc(e.Findings, func(found diag.Finding) bool { return found.Code == "no-compose-file" })
}

// refusal says which line of the project keeps it away from a context.
func (l *live) refusal(p *extension.Project, name string) error {
	allowed, key, _ := p.Contexts()
	at := diag.At(extension.Key, key)
	what := fmt.Sprintf("context %s is not allowed", name)
	if name == "" {
		what = fmt.Sprintf("the cluster at %s is not allowed, because no context was chosen for it", l.Server)
	}
	if l.files == nil {
		return fmt.Errorf("%s, only %s: choose one with --context; the last up of project %s noted that, because its file has %s", what, strings.Join(allowed, ", "), l.project, at)
	}
	return fmt.Errorf("%s%s: %s, only %s: choose one with --context, or change this line", l.placeOf(at), at, what, strings.Join(allowed, ", "))
}

// placeOf returns "compose.yaml:3:5: ", or nothing if the place is not known.
func (l *live) placeOf(at diag.Path) string {
	r := l.files.Locate(at)
	if !r.IsKnown() {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d: ", r.File, r.Line, r.Column)
}

// choices are the contexts of the kubeconfig that the project may go to.
func (f *liveFlags) choices(ctx context.Context) []string {
	ctx, stop := context.WithTimeout(ctx, completionPatience)
	defer stop()
	found := cluster.Contexts(f.access.Kubeconfig)
	loaded, err := loader.Load(ctx, f.options(nil, strings.NewReader("")))
	if err != nil {
		return found
	}
	all, _ := extension.Read(loaded.Project) // what is wrong in it is said by the command
	return slices.DeleteFunc(found, func(name string) bool { return !all.Project.AllowsContext(name) })
}
