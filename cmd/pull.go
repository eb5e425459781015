package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/build"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
)

type pullFlags struct {
	*projectFlags
	images            imageFlags
	findings          findingFlags
	builder, platform string
	progress          string
	includeDeps       bool
	ignoreFailures    bool
}

func newPull(streams Streams, project *projectFlags) *cobra.Command {
	f := &pullFlags{projectFlags: project, images: imageFlags{streams: streams}}
	c := &cobra.Command{
		Use:   "pull [SERVICE...]",
		Short: "Pull the images of a project to this machine",
		Long: `Pull the images that the project does not build into Docker or Podman on this machine. The nodes of a cluster need no
such step: they pull images when Pods start.`,
		RunE: func(c *cobra.Command, services []string) error { return f.run(c.Context(), services, streams) },
	}
	c.Flags().SortFlags = false
	addGroup(c, "Which project", f.attach)
	addGroup(c, "What to do", func(flags *pflag.FlagSet) {
		addChoice(flags, &f.builder, "builder", "", "where images go (auto: Docker if it answers, else Podman)", build.Builders...)
		flags.StringVar(&f.platform, "platform", "", "`OS/ARCH` to pull for, such as linux/arm64 (default: that of the engine)")
		flags.BoolVar(&f.includeDeps, "include-deps", false, "pull the images of what the named services depend on, too")
		flags.BoolVar(&f.ignoreFailures, "ignore-pull-failures", false, "go on without the images that cannot be pulled")
		flags.BoolVarP(&f.images.quiet, "quiet", "q", false, "say nothing but what went wrong")
		addChoice(flags, &f.progress, "progress", "", "how progress is shown", "auto", "plain", "json", "quiet")
		addHonored(flags, "ignore-buildable")
		addRefused(flags, map[string]string{"dry-run": noDryRun, "policy": "an engine asks the registry and downloads what it does not have"})
	})
	addGroup(c, "Findings", f.findings.attach)
	completeChoices(c)
	return c
}

func (f *pullFlags) run(ctx context.Context, services []string, streams Streams) error {
	if f.platform != "" {
		if err := checkPlatform(f.platform); err != nil {
			return err
		}
	}
	result, err := streams.convert(ctx, convert.Options{Load: f.options(services, streams.In)})
	if err != nil {
		return err
	}
	loaded := result.Loaded
	if loaded == nil {
		return printFailure(&f.findings, streams, result)
	}
	wanted := build.Foreign(loaded.Project, loaded.Locate)
	if len(services) > 0 && !f.includeDeps {
		isNamed := func(service string) bool { return slices.Contains(services, service) }
		wanted = slices.DeleteFunc(wanted, func(t build.Target) bool { return !slices.ContainsFunc(t.Users, isNamed) })
	}
	if len(wanted) == 0 {
		fmt.Fprintln(streams.Err, "nothing to pull: the project runs no image that it does not build")
		return nil
	}
	engine, err := build.Find(ctx, f.builder)
	if err != nil {
		return fmt.Errorf("pull images: %w", err)
	}
	mode := f.progress
	if f.images.quiet {
		mode = "quiet"
	}
	findings, err := build.Pull(ctx, engine, wanted, f.platform, f.images.sink(mode))
	if err != nil {
		return err
	}
	if f.ignoreFailures {
		for i := range findings {
			findings[i].Severity = diag.Warning
		}
	}
	if findings.Worst() == diag.Error {
		return printFailure(&f.findings, streams, withFindings(result, findings))
	}
	return f.findings.print(streams.Err, withFindings(result, findings))
}

// printFailure prints findings and ends the command as failed.
func printFailure(f *findingFlags, streams Streams, result *convert.Result) error {
	if err := f.print(streams.Err, result); err != nil {
		return err
	}
	return &silentError{exitFailed}
}
