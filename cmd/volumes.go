package cmd

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/table"
)

func newVolumes(streams Streams, project *projectFlags) *cobra.Command {
	var (
		quiet  bool
		format string
		form   *table.Format
	)
	return runnable{
		use: "volumes [SERVICE...]", short: "List volumes", quiet: true,
		long: `List the claims of a project, which hold its volumes. The driver is the storage class. Claims stay after down; down -v
removes them, and their data with them.`,
		args: func(*cobra.Command, []string) (err error) {
			const columns = `{{.Driver}}\t{{.Name}}\t{{.Size}}\t{{.Status}}\t{{.Services}}`
			if form, err = table.Parse(format, columns, volumeHeaders); err != nil {
				return usagef("--format: %v", err)
			}
			return nil
		},
		flags: func(flags *pflag.FlagSet) {
			flags.BoolVarP(&quiet, "quiet", "q", false, "names only")
			flags.StringVar(&format, "format", "table", "`FORM` of the list: table, json, a Go template, or \"table TEMPLATE\"")
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			list, err := l.Volumes(c.Context(), l.project, l.namespace, services)
			if err != nil {
				return err
			}
			var names []string
			rows := make([]volumeRow, len(list))
			for i, v := range list {
				names, rows[i] = append(names, v.Name), volumeRowOf(v)
			}
			if quiet {
				return printList(streams, names)
			}
			return table.Print(streams.Out, form, rows)
		},
	}.command(streams, project)
}

var volumeHeaders = table.Headers{
	"Driver": "DRIVER", "Name": "VOLUME NAME", "Size": "SIZE", "Status": "STATUS", "Services": "SERVICES", "Labels": "LABELS",
	"Availability": "AVAILABILITY", "Group": "GROUP", "Links": "LINKS", "Mountpoint": "MOUNTPOINT", "Scope": "SCOPE",
}

// volumeRow is a volume as docker compose has it, its fields in the same order. What a claim does not have is N/A, as with
// docker. The last field is of a cluster.
type volumeRow struct {
	Availability string `json:"Availability"`
	Driver       string `json:"Driver"` // storage class
	Group        string `json:"Group"`
	Labels       string `json:"Labels"` // key=value, comma-separated
	Links        string `json:"Links"`
	Mountpoint   string `json:"Mountpoint"`
	Name         string `json:"Name"`
	Scope        string `json:"Scope"`
	Size         string `json:"Size"`
	Status       string `json:"Status"`

	Services string `json:"Services"` // that mount it, comma-separated

	labels map[string]string
}

// Label returns one label, for templates.
func (r volumeRow) Label(name string) string { return r.labels[name] }

func volumeRowOf(v cluster.Volume) volumeRow {
	const none = "N/A"
	return volumeRow{
		Availability: none, Driver: cmp.Or(v.Class, none), Group: none, Labels: pairs(v.Labels), Links: none, Mountpoint: none,
		Name: v.Name, Scope: "namespace", Size: cmp.Or(v.Size, none), Status: v.Status, Services: strings.Join(v.Services, ","), labels: v.Labels,
	}
}

// pairs renders labels as docker does: key=value, comma-separated; sorted, so that two lists are the same.
func pairs(labels map[string]string) string {
	var out []string
	for _, key := range sorted.Keys(labels) {
		out = append(out, key+"="+labels[key])
	}
	return strings.Join(out, ",")
}
