package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
)

// shells are those that a completion is written for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func newCompletion(streams Streams, _ *projectFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Write the completion for a shell",
		Long: `Write a script that lets a shell complete commands, flags and their values, services of the project, profiles, keys to
explain, contexts and namespaces.

  bash        source <(transship completion bash)        in ~/.bashrc; needs the package bash-completion
  zsh         source <(transship completion zsh)         in ~/.zshrc, after compinit
  fish        transship completion fish > ~/.config/fish/completions/transship.fish
  powershell  transship completion powershell | Out-String | Invoke-Expression    in the profile`,
		Example:   `  transship completion bash > /etc/bash_completion.d/transship`,
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("completion takes the name of a shell: %s", strings.Join(shells, ", "))
			}
			if !slices.Contains(shells, args[0]) {
				return usagef("%q is not one of %s%s", args[0], strings.Join(shells, ", "), didYouMean(args[0], shells))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "zsh":
				return root.GenZshCompletion(streams.Out)
			case "fish":
				return root.GenFishCompletion(streams.Out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(streams.Out)
			default:
				return root.GenBashCompletionV2(streams.Out, true)
			}
		},
	}
}

// completeProject lets the shell complete what the files of a project say: services for commands that need no cluster, and
// profiles.
func (f *projectFlags) completeProject(streams Streams, commands ...*cobra.Command) {
	for _, c := range commands {
		if c.ValidArgsFunction == nil && strings.Contains(c.Use, "[SERVICE...]") {
			c.ValidArgsFunction = func(c *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
				p := f.loaded(c, streams)
				if p == nil {
					return nil, cobra.ShellCompDirectiveNoFileComp
				}
				names := slices.DeleteFunc(p.Project.ServiceNames(), func(name string) bool { return slices.Contains(given, name) })
				return names, cobra.ShellCompDirectiveNoFileComp
			}
		}
		completeFlag(c, "profile", func(c *cobra.Command) []string {
			if p := f.loaded(c, streams); p != nil {
				return append(profilesOf(p.Project), "*")
			}
			return nil
		})
		completeFlag(c, "allow", func(*cobra.Command) []string {
			var codes []string
			for _, code := range convert.Codes() {
				codes = append(codes, code.Name+"\t"+code.Title)
			}
			return codes
		})
		for _, name := range []string{"out-dir", "project-directory"} {
			if c.Flags().Lookup(name) != nil {
				_ = c.MarkFlagDirname(name) // it exists
			}
		}
	}
}

// completeFlag lets the shell complete a flag, if the command has it.
func completeFlag(c *cobra.Command, name string, values func(*cobra.Command) []string) {
	if c.Flags().Lookup(name) == nil {
		return
	}
	// It fails only for a flag that has a completion already.
	_ = c.RegisterFlagCompletionFunc(name, func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return values(c), cobra.ShellCompDirectiveNoFileComp
	})
}

// loaded is the project of the files, whatever its profiles; nil if it cannot be read.
func (f *projectFlags) loaded(c *cobra.Command, streams Streams) *loader.Loaded {
	ctx, stop := context.WithTimeout(c.Context(), completionPatience)
	defer stop()
	options := f.options(nil, streams.In)
	if len(options.Profiles) == 0 {
		options.Profiles = []string{"*"}
	}
	loaded, err := loader.Load(ctx, options)
	if err != nil {
		return nil
	}
	return loaded
}
