package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/kustomize"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// outputKustomize is the form of a base and overlays.
const outputKustomize = "kustomize"

// overlayFlags name further conversions of the same project: with more compose files, environment files and profiles.
type overlayFlags struct{ files, envFiles, profiles []string }

func (f *overlayFlags) attach(flags *pflag.FlagSet) {
	flags.Var(appended{&f.files}, "overlay", "with --output=kustomize or helm: `NAME=FILE[,FILE...]` makes an overlay of the project with further compose files (repeatable)")
	flags.Var(appended{&f.envFiles}, "overlay-env-file", "`NAME=FILE`: environment file of an overlay, after those of --env-file (repeatable)")
	flags.Var(appended{&f.profiles}, "overlay-profile", "`NAME=PROFILE` to enable in an overlay (repeatable)")
}

func (f *overlayFlags) any() bool { return len(f.files)+len(f.envFiles)+len(f.profiles) > 0 }

// overlay is what the flags say about one overlay.
type overlay struct{ files, envFiles, profiles []string }

func (f *overlayFlags) check(output string) error {
	byName, err := f.byName()
	if err == nil && len(byName) > 0 && output != outputKustomize && output != outputHelm {
		return usagef("--overlay needs --output=kustomize or helm")
	}
	return err
}

// byName collects the flags by the name of the overlay.
func (f *overlayFlags) byName() (map[string]*overlay, error) {
	overlays := map[string]*overlay{}
	for _, flag := range []struct {
		name   string
		values []string
		add    func(*overlay, string)
	}{
		{"overlay", f.files, func(o *overlay, value string) { o.files = append(o.files, strings.Split(value, ",")...) }},
		{"overlay-env-file", f.envFiles, func(o *overlay, value string) { o.envFiles = append(o.envFiles, value) }},
		{"overlay-profile", f.profiles, func(o *overlay, value string) { o.profiles = append(o.profiles, value) }},
	} {
		for _, text := range flag.values {
			name, value, found := strings.Cut(text, "=")
			switch {
			case !found || value == "" || slices.Contains(strings.Split(value, ","), ""):
				return nil, usagef("--%s %s: NAME=VALUE is needed, such as prod=compose.prod.yaml", flag.name, text)
			case !kustomize.ValidName(name):
				return nil, usagef("--%s: %q cannot be the name of an overlay: lower-case letters, digits and dashes", flag.name, name)
			case overlays[name] == nil:
				overlays[name] = &overlay{}
			}
			flag.add(overlays[name], value)
		}
	}
	return overlays, nil
}

// conversion is a project and its overlays, converted.
type conversion struct {
	*convert.Result // of the project; Findings and Sources are also those of the overlays
	base            *convert.Result
	overlays        []kustomize.Overlay
	stdin           *replay
}

// convert converts the project and its overlays, in the order of their names. The findings of an overlay that the project itself does not have are
// added to those of the project.
func (f *overlayFlags) convert(ctx context.Context, o convert.Options) (*conversion, error) {
	byName, err := f.byName()
	if err != nil {
		return nil, err
	}
	stdin := &replay{in: o.Load.Stdin}
	o.Load.Stdin = stdin
	base, err := convert.Convert(ctx, o)
	if err != nil {
		return nil, err
	}
	c := &conversion{Result: base, base: base, stdin: stdin}
	if base.Loaded == nil || len(byName) == 0 {
		return c, nil
	}
	shown := *base
	shown.Findings, shown.Sources = slices.Clone(base.Findings), maps.Clone(base.Sources)
	known := map[string]bool{}
	for _, finding := range base.Findings {
		known[identityOf(finding)] = true
	}
	for _, name := range sorted.Keys(byName) {
		own, with := byName[name], o
		with.Load.Stdin = stdin.again()
		with.Load.Files = slices.Concat(base.Loaded.ComposeFiles, own.files)
		with.Load.EnvFiles = slices.Concat(o.Load.EnvFiles, own.envFiles)
		with.Load.Profiles = slices.Concat(o.Load.Profiles, own.profiles)
		result, err := convert.Convert(ctx, with)
		if err != nil {
			return nil, fmt.Errorf("overlay %s: %w", name, err)
		}
		c.overlays = append(c.overlays, kustomize.Overlay{Name: name, Result: result})
		for _, finding := range result.Findings {
			if !known[identityOf(finding)] {
				finding.Message = "overlay " + name + ": " + finding.Message
				shown.Findings.Add(finding)
			}
		}
		maps.Copy(shown.Sources, result.Sources)
		shown.MaskAlso(result)
	}
	shown.Findings = shown.Findings.Sorted()
	c.Result = &shown
	base.MaskAlso(&shown) // what an overlay makes of the base is told with the secrets of both
	return c, nil
}

// identityOf tells findings apart.
func identityOf(f diag.Finding) string {
	return fmt.Sprintf("%s\x00%s\x00%s\x00%v", f.Code, f.Path, f.Message, f.Range)
}

// replay keeps what was read, so that the project can be read again.
type replay struct {
	in   io.Reader
	kept bytes.Buffer
}

func (r *replay) Read(p []byte) (int, error) {
	if r.in == nil {
		return 0, io.EOF
	}
	n, err := r.in.Read(p)
	r.kept.Write(p[:n])
	return n, err
}

func (r *replay) again() io.Reader { return bytes.NewReader(r.kept.Bytes()) }
