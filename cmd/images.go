package cmd

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/imageref"
)

func newImages(streams Streams, project *projectFlags) *cobra.Command {
	quiet, format := false, ""
	return runnable{
		use: "images [SERVICE...]", short: "List the images of containers", quiet: true,
		long: `List the images that containers were made from, as the nodes pulled them. Platform and size are those that the node tells,
where it may be asked; when an image was made is known to its registry only.`,
		flags: func(flags *pflag.FlagSet) {
			flags.BoolVarP(&quiet, "quiet", "q", false, "digests only")
			addChoice(flags, &format, "format", "", "form of the list", "table", "json")
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			list, err := l.Containers(c.Context(), l.project, l.namespace, services, true)
			if err != nil {
				return err
			}
			rows := imageRows(list, l.NodeImages(c.Context(), nodesOf(list)), streams.shown)
			switch {
			case quiet:
				var ids []string
				for _, r := range rows {
					if r.ID != "" && !slices.Contains(ids, r.ID) {
						ids = append(ids, r.ID)
					}
				}
				return printList(streams, ids)
			case format == "json":
				return json.NewEncoder(streams.Out).Encode(rows)
			}
			return printImages(streams.Out, rows)
		},
	}.command(streams, project)
}

// imageRow is an image as docker compose lists it, one for each container.
type imageRow struct {
	ID            string `json:"ID"` // digest
	ContainerName string `json:"ContainerName"`
	Repository    string `json:"Repository"`
	Tag           string `json:"Tag"`
	Platform      string `json:"Platform"` // empty if nobody says
	Size          int64  `json:"Size"`     // in bytes; 0 if nobody says
}

func nodesOf(list []cluster.Container) []string {
	var out []string
	for _, c := range list {
		if c.Node != "" && !slices.Contains(out, c.Node) {
			out = append(out, c.Node)
		}
	}
	slices.Sort(out)
	return out
}

// imageRows returns a row for each container. The names of images pass through show.
func imageRows(list []cluster.Container, nodes map[string]cluster.NodeImages, show func(string) string) []imageRow {
	out := []imageRow{} // never null
	for _, c := range list {
		if c.Name == "" {
			continue // there is no container
		}
		r := imageRow{ContainerName: c.Pod, Platform: nodes[c.Node].Platform}
		ref, _ := imageref.Parse(c.Image)
		r.Repository, r.Tag = show(ref.Name), show(cmp.Or(ref.Tag, ref.Digest, "latest"))
		_, r.ID, _ = strings.Cut(c.ImageID, "@")
		if r.ID == "" {
			r.ID = c.ImageID
		}
		r.ID = strings.TrimPrefix(r.ID, "sha256:")
		r.Size = nodes[c.Node].Size(c.Image, c.ImageID)
		out = append(out, r)
	}
	return out
}

func printImages(out io.Writer, rows []imageRow) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "CONTAINER\tREPOSITORY\tTAG\tPLATFORM\tIMAGE ID\tSIZE")
	for _, r := range rows {
		size := "N/A"
		if r.Size > 0 {
			size = units.HumanSizeWithPrecision(float64(r.Size), 3)
		}
		platform := r.Platform
		if platform == "" {
			platform = "N/A"
		}
		fmt.Fprintln(table, strings.Join([]string{r.ContainerName, r.Repository, r.Tag, platform, r.ID[:min(12, len(r.ID))], size}, "\t"))
	}
	return table.Flush()
}
