package cmd

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/transship/transship/transform"
)

// version and commit are set by the linker in a release build; otherwise the build information tells.
var version, commit string

// buildInfo describes this program.
type buildInfo struct {
	Version     string `json:"version"`
	Commit      string `json:"commit"`
	GoVersion   string `json:"goVersion"`
	Platform    string `json:"platform"`
	KubeVersion string `json:"kubeVersion"` // the default of --kube-version
	ComposeGo   string `json:"composeGo"`
}

func thisBuild() buildInfo {
	b := buildInfo{
		Version: version, Commit: commit, GoVersion: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		KubeVersion: transform.DefaultKubeVersion.String(),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && b.Commit == "" {
			b.Commit = s.Value
		}
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/compose-spec/compose-go/v2" {
			b.ComposeGo = m.Version
		}
	}
	return b
}

func newVersion(streams Streams, _ *projectFlags) *cobra.Command {
	var output string
	var short bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Show the version of transship",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			if short {
				_, err := fmt.Fprintln(streams.Out, orUnknown(b.Version))
				return err
			}
			if output == "json" {
				encoder := json.NewEncoder(streams.Out)
				encoder.SetIndent("", "  ")
				return encoder.Encode(b)
			}
			_, err := fmt.Fprintf(streams.Out, "transship %s\ncommit %s\n%s %s\ncompose-go %s\nKubernetes %s\n",
				orUnknown(b.Version), orUnknown(b.Commit), b.GoVersion, b.Platform, orUnknown(b.ComposeGo), b.KubeVersion)
			return err
		},
	}
	addChoice(c.Flags(), &output, "output", "o", "form of the output", "text", "json")
	c.Flags().BoolVar(&short, "short", false, "the number only")
	c.Flags().VarP(choice[string]{&output, []string{"text", "pretty", "json"}}, "format", "f", "--output by docker compose's name")
	_ = c.Flags().MarkHidden("format") // it exists
	addHonored(c.Flags(), "dry-run")
	completeChoices(c)
	return c
}

// versionFlag is the flag of the program that shows its version, as `version` does at length.
const versionFlag = "version"

// versionAlone refuses --version before a command, which would show nothing.
func versionAlone(c *cobra.Command, _ []string) error {
	if f := c.Root().Flags().Lookup(versionFlag); c != c.Root() && f != nil && f.Changed {
		return usagef("--version goes with no command: `transship version` says more")
	}
	return nil
}

func printVersionLine(streams Streams) error {
	_, err := fmt.Fprintln(streams.Out, "transship "+orUnknown(thisBuild().Version))
	return err
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, got %q", c.CommandPath(), args[0])
	}
	return nil
}
