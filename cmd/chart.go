package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/chart"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// outputHelm is the form of a chart.
const outputHelm = "helm"

type chartFlags struct {
	version, appVersion string
	done                string // what was written
}

func (f *chartFlags) attach(flags *pflag.FlagSet) {
	flags.StringVar(&f.version, "chart-version", "", "with --output=helm: `VERSION` of the chart (default 0.1.0 for a new chart, else as it is)")
	flags.StringVar(&f.appVersion, "app-version", "", "with --output=helm: `VERSION` of the application (default for a new chart: the tag of the published image)")
}

// semanticVersion matches what Helm takes as the version of a chart.
var semanticVersion = pattern.New(`^v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$`)

func (f *chartFlags) check(c *cobra.Command, all *convertFlags) error {
	isHelm := all.output == outputHelm
	switch {
	case !isHelm && (f.version != "" || f.appVersion != ""):
		return usagef("--chart-version and --app-version need --output=helm")
	case isHelm && (c.Flags().Changed("namespace") || all.mapping.options.CreateNamespace):
		return usagef("a chart has no namespace of its own: helm install -n NAME --create-namespace chooses it")
	case isHelm && c.Flags().Changed("comments"):
		return usagef("--comments is for manifests: leave it out with --output=helm")
	case f.version != "" && !semanticVersion.MatchString(f.version):
		return usagef("--chart-version %s: a semantic version is needed, such as 1.2.3", f.version)
	}
	return nil
}

// writeChart writes the chart before the findings are printed: what became of the user's changes is among them. A project with errors has
// none.
func (f *convertFlags) writeChart(ctx context.Context, result *conversion, options transform.Options, load loader.Options) error {
	if result.Err() != nil {
		return nil //nolint:nilerr // the findings say it, and decide the exit code
	}
	o := chart.Options{
		Version: f.chart.version, AppVersion: f.chart.appVersion, KubeVersion: options.KubeVersion.String(),
		SecretsAreStubs: options.Secrets == "stub",
	}
	for _, overlay := range result.overlays {
		o.Overlays = append(o.Overlays, chart.Overlay{Name: overlay.Name, Result: overlay.Result})
	}
	if len(load.Services) == 0 && len(result.base.Loaded.Project.DisabledServices) > 0 {
		load.Files, load.Profiles, load.Stdin = result.base.Loaded.ComposeFiles, []string{"*"}, result.stdin.again()
		all, err := convert.Convert(ctx, convert.Options{Load: load, Transform: options})
		if err != nil {
			return fmt.Errorf("convert with all profiles: %w", err)
		}
		if all.Err() == nil {
			o.AllProfiles = all
		}
	}
	changes, findings, err := chart.Write(ctx, f.outDir, result.base, o)
	if err != nil {
		return err
	}
	shown := *result.Result
	shown.Findings = append(slices.Clip(shown.Findings), findings...).Sorted()
	result.Result = &shown
	f.chart.done = f.written("chart of "+services(result.Loaded.Project), changes)
	return nil
}
