package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/convert/kustomize"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/outfile"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/terminal"
	"github.com/transship/transship/transform"
)

type convertFlags struct {
	*projectFlags
	mapping        mappingFlags
	findings       findingFlags
	overlays       overlayFlags
	chart          chartFlags
	output, outDir string
	report         string
	images         string
	jobNames       string
	comments       string
	isPart         bool // services are named: the rest of the project is not converted
}

func newConvert(streams Streams, project *projectFlags) *cobra.Command {
	f := &convertFlags{projectFlags: project}
	c := &cobra.Command{
		Use:   "convert [SERVICE...]",
		Short: "Convert a Compose project into Kubernetes manifests",
		Long: `Convert a Compose project into Kubernetes manifests.

The manifests go to standard output in the order in which a cluster should receive them, or with --out-dir into files,
one per object. Everything else goes to standard error: what was mapped with a difference, what was left out, and what to
do about it. When the project has errors, nothing is written.

With services as arguments, only these and what they depend on are converted.`,
		Example: `  transship convert | kubectl apply -f -
  transship convert -f compose.yaml -f compose.prod.yaml -n shop -d k8s
  transship convert --strict --findings=github >/dev/null`,
		RunE: func(c *cobra.Command, services []string) error { return f.run(c, services, streams) },
	}
	c.Flags().SortFlags = false
	addGroup(c, "Which project", f.attach)
	addGroup(c, "Mapping", f.mapping.attach)
	addGroup(c, "Images", f.attachLock)
	addGroup(c, "Output", f.attachOutput)
	addGroup(c, "Overlays", f.overlays.attach)
	addGroup(c, "Chart", f.chart.attach)
	addGroup(c, "Findings", f.findings.attach)
	addGroup(c, "Findings", f.findings.attachBaseline)
	addKomposeConvert(c.Flags())
	completeChoices(c)
	return c
}

func (f *convertFlags) attachOutput(flags *pflag.FlagSet) {
	addChoice(flags, &f.output, "output", "o", "form of the manifests (kustomize: a base and overlays, helm: a chart, both in --out-dir)", "yaml", "json", outputKustomize, outputHelm)
	output := flags.Lookup("output")
	output.Value = outputForm{output.Value.(choice[string])}
	flags.StringVarP(&f.outDir, "out-dir", "d", "", "write one file per object into `DIR`; files that transship did not write are never touched")
	flags.StringVar(&f.report, "report", "", "write what became of every key into `FILE` (.json or .md)")
	flags.StringVar(&f.images, "images", "", "take the images that the project builds from `FILE`, which build or push wrote by --image-file")
	addChoice(flags, &f.jobNames, "job-names", "", "names of Jobs (hash: with a hash of what they run, so that kubectl apply can follow a change)", "stable", "hash")
	f.comments = "none"
	flags.Var(commentMode{choice[string]{&f.comments, []string{"none", "objects", "full"}}}, "comments",
		"comments in the manifests (objects: the compose service and its place above each object; full: also the key behind each field, and why it is so): none, objects, full")
	flags.Lookup("comments").NoOptDefVal = "objects"
}

// commentMode is a choice that was a switch once: true and false still work.
type commentMode struct{ choice[string] }

func (c commentMode) Set(s string) error {
	switch s {
	case "true":
		s = "objects"
	case "false":
		s = "none"
	}
	return c.choice.Set(s)
}

// convert converts the project and its overlays, with the images that a file names.
func (f *convertFlags) convert(ctx context.Context, o convert.Options) (*conversion, error) {
	result, err := f.withImages(ctx, o)
	if err == nil && o.Transform.CreateNamespace && result.Err() == nil && !slices.ContainsFunc(result.Objects, isNamespace) {
		return nil, usagef("--create-namespace needs --namespace, or x-kubernetes: {namespace: NAME} in the project")
	}
	return result, err
}

func isNamespace(o runtime.Object) bool {
	_, ok := o.(*corev1.Namespace)
	return ok
}

// withImages converts with the images that a file names, if there is one.
func (f *convertFlags) withImages(ctx context.Context, o convert.Options) (*conversion, error) {
	if f.images == "" {
		return f.overlays.convert(ctx, o)
	}
	file, err := readImages(ctx, f.images)
	if err != nil {
		return nil, err
	}
	o.ImageRefs = file.References()
	result, err := f.overlays.convert(ctx, o)
	if err != nil || result.Loaded == nil {
		return result, err
	}
	return result, checkImages(f.images, file, result.Loaded)
}

func (f *convertFlags) run(c *cobra.Command, services []string, streams Streams) error {
	if err := f.check(c); err != nil {
		return err
	}
	options, err := f.mapping.resolve()
	if err != nil {
		return err
	}
	known, err := f.findings.known()
	if err != nil {
		return err
	}
	f.isPart = len(services) > 0
	load := f.options(services, streams.In)
	load.NoOverride = f.output == outputKustomize || f.output == outputHelm && f.overlays.any()
	result, err := f.convert(c.Context(), convert.Options{Load: load, Transform: options, Baseline: known})
	if err != nil {
		return err
	}
	streams.seen(result.Result)
	if f.output == outputHelm {
		if err := f.writeChart(c.Context(), result, options, load); err != nil {
			return err
		}
	}
	provenance, err := f.examine(c.Context(), result, options)
	if err != nil {
		return err
	}
	return f.show(c.Context(), result, provenance, streams)
}

// show writes the manifests and prints the findings. Its error decides the exit code.
func (f *convertFlags) show(ctx context.Context, result *conversion, provenance *effects.Provenance, streams Streams) error {
	// Findings come first: a reader who stops reading the manifests must not end the program before they are out. On a
	// terminal the manifests would scroll them away.
	last := f.outDir == "" && terminal.IsTerminal(streams.Out)
	if !last {
		if err := f.findings.print(streams.Err, result.Result); err != nil {
			return err
		}
	}
	done := "nothing written"
	if result.Err() == nil {
		var err error
		if done, err = f.write(ctx, result, provenance, streams.Out); err != nil {
			return err
		}
	}
	if last {
		if err := f.findings.print(streams.Err, result.Result); err != nil {
			return err
		}
	}
	if f.findings.isText() {
		if f.outDir != "" {
			f.tellOfSecrets(streams.Err, result)
		}
		f.findings.tellOfImages(streams.Err, result.Result)
		f.tellOfJobs(streams.Err, result.Objects)
		f.findings.end(streams.Err, done, result.Findings)
	}
	switch {
	case result.Findings.Worst() == diag.Error:
		return &silentError{exitFailed}
	case !f.findings.updateBaseline && f.findings.fails(result.Result):
		return &silentError{exitFindings}
	default:
		return nil
	}
}

// examine finds out what each key sets, if the report or the comments are to say so, and writes the files that are asked for
// besides the manifests.
func (f *convertFlags) examine(ctx context.Context, result *conversion, options transform.Options) (*effects.Provenance, error) {
	if f.findings.updateBaseline {
		if err := writeBaseline(f.findings.baseline, result.Result); err != nil {
			return nil, err
		}
	}
	if f.report == "" && f.comments != "full" {
		return nil, nil
	}
	provenance, err := convert.Effects(ctx, result.base, options)
	if err != nil || f.report == "" {
		return provenance, err
	}
	report := convert.NewReport(result.Result)
	report.AddEffects(provenance)
	return provenance, writeReport(f.report, report)
}

// check returns a usage error for flags that do not go together.
func (f *convertFlags) check(c *cobra.Command) error {
	switch {
	case f.outDir == "" && c.Flags().Changed("out-dir"): // an unset variable of a script, perhaps
		return usagef("--out-dir needs the name of a directory")
	case f.outDir != "" && f.output == "json":
		return usagef("--out-dir writes YAML files: leave out --output=json")
	case f.outDir == "" && (f.output == outputKustomize || f.output == outputHelm):
		return usagef("--output=%s writes a directory: name it with --out-dir", f.output)
	case f.jobNames == "hash" && f.output == outputHelm:
		return usagef("--job-names: the Jobs of a chart always have a hash in their names")
	case f.jobNames == "hash" && f.output == outputKustomize:
		return usagef("--job-names=hash: an overlay finds a Job of the base by its name")
	case c.Flags().Changed("report") && !isReportFile(f.report):
		return usagef("--report %s: the name must end in .json, .md or .markdown", f.report)
	}
	if f.report != "" {
		if err := outfile.Check(f.report, convert.IsReport); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	if err := f.overlays.check(f.output); err != nil {
		return err
	}
	return f.chart.check(c, f)
}

// write writes the objects and says what was done.
func (f *convertFlags) write(ctx context.Context, result *conversion, provenance *effects.Provenance, out io.Writer) (string, error) {
	if f.jobNames == "hash" {
		if err := convert.NameJobsByContent(result.Objects); err != nil {
			return "", err
		}
	}
	var yaml convert.YAMLOptions
	switch f.comments {
	case "objects":
		yaml.Comment = func(o runtime.Object) string { return convert.Provenance(result.base, o) }
	case "full":
		yaml.Comment = func(o runtime.Object) string { return convert.ObjectComment(result.base, provenance, o) }
		yaml.FieldComment = convert.FieldComments(result.base, provenance)
	}
	done := fmt.Sprintf("%s from %s", amount(len(result.Objects), "1 object", "%d objects"), services(result.Loaded.Project))
	if f.output == outputHelm {
		return f.chart.done, nil
	}
	if f.output == outputKustomize {
		changes, err := kustomize.Write(ctx, f.outDir, result.base, result.overlays, kustomize.Options{YAML: yaml})
		return f.written(fmt.Sprintf("%s and %s", done, amount(len(result.overlays), "1 overlay", "%d overlays")), changes), err
	}
	if f.outDir != "" {
		options := convert.DirectoryOptions{Project: result.Project, YAML: yaml}
		if f.isPart {
			options.Services = slices.Concat(result.Loaded.Project.ServiceNames(), sorted.Keys(result.Loaded.Project.Jobs))
		}
		changes, err := convert.WriteDir(ctx, f.outDir, result.Objects, options)
		return f.written(done, changes), err
	}
	var manifests bytes.Buffer // all or nothing
	render := func() error { return convert.WriteYAML(&manifests, result.Objects, yaml) }
	if f.output == "json" {
		render = func() error { return convert.WriteJSON(&manifests, result.Objects) }
	}
	if err := render(); err != nil {
		return "", err
	}
	if _, err := out.Write(manifests.Bytes()); err != nil {
		return "", fmt.Errorf("write the manifests: %w", err)
	}
	return done, nil
}

// written says what happened to the files of the output directory.
func (f *convertFlags) written(done string, changes convert.DirectoryChanges) string {
	return fmt.Sprintf("%s in %s: %d written, %d unchanged, %d removed", done, f.outDir,
		len(changes.Written), len(changes.Unchanged), len(changes.Removed))
}
