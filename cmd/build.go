package cmd

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/build"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/outfile"
)

// builderCommand is build or push: both work without a cluster.
type builderCommand struct {
	*projectFlags
	images    imageFlags
	findings  findingFlags
	imageFile string
	progress  string
	push      bool
}

func newBuild(streams Streams, project *projectFlags) *cobra.Command {
	f := &builderCommand{projectFlags: project, images: imageFlags{streams: streams}}
	c := f.command(streams, &cobra.Command{
		Use:   "build [SERVICE...]",
		Short: "Build the images of a project",
		Long: `Build the images of the services that have a build section, by docker compose, Docker or Podman, whichever is here. Each
image also gets a tag that its content decides. No cluster is needed.`,
		Example: `  transship build
  transship build --push --registry ghcr.io/acme --image-file images.json
  transship convert --images images.json | kubectl apply -f -`,
	}, func(flags *pflag.FlagSet) {
		o := &f.images.options
		flags.BoolVar(&f.push, "push", false, "push the images after they are built")
		flags.BoolVar(&o.NoCache, "no-cache", false, "build every step again")
		flags.BoolVar(&o.Pull, "pull", false, "ask the registry for newer base images")
		flags.StringArrayVar(&o.Args, "build-arg", nil, "`NAME=VALUE` of an ARG in addition to the project's (repeatable)")
		addRefused(flags, refusedByBuild)
		addRefused(flags, map[string]string{"dry-run": noDryRun})
	})
	f.images.always = true
	return c
}

func newPush(streams Streams, project *projectFlags) *cobra.Command {
	f := &builderCommand{projectFlags: project, images: imageFlags{streams: streams}, push: true}
	c := f.command(streams, &cobra.Command{
		Use:   "push [SERVICE...]",
		Short: "Push the images of a project that have been built",
		Long: `Push the images of the services that have a build section, with a tag that their content decides, to the registry that
their name holds or that --registry names. No cluster is needed.`,
		Example: `  transship push --registry ghcr.io/acme --image-file images.json`,
	}, func(flags *pflag.FlagSet) {
		addHonored(flags, "include-deps")
		addRefused(flags, map[string]string{
			"dry-run":              noDryRun,
			"ignore-push-failures": "whoever deploys an image that was not pushed is told so too late; name the services whose images are to be pushed",
		})
	})
	f.images.never = true
	return c
}

func (f *builderCommand) command(streams Streams, c *cobra.Command, attach func(*pflag.FlagSet)) *cobra.Command {
	c.RunE = func(c *cobra.Command, services []string) error { return f.run(c.Context(), services, streams) }
	c.Flags().SortFlags = false
	addGroup(c, "Which project", f.attach)
	addGroup(c, "What to do", func(flags *pflag.FlagSet) {
		attach(flags)
		f.images.attachBuilder(flags)
		flags.StringVar(&f.imageFile, "image-file", "", "write the references into `FILE`, for --images of convert and up")
		flags.BoolVarP(&f.images.quiet, "quiet", "q", false, "do not show what the builder writes")
		addChoice(flags, &f.progress, "progress", "", "how progress is shown", "auto", "plain", "json", "quiet")
	})
	addGroup(c, "Findings", f.findings.attach)
	completeChoices(c)
	return c
}

func (f *builderCommand) run(ctx context.Context, services []string, streams Streams) error {
	f.images.plain = f.progress != "auto"
	options, err := f.images.resolve()
	if err != nil {
		return err
	}
	options.Push, options.Rerun = f.push, "transship "+map[bool]string{true: "push", false: "build"}[f.images.never]
	load := f.options(services, streams.In)
	result, err := streams.convert(ctx, convert.Options{Load: load})
	if err != nil {
		return err
	}
	loaded := result.Loaded
	if loaded == nil {
		return printFailure(&f.findings, streams, result)
	}
	targets := named(build.Plan(loaded.Project, loaded.Locate), services)
	if len(targets) == 0 {
		fmt.Fprintln(streams.Err, "nothing to build: no service has a build section")
		return f.writeFile(&build.Result{}, loaded.Project.Name) // a pipeline goes on with it
	}
	made, err := build.Provide(ctx, build.Request{
		Project: loaded.Project, Targets: targets, Compose: composeCommand(load, loaded), Options: options,
	}, f.images.sink(f.progress))
	if findings, is := buildFindings(err); is {
		return printFailure(&f.findings, streams, withFindings(result, findings))
	}
	if err != nil {
		return err
	}
	if err := f.findings.print(streams.Err, withFindings(result, made.Findings)); err != nil {
		return err
	}
	for _, image := range made.Images {
		if _, err := fmt.Fprintln(streams.Out, image.Service+" "+image.Reference); err != nil {
			return err
		}
	}
	return f.writeFile(made, loaded.Project.Name)
}

func (f *builderCommand) writeFile(made *build.Result, project string) error {
	if f.imageFile == "" {
		return nil
	}
	var text bytes.Buffer
	if err := made.Write(&text, project); err != nil {
		return err
	}
	if err := outfile.Replace(f.imageFile, text.Bytes(), 0o644, isImageFile); err != nil {
		return fmt.Errorf("write the references: %w", err)
	}
	return nil
}

// isImageFile reports whether a file that begins with head is one that an earlier build has written.
func isImageFile(head []byte) bool {
	return bytes.HasPrefix(head, []byte("{\n  \"version\": ")) && bytes.Contains(head, []byte("\"project\": "))
}

// named returns the targets of the named services and those that they are built from; all if none is named.
func named(targets []build.Target, services []string) []build.Target {
	if len(services) == 0 {
		return targets
	}
	wanted := slices.Clone(services)
	for i := 0; i < len(wanted); i++ {
		for _, t := range targets {
			if t.Service != wanted[i] {
				continue
			}
			for _, from := range t.Section.AdditionalContexts {
				if service, is := strings.CutPrefix(from, "service:"); is && !slices.Contains(wanted, service) {
					wanted = append(wanted, service)
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(targets), func(t build.Target) bool { return !slices.Contains(wanted, t.Service) })
}
