package cmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/terminal"
)

type cpFlags struct {
	options cluster.CopyOptions
	index   int
	all     bool
}

func newCp(streams Streams, project *projectFlags) *cobra.Command {
	f := &cpFlags{}
	return runnable{
		use: "cp SERVICE:SOURCE DESTINATION|-  or  cp SOURCE|- SERVICE:DESTINATION", short: "Copy files between a container and this machine",
		long: `Copy files and directories out of a container of a service or into the containers of one, by the rules of docker cp: a
directory that is there is copied into, and DIR/. means the contents of a directory. - is a tar stream.

The container's own tar and sh do the work. Beside a container without them, an ephemeral container is started that sees its
files; it stays listed in the Pod, and ends by itself after ten minutes.`,
		example: `  transship cp web:/etc/nginx/nginx.conf .
  transship cp ./fixtures/. db:/data`,
		quiet: true, effect: enters,
		args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 || args[0] == "" || args[1] == "" {
				return usagef("cp takes a source and a destination, one of them as SERVICE:PATH")
			}
			from, _ := splitCopy(args[0])
			to, _ := splitCopy(args[1])
			switch {
			case from != "" && to != "":
				return usagef("files are not copied from service to service: copy them here first")
			case from == "" && to == "":
				return usagef("neither %s nor %s is in a container, as SERVICE:PATH", args[0], args[1])
			}
			return nil
		},
		flags: func(flags *pflag.FlagSet) {
			flags.IntVar(&f.index, "index", 0, "`NUMBER` of the Pod, from 1, in the order of their names (default: the first to copy from, all to copy into)")
			flags.BoolVarP(&f.options.Archive, "archive", "a", false, "keep numeric owners")
			flags.BoolVarP(&f.options.FollowLink, "follow-link", "L", false, "copy what symbolic links point to")
			flags.StringVar(&f.options.Image, "image", "busybox", "`IMAGE` with tar and sh, for containers without")
			flags.BoolVar(&f.all, "all", false, "also the containers of run commands")
		},
		run: func(c *cobra.Command, l *live, args []string) error {
			if err := checkIndex(c, f.index); err != nil {
				return err
			}
			return f.run(c.Context(), l, args[0], args[1], streams)
		},
	}.command(streams, project)
}

// splitCopy splits SERVICE:PATH; what is none is a path of this machine.
func splitCopy(arg string) (service, path string) {
	if filepath.IsAbs(arg) || strings.HasPrefix(arg, ".") {
		return "", arg
	}
	service, path, found := strings.Cut(arg, ":")
	if !found || strings.ContainsRune(service, filepath.Separator) {
		return "", arg
	}
	return service, path
}

func (f *cpFlags) run(ctx context.Context, l *live, source, destination string, streams Streams) error {
	fromService, from := splitCopy(source)
	toService, to := splitCopy(destination)
	f.options.Namespace = l.namespace
	f.options.Help = func(image string) {
		fmt.Fprintf(streams.Err, "the container has no tar: starting an ephemeral container of image %s beside it\n", image)
	}
	if fromService != "" {
		return f.out(ctx, l, fromService, from, to, streams)
	}
	return f.in(ctx, l, toService, from, to, streams)
}

// out copies from the first container of a service.
func (f *cpFlags) out(ctx context.Context, l *live, service, source, destination string, streams Streams) error {
	targets, err := f.targets(ctx, l, service)
	if err != nil {
		return err
	}
	o := f.options
	o.Pod, o.Container = targets[0].Pod, targets[0].Name
	if destination == "-" {
		if terminal.IsTerminal(streams.Out) {
			return usagef("a tar stream does not go to a terminal: write it to a file")
		}
		return l.StreamFrom(ctx, o, source, streams.Out)
	}
	if err := l.CopyFrom(ctx, o, source, destination); err != nil {
		return err
	}
	fmt.Fprintf(streams.Err, "%s:%s copied to %s\n", o.Pod, diag.OneLine(source), diag.OneLine(destination))
	return nil
}

// in copies into all containers of a service.
func (f *cpFlags) in(ctx context.Context, l *live, service, source, destination string, streams Streams) error {
	info, err := os.Stat(source)
	if source != "-" && err != nil {
		return fmt.Errorf("read what is to be copied: %w", err)
	}
	targets, err := f.targets(ctx, l, service)
	if err != nil {
		return err
	}
	if source == "-" && len(targets) > 1 {
		return usagef("a stream is read once, and service %s has %d containers: choose one with --index", service, len(targets))
	}
	for _, target := range targets {
		o := f.options
		o.Pod, o.Container = target.Pod, target.Name
		if source == "-" {
			err = l.StreamTo(ctx, o, streams.In, destination)
		} else {
			err = l.CopyTo(ctx, o, source, info.IsDir(), destination)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(streams.Err, "%s copied to %s:%s\n", diag.OneLine(source), o.Pod, diag.OneLine(destination))
	}
	return nil
}

// targets returns the containers of a service that run; at least one.
func (f *cpFlags) targets(ctx context.Context, l *live, service string) ([]cluster.Container, error) {
	list, err := l.runningContainers(ctx, []string{service})
	if err != nil {
		return nil, err
	}
	var out []cluster.Container
	for _, c := range list {
		if !c.OneOff || f.all {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("service %s has no container that runs", service)
	}
	if f.index > len(out) {
		return nil, fmt.Errorf("service %s has no container number %d, only %d", service, f.index, len(out))
	}
	if f.index > 0 {
		return out[f.index-1 : f.index], nil
	}
	return out, nil
}

// runningContainers lists the containers of services that run now.
func (l *live) runningContainers(ctx context.Context, services []string) ([]cluster.Container, error) {
	list, err := l.Containers(ctx, l.project, l.namespace, services, false)
	if err != nil {
		return nil, err
	}
	var out []cluster.Container
	for _, c := range list {
		if c.State == cluster.ContainerRunning {
			out = append(out, c)
		}
	}
	return out, nil
}
