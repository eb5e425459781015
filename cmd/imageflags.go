package cmd

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/transship/transship/build"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/terminal"
)

// imageFlags say how images are built and how they get to a cluster.
type imageFlags struct {
	streams Streams

	always, never, quiet bool
	onlyLooks            bool     // nothing is built
	plain                bool     // the builder must not draw on the terminal
	only                 []string // services whose images are built; empty: all
	file, pullSecret     string
	platforms            []string
	options              build.Options

	// meanwhile does what can be done while images are built, without the services that run them; nil for nothing.
	meanwhile func(ctx context.Context, waiting []string) error

	provided map[string]string // references by service, for the conversion
	pushed   []string          // references that the nodes pull from a registry
}

// attachBuilder adds the flags of every command that builds.
func (f *imageFlags) attachBuilder(flags *pflag.FlagSet) {
	o := &f.options
	addChoice(flags, &o.Builder, "builder", "", "what builds images (auto: Docker if it answers, else Podman)", build.Builders...)
	flags.StringSliceVar(&f.platforms, "platform", nil, "`OS/ARCH` to build for, such as linux/arm64; several are pushed as one index (default: those of the nodes)")
	flags.Var(checked{&o.Registry, build.CheckRegistry}, "registry", "`HOST/PATH` to push images to that name no registry")
}

// attachLive adds the flags of commands that bring images to a cluster.
func (f *imageFlags) attachLive(flags *pflag.FlagSet) {
	flags.BoolVar(&f.always, "build", false, "build all images first (default: those that are not there)")
	flags.BoolVar(&f.never, "no-build", false, "build nothing")
	flags.BoolVar(&f.quiet, "quiet-build", false, "do not show what the builder writes")
	flags.StringVar(&f.file, "images", "", "take the images from `FILE`, which build or push wrote by --image-file")
	f.attachBuilder(flags)
	addChoice(flags, &f.options.Load, "load", "", "whether images are loaded into the nodes (auto: where that is how the cluster gets them)", build.LoadModes...)
	flags.StringVar(&f.pullSecret, "pull-secret", "none", "`LOGIN` for the images that are pushed: none, copy (yours for that registry) or the name of a Secret")
}

// attachLooking adds the flags of commands that only find out which images there are.
func (f *imageFlags) attachLooking(flags *pflag.FlagSet) {
	o := &f.options
	flags.StringVar(&f.file, "images", "", "take the images from `FILE`, which build or push wrote by --image-file")
	addChoice(flags, &o.Builder, "builder", "", "what has built images (auto: Docker if it answers, else Podman)", build.Builders...)
	flags.Var(checked{&o.Registry, build.CheckRegistry}, "registry", "`HOST/PATH` that up pushes images to")
	addChoice(flags, &o.Load, "load", "", "whether up loads images into the nodes", build.LoadModes...)
	flags.StringVar(&f.pullSecret, "pull-secret", "none", "`LOGIN` that up gives for the images that it pushes")
}

// resolve completes the options, or says which flags contradict each other.
func (f *imageFlags) resolve() (build.Options, error) {
	o := f.options
	switch {
	case f.always && f.never:
		return o, usagef("--build and --no-build contradict each other")
	case f.always && f.file != "":
		return o, usagef("--build and --images contradict each other: the file says which images there are")
	case o.Load == "always" && o.Registry != "":
		return o, usagef("--load=always and --registry contradict each other: images are loaded or pushed")
	}
	o.Mode = build.Missing
	if f.always {
		o.Mode = build.Always
	}
	if f.never {
		o.Mode = build.Never
	}
	for _, platform := range f.platforms {
		if err := checkPlatform(platform); err != nil {
			return o, err
		}
	}
	o.Platforms = f.platforms
	if !f.quiet && !f.plain {
		o.Terminal = f.terminal()
	}
	return o, nil
}

// checkPlatform refuses what is not the name of a platform.
func checkPlatform(platform string) error {
	if words := strings.Split(platform, "/"); len(words) < 2 || len(words) > 3 || slices.Contains(words, "") {
		return usagef("--platform: %q is not OS/ARCH such as linux/arm64", platform)
	}
	return nil
}

// sink shows what building and delivering has to tell, in the form of the display.
func (f *imageFlags) sink(mode string) build.Sink {
	switch mode {
	case "quiet":
		return nil
	case "json":
		show := progress.New(mode, f.streams.Err, false).Masked(f.streams.mask)
		return func(e build.Event) {
			if _, isOutput := e.(build.Output); !isOutput || !f.quiet {
				show.Show(e)
			}
		}
	}
	lines := newLineWriter(f.streams.Err)
	return func(e build.Event) {
		if _, isOutput := e.(build.Output); isOutput && f.quiet {
			return
		}
		if text, is := e.(fmt.Stringer); is {
			lines.print(f.streams.mask(text.String()))
		}
	}
}

// terminal returns the terminal that standard error is, and nil if it is none.
func (f *imageFlags) terminal() *os.File {
	if file, isFile := f.streams.Err.(*os.File); isFile && terminal.IsTerminal(file) {
		return file
	}
	return nil
}
