package cmd

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/terminal"
	"github.com/transship/transship/transform/keys"
)

func newExplain(streams Streams) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "explain KEY",
		Short: "Explain what becomes of a Compose key",
		Long: `Explain what a key of a Compose file does on Docker, what it becomes on Kubernetes, how the two differ, and what to
do about it. The key may be written with or without the names and indices of a project.`,
		Example: `  transship explain healthcheck
  transship explain services.web.ports[0].host_ip
  transship explain volumes.driver_opts -o json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("explain takes one key, such as services.healthcheck")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return explainableKeys(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			topic, err := explain.Find(args[0])
			if err != nil {
				return usagef("%s", err)
			}
			if output == "json" {
				encoder := json.NewEncoder(streams.Out)
				encoder.SetIndent("", "  ")
				encoder.SetEscapeHTML(false)
				return encoder.Encode(topic)
			}
			return explain.WriteText(streams.Out, topic, terminal.Width(streams.Out))
		},
	}
	addChoice(c.Flags(), &output, "output", "o", "form of the output", "text", "json")
	completeChoices(c)
	return c
}

// explainableKeys are the completions: every key of the schema without its wildcards.
func explainableKeys() []string {
	wildcards := strings.NewReplacer(".*", "", ".[]", "")
	var names []string
	for _, r := range keys.All() {
		if name := wildcards.Replace(r.Path); len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return names
}
