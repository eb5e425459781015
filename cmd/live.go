package cmd

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	compose "github.com/compose-spec/compose-go/v2/loader"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/names"
)

// clusterFlags say which cluster is meant. They are kubectl's.
type clusterFlags struct{ access cluster.Access }

func (f *clusterFlags) attach(flags *pflag.FlagSet) {
	a := &f.access
	a.BindFlags(flags)
	flags.Lookup("namespace").Value = checked{&a.Overrides.Context.Namespace, checkNamespace}
	flags.Var((*seconds)(&a.RequestTimeout), "request-timeout", "`TIME` that one request may take (default 1m)")
	flags.Var((*seconds)(&a.Patience), "patience", "`TIME` that a server that is away or busy is waited for (default 1m)")
}

// seconds is a flag that takes a plain number of seconds, as docker compose does, or a duration such as 1m30s.
type seconds time.Duration

func (s *seconds) String() string {
	if s == nil || *s == 0 {
		return ""
	}
	return time.Duration(*s).String()
}

func (s *seconds) Type() string { return "TIME" }

func (s *seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if n, numberErr := strconv.Atoi(text); numberErr == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d < 0 {
		return fmt.Errorf("%q is neither a number of seconds nor a duration such as 1m30s", text)
	}
	*s = seconds(d)
	return nil
}

// liveFlags are those of every command that talks to a cluster.
type liveFlags struct {
	*projectFlags
	clusterFlags
	warnings *serverWarnings
	yes      bool // answers every question with yes
}

func newLive(project *projectFlags) liveFlags {
	return liveFlags{projectFlags: project, warnings: &serverWarnings{}}
}

// attachTo adds the flags to a command. Those shorthands stay away that the command uses itself: as with docker compose,
// those of the project may stand before the command then. Of kubectl's flags, those stay away whose names docker
// compose gives another meaning in the command.
func (f *liveFlags) attachTo(c *cobra.Command, reserved string, own ...string) {
	c.Flags().SortFlags = false
	addGroup(c, "Which project", func(flags *pflag.FlagSet) {
		f.projectFlags.attach(flags)
		flags.VisitAll(func(fl *pflag.Flag) {
			if strings.Contains(reserved, fl.Shorthand) {
				fl.Shorthand = ""
			}
		})
	})
	addGroup(c, "Which cluster", func(flags *pflag.FlagSet) {
		all := pflag.NewFlagSet("", pflag.ContinueOnError)
		all.SortFlags = false
		f.clusterFlags.attach(all)
		all.VisitAll(func(fl *pflag.Flag) {
			if strings.Contains(reserved, fl.Shorthand) {
				fl.Shorthand = ""
			}
			if !slices.Contains(own, fl.Name) {
				flags.AddFlag(fl)
			}
		})
	})
}

// live is a project on a cluster.
type live struct {
	*cluster.Client
	project   string
	namespace string
	warnings  *serverWarnings
	flags     *liveFlags
	files     *loader.Loaded     // the compose files; nil if they have not been read
	allowed   *extension.Project // where the project may go; nil before that was asked
}

func (f *liveFlags) connect(streams Streams) (*cluster.Client, error) {
	f.access.UserAgent = "transship/" + orUnknown(thisBuild().Version)
	f.warnings.out, f.warnings.mask, f.access.Warn = streams.Err, streams.mask, f.warnings.tell
	return cluster.Connect(f.access)
}

// open connects to the cluster and finds out which project is meant. The compose files are only read for its name, so
// that a command works without them where the name is given.
func (f *liveFlags) open(ctx context.Context, streams Streams) (*live, error) {
	name := f.name
	if name == "" {
		name = os.Getenv("COMPOSE_PROJECT_NAME")
	}
	var loaded *loader.Loaded
	if name == "" {
		var err error
		if loaded, err = streams.load(ctx, f.options(nil, streams.In)); err != nil {
			return nil, fmt.Errorf("find out which project is meant (-p NAME says it): %w", err)
		}
		name = loaded.Project.Name
	}
	if compose.NormalizeProjectName(name) != name {
		return nil, usagef("%q is not the name of a project: only lower case letters, digits, - and _ are allowed, a letter or digit first", name)
	}
	client, err := f.connect(streams)
	if err != nil {
		return nil, err
	}
	l := f.project(client, name)
	l.files = loaded
	if loaded == nil && !slices.Contains(f.files, "-") { // what is printed may hold secrets of the files
		streams.sees(func() *convert.Result {
			if loaded, err := loader.Load(ctx, f.options(nil, strings.NewReader(""))); err == nil {
				return convert.About(loaded, nil)
			}
			return nil
		})
	}
	return l, nil
}

// project returns a project on a cluster by its Compose name. Names and labels on a cluster allow less than Compose
// does: my_shop is my-shop there, as it is for the converter.
func (f *liveFlags) project(client *cluster.Client, name string) *live {
	onCluster := names.Normalize(name, names.MaxLabel)
	return &live{Client: client, project: onCluster, namespace: client.Namespace(onCluster), warnings: f.warnings, flags: f}
}

// announce says where things are going to happen, before they do, in the form of the display.
func (l *live) announce(streams Streams, mode string) {
	switch mode {
	case "quiet":
	case "json":
		progress.New(mode, streams.Err, false).Masked(streams.mask).Show(target{l.project, l.namespace, l.Context})
	default:
		fmt.Fprintf(streams.Err, "project %s in namespace %s (context %s)\n", l.project, l.namespace, diag.OneLine(l.Context))
	}
}

// mode is how a command shows progress, if it has a flag for that.
func mode(c *cobra.Command) string {
	if f := c.Flag("progress"); f != nil {
		return f.Value.String()
	}
	return "auto"
}

// runnable is a command on a live project.
type runnable struct {
	use, short, long, example string
	args                      cobra.PositionalArgs
	flags                     func(*pflag.FlagSet)
	run                       func(*cobra.Command, *live, []string) error
	effect                    effect
	mayChange                 bool     // one of its flags makes it change something
	quiet                     bool     // data only: no line that says where
	reserved                  string   // shorthands that the command uses itself
	own                       []string // flags of the cluster whose names the command uses itself
}

func (r runnable) command(streams Streams, project *projectFlags) *cobra.Command {
	f := newLive(project)
	c := &cobra.Command{
		Use: r.use, Short: r.short, Long: r.long, Example: r.example, Args: r.args,
		RunE: func(c *cobra.Command, args []string) error {
			l, err := f.open(c.Context(), streams)
			if err != nil {
				return err
			}
			if !r.quiet {
				l.announce(streams, mode(c))
			}
			if err := l.guard(c.Context(), r.effect, isDryRun(c), streams); err != nil {
				return err
			}
			return r.run(c, l, args)
		},
		ValidArgsFunction: f.completeServices(streams),
	}
	f.attachTo(c, r.reserved, r.own...)
	addGroup(c, "What to do", func(flags *pflag.FlagSet) {
		if r.flags != nil {
			r.flags(flags)
		}
		if r.effect == changes || r.mayChange {
			f.attachYes(flags)
		}
	})
	if c.Flags().Lookup("dry-run") == nil {
		addRefused(c.Flags(), map[string]string{"dry-run": noDryRun})
	}
	completeChoices(c)
	f.completeCluster(c)
	return c
}

// completeServices offers the services of the project, from its files or, without them, from the cluster.
func (f *liveFlags) completeServices(streams Streams) cobra.CompletionFunc {
	return func(c *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(given) > 0 && !strings.Contains(c.Use, "[SERVICE...]") {
			return nil, cobra.ShellCompDirectiveDefault // a command and its arguments
		}
		ctx, stop := context.WithTimeout(c.Context(), completionPatience)
		defer stop()
		found := f.serviceNames(ctx, streams)
		found = slices.DeleteFunc(found, func(name string) bool { return slices.Contains(given, name) })
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// completionPatience is how long somebody who pressed Tab is kept waiting.
const completionPatience = 2 * time.Second

func (f *liveFlags) serviceNames(ctx context.Context, streams Streams) []string {
	loaded, err := loader.Load(ctx, f.options(nil, streams.In))
	if err == nil {
		return loaded.Project.ServiceNames()
	}
	l, err := f.open(ctx, streams)
	if err != nil {
		return nil
	}
	workloads, err := l.Workloads(ctx, l.project, l.namespace, nil)
	if err != nil {
		return nil
	}
	return cluster.Services(workloads)
}

// completeCluster offers contexts and namespaces.
func (f *liveFlags) completeCluster(c *cobra.Command) {
	// Both fail only for a flag that does not exist.
	_ = c.RegisterFlagCompletionFunc("context", func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return f.choices(c.Context()), cobra.ShellCompDirectiveNoFileComp
	})
	_ = c.RegisterFlagCompletionFunc("namespace", func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		client, err := cluster.Connect(f.access)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, stop := context.WithTimeout(c.Context(), completionPatience)
		defer stop()
		found, err := client.Namespaces(ctx)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	})
}

// defaultWait is how long up waits for services to become ready, if nobody says otherwise.
const defaultWait = 10 * time.Minute
