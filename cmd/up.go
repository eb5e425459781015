package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/terminal"
)

func newUp(streams Streams, project *projectFlags) *cobra.Command {
	f := &upFlags{liveFlags: newLive(project), streams: streams, effect: changes, timeout: defaultWait, images: imageFlags{streams: streams}}
	c := &cobra.Command{
		Use:   "up [SERVICE...]",
		Short: "Run a Compose project on a cluster",
		Long: `Run a Compose project on a cluster, and follow its logs.

The project is converted, compared with what the cluster has, and applied in the order of depends_on. Nothing is changed
unless every check has passed; what has not changed is not touched. A service that fails stops only what depends on it.
While images are built, what is new and needs none of them starts. Logs are followed from the first container on, and the
published ports of a service answer on this machine from when it is ready, as long as the command runs. Ctrl-C detaches
and leaves everything running.`,
		Example: `  transship up
  transship up -d --wait web
  transship up --dry-run -n staging`,
		RunE:              f.run,
		ValidArgsFunction: f.completeServices(streams),
	}
	f.attachTo(c, "")
	addGroup(c, "What to do", f.attachUp)
	addGroup(c, "Images", f.images.attachLive)
	addGroup(c, "Mapping", f.mapping.attachLive)
	addGroup(c, "Images", f.attachLock)
	addGroup(c, "Findings", f.findings.attach)
	completeChoices(c)
	f.completeCluster(c)
	return c
}

func (f *upFlags) attachUp(flags *pflag.FlagSet) {
	o := &f.options
	flags.BoolVarP(&f.detach, "detach", "d", false, "return when everything is applied, without following logs")
	flags.BoolVar(&f.wait, "wait", false, "return when everything is ready, without following logs")
	flags.Var((*seconds)(&f.timeout), "timeout", "`TIME` after which waiting ends with exit code 4 (0: never, as while logs are followed unless it is given)")
	flags.Var((*seconds)(&f.timeout), "wait-timeout", "the same, by docker compose's name")
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would change, checked by the server, and change nothing")
	flags.BoolVar(&f.noStart, "no-start", f.noStart, "make what is not there yet, and start nothing: the same as create")
	flags.StringArrayVar(&f.scale, "scale", nil, "run `SERVICE=NUM` Pods of a service (repeatable)")
	flags.BoolVar(&f.noDeps, "no-deps", false, "leave out what the named services depend on")
	flags.BoolVar(&o.ForceRecreate, "force-recreate", false, "replace all Pods and run all one-shots again")
	flags.BoolVar(&o.RemoveOrphans, "remove-orphans", false, "remove what the project no longer has (never its volumes)")
	flags.BoolVar(&o.Adopt, "adopt", false, "take over objects of the same names that this project did not make")
	flags.BoolVar(&o.ForceConflicts, "force-conflicts", false, "overwrite fields that others have set")
	addChoice(flags, &f.pull, "pull", "", "when nodes pull images (policy: as the project says)", "policy", "always", "missing", "never")
	flags.BoolVar(&f.downOnExit, "down-on-exit", false, "remove the project when the command ends")
	flags.BoolVar(&f.noForward, "no-forward", false, "do not let published ports answer on this machine")
	flags.StringArrayVar(&f.attached, "attach", nil, "follow the logs of `SERVICE` only (repeatable)")
	flags.StringArrayVar(&f.unattached, "no-attach", nil, "do not follow the logs of `SERVICE` (repeatable)")
	flags.BoolVar(&f.logs.timestamps, "timestamps", false, "show when each line was written")
	flags.BoolVar(&f.logs.noPrefix, "no-log-prefix", false, "leave out who wrote a line")
	flags.BoolVar(&f.logs.noColor, "no-color", false, "print logs without color")
	flags.BoolVar(&f.attachDependencies, "attach-dependencies", false, "follow the logs of what the named services depend on, too")
	f.exit.attach(flags)
	f.attachYes(flags)
	addHonored(flags, "quiet-pull")
	addChoice(flags, &f.progress, "progress", "", "how progress is shown", progress.Modes...)
	addRefused(flags, refusedByUp)
}

// attachLive adds the choices of the mapping that a live project leaves open. The cluster decides the rest: its version,
// and that the client does the waiting.
func (f *mappingFlags) attachLive(flags *pflag.FlagSet) {
	f.live = true
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.attach(all)
	for _, name := range []string{
		"publish", "domain", "volume-size", "storage-class", "shared-volumes", "env-secrets", "secrets", "network-policies",
		"no-rewrite-names", "allow",
	} {
		flags.AddFlag(all.Lookup(name))
	}
}

// convert reads the project and converts it for the cluster it goes to. Nil with no error is a project with errors that
// have been printed.
func (f *upFlags) convert(ctx context.Context, services []string) (*converted, error) {
	if err := f.checkFiles(ctx, services); err != nil { // a project before a cluster: it is what the user has in hand
		return nil, err
	}
	client, err := f.connect(f.streams)
	if err != nil {
		return nil, err
	}
	options, err := f.mapping.resolve()
	if err != nil {
		return nil, err
	}
	version, err := client.Version(ctx)
	if err != nil {
		return nil, err
	}
	namespace := ""
	if client.HasNamespace() {
		namespace = client.Namespace("")
	}
	all := convert.Options{Load: f.projectFlags.options(services, f.streams.In), Transform: options}.ForCluster(version, namespace)
	result, err := f.streams.convert(ctx, all)
	if err != nil {
		return nil, err
	}
	out := &converted{live: f.project(client, result.Project), services: services}
	out.files = result.Loaded
	if result.Loaded != nil && result.Loaded.Project != nil {
		out.disabled = sorted.Keys(result.Loaded.Project.DisabledServices)
	}
	if result.Err() == nil {
		if err := f.enter(ctx, out.live); err != nil {
			return nil, err
		}
		if result, err = f.withImages(ctx, out, result, all); err != nil {
			return nil, err
		}
	}
	f.streams.seen(result.Masking())
	if err := f.printFindings(result); err != nil {
		return nil, err
	}
	if told := unknownImages(result); told != "" && f.findings.isText() {
		f.say(f.findings.language.chosen().Say(told))
	}
	if result.Err() != nil {
		return nil, &silentError{exitFailed}
	}
	if f.findings.fails(result) {
		return nil, &silentError{exitFindings}
	}
	if out.objects, err = f.chosen(result, services); err != nil {
		return nil, err
	}
	out.files = nil
	collectOften()
	return out, f.adjust(out)
}

func (f *upFlags) run(c *cobra.Command, services []string) error {
	if f.detach && f.downOnExit {
		return usagef("--down-on-exit needs the command to stay: leave out --detach")
	}
	if _, err := f.images.resolve(); err != nil {
		return err
	}
	if given := c.Flags().Changed("timeout") || c.Flags().Changed("wait-timeout"); !given && f.isAttached() && !f.noStart {
		f.timeout = 0 // somebody is watching
	}
	show := progress.New(f.progress, f.streams.Err, terminal.Color(f.findings.color, f.streams.Err)).Masked(f.streams.mask)
	bring := f.bringUp
	if f.exit.isSet() {
		bring = f.untilExit
	}
	return asEvent(c.Context(), bring(c.Context(), services, show), f.progress, show)
}

func (f *upFlags) bringUp(ctx context.Context, services []string, show *progress.Display) (err error) {
	f.show = show
	p, err := f.convert(ctx, services)
	if err != nil {
		return f.unstarted(ctx, err)
	}
	if err := f.checkAttached(p); err != nil {
		return err
	}
	attached, o := f.isAttached(), f.upOptions(p)
	if err := f.begin(p); err != nil {
		return err
	}
	if f.noStart {
		return f.create(ctx, p, o, show)
	}
	sink := show.Show
	var stays *session
	if attached {
		stays = f.newSession(ctx, p, show)
		sink = stays.show
	}
	plan, err := p.Up(ctx, p.objects, o, sink)
	show.Close()
	if f.downOnExit {
		defer f.removeAll(ctx, p)
	}
	if ctx.Err() != nil && err != nil && !f.downOnExit && !isAborted(ctx) {
		defer func() { err = &silentError{exitInterrupted} }()
		f.say("interrupted: what was applied stays; `transship up` goes on, `" + f.downCommand(p) + "` removes it")
	}
	failed, rights := (*cluster.FailedError)(nil), (*cluster.RightsError)(nil)
	if errors.As(err, &failed) {
		f.tellFailures(failed)
	}
	if err == nil && !f.dryRun {
		f.mentionOrphans(plan, o.RemoveOrphans)
	}
	if attached {
		err = stays.end(ctx, err)
	}
	switch {
	case errors.As(err, &failed) && !errors.As(err, &rights):
		return &silentError{exitFailed} // the display has said why, with the last log lines
	case err != nil || attached:
		return err
	case f.dryRun:
		return f.printPlan(plan)
	}
	f.tellHowToReach(ctx, p)
	return nil
}
