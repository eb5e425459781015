package cmd

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/graph"
)

func newGraph(streams Streams, project *projectFlags) *cobra.Command {
	var mapping mappingFlags
	var output, of string
	c := &cobra.Command{
		Use:   "graph [SERVICE...]",
		Short: "Draw what is connected to what",
		Long: `Draw what is connected to what: from the outside through routes and Services to the workloads, and to the claims,
ConfigMaps and Secrets that these use. Dashed arrows between workloads say what starts after what. Colours are networks.

With --of=compose the picture is that of the Compose project: published ports, services, and the volumes, configs and
secrets that they use.`,
		Example: `  transship graph > shop.svg
  transship graph -o mermaid --of compose
  transship graph --publish=ingress --domain=example.com -o dot | dot -Tpdf > shop.pdf`,
		RunE: func(c *cobra.Command, services []string) error {
			options, err := mapping.resolve()
			if err != nil {
				return err
			}
			result, err := streams.convert(c.Context(), convert.Options{Load: project.options(services, streams.In), Transform: options})
			if err != nil {
				return err
			}
			if failed := result.Err(); failed != nil && (of == "kubernetes" || result.Loaded == nil) {
				errorsOnly := findingFlags{format: "text", color: "auto"}
				if err := errorsOnly.print(streams.Err, result); err != nil {
					return err
				}
				return &silentError{exitFailed}
			}
			var text bytes.Buffer
			if err := graphOf(result, of).Write(&text, output); err != nil {
				return err
			}
			if _, err := streams.Out.Write(text.Bytes()); err != nil {
				return fmt.Errorf("write the graph: %w", err)
			}
			return nil
		},
	}
	c.Flags().SortFlags = false
	addChoice(c.Flags(), &output, "output", "o", "form of the picture", "svg", "mermaid", "dot", "json")
	addChoice(c.Flags(), &of, "of", "", "what is drawn", "kubernetes", "compose")
	addGroup(c, "Which project", project.attach)
	addGroup(c, "Mapping", mapping.attach)
	completeChoices(c)
	return c
}

// graphOf returns the graph of a converted project.
func graphOf(result *convert.Result, of string) graph.Graph {
	if of == "compose" {
		return graph.OfProject(result.Loaded.Project, result.Mask)
	}
	return graph.OfObjects(result.Project, result.Objects, func(o runtime.Object) string { return convert.Origin(result, o) }, result.Mask)
}
