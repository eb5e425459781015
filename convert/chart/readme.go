package chart

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/internal/sorted"
)

// readme returns README.md: how to install the chart, and a table of its values.
func (b *builder) readme(hasLocalSecrets bool) ([]byte, error) {
	var out strings.Builder
	write := func(paragraphs ...string) {
		for _, text := range paragraphs {
			out.WriteString(text + "\n\n")
		}
	}
	local := ""
	if hasLocalSecrets {
		local = " -f secret-values.yaml"
	}
	write("<!-- "+b.mark+" -->", "# "+b.name, b.description()+".",
		fmt.Sprintf("```sh\nhelm install %s . --namespace %s --create-namespace%s\n```", b.name, b.name, local),
		"The objects have the names of the Compose services, because the services reach each other by these names. So there can be one release per namespace.")
	if len(b.secrets) > 0 {
		write("## Secrets", "No value of a secret is in `values.yaml`. Give each one at installation, or name a Secret that is in the namespace already, with "+
			"the value that is called `existingSecret`. Without either, nothing is installed, and Helm names all that is missing.")
		if hasLocalSecrets {
			write("`secret-values.yaml` has the values that the Compose project has. It is for your own machine: `.gitignore` keeps it out of a repository, and `.helmignore` out of a package.")
		}
	}
	write("## Upgrade and uninstall")
	if len(b.jobs) > 0 {
		write("The name of a Job has a hash of what the Job does: one that changes is a new Job, and the old one is removed.")
	}
	if len(b.claims) > 0 {
		write("`helm uninstall` leaves the volumes where they are, unless `persistence.<name>.keep` is false. A later installation under the same name takes them up again.")
	}
	write("A probe is replaced as a whole only when the handler it had is removed: `readinessProbe: {exec: null, httpGet: {path: /, port: 80}}`. "+
		"`null` removes a probe, a variable or any other value.",
		"What no value can say goes into `extraObjects`, `extraEnv`, `extraVolumes` and `extraVolumeMounts`, whose items are written as in a manifest.", "## Values")
	err := b.tables(&out)
	return []byte(b.mask(out.String())), err
}

// description returns what the project says the chart is.
func (b *builder) description() string {
	if b.about.Description != "" {
		return strings.TrimSuffix(b.about.Description, ".")
	}
	return b.project + " on Kubernetes, made from its Compose project"
}

// row is a line of a table of values.
type row struct{ path, shown, text string }

const tableHead = "| Value | Default | Meaning |\n|---|---|---|\n"

// tables writes the values: those of the chart, those that most services have, and for each service those that are its own or have
// another default. One table with everything would be the same lines again for each service.
func (b *builder) tables(out *strings.Builder) error {
	chart := &values{}
	for _, e := range b.root.entries {
		if !b.isService(e.key) {
			chart.entries = append(chart.entries, e)
		}
	}
	rows, err := b.rowsOf("", "", chart)
	if err != nil {
		return err
	}
	out.WriteString(tableHead)
	for _, r := range rows {
		r.write(out, "")
	}
	services, all := map[string][]row{}, []row(nil)
	for _, name := range sorted.Keys(b.services) {
		s := b.services[name]
		if services[name], err = b.rowsOf("", "", s.values); err != nil {
			return err
		}
		all = append(all, services[name]...)
	}
	general := commonRows(all)
	if len(general) > 0 {
		out.WriteString("\n### Values of services\n\nEach service has these where they apply, below its own key.\n\n" + tableHead)
		for _, r := range general {
			r.write(out, "<service>.")
		}
	}
	for _, name := range sorted.Keys(services) {
		own := slices.DeleteFunc(services[name], func(r row) bool { return slices.Contains(general, r) })
		fmt.Fprintf(out, "\n### `%s`\n\n%s\n", b.services[name].key, b.services[name].values.comment)
		for i, r := range own {
			if i == 0 {
				out.WriteString("\n" + tableHead)
			}
			r.write(out, b.services[name].key+".")
		}
	}
	return nil
}

func (b *builder) isService(key string) bool {
	for _, s := range b.services {
		if s.key == key {
			return true
		}
	}
	return false
}

// commonRows returns for each value that several services have the line that most of them have, in the order of the keys.
func commonRows(all []row) []row {
	counts, best := map[row]int{}, map[string]row{}
	for _, r := range all {
		counts[r]++
		if have, known := best[r.path]; !known || counts[r] > counts[have] {
			best[r.path] = r
		}
	}
	var common []row
	for _, path := range sorted.Keys(best) {
		if counts[best[path]] > 1 && best[path].shown != notShown && !isOwn(path) {
			common = append(common, best[path])
		}
	}
	slices.SortStableFunc(common, func(a, c row) int {
		first, _, _ := strings.Cut(a.path, ".")
		other, _, _ := strings.Cut(c.path, ".")
		return rankOf(first) - rankOf(other)
	})
	return common
}

// isOwn reports whether a value says what a service is: it is never the same for most services by intention.
func isOwn(path string) bool {
	return path == "image.registry" || path == "image.repository" || path == "image.tag" || path == "schedule"
}

// notShown stands for a default that is too long for a table.
const notShown = "see values.yaml"

// mostShown is how long a default may be in a table, in bytes.
const mostShown = 60

// rowsOf returns the lines of a mapping. parent is its key.
func (b *builder) rowsOf(path, parent string, v *values) ([]row, error) {
	var rows []row
	for _, e := range v.entries {
		if e.kind == mapping {
			inner, err := b.rowsOf(path+e.key+".", e.key, e)
			if err != nil {
				return nil, err
			}
			rows = append(rows, inner...)
			continue
		}
		text, err := plainJSON(e.leaf)
		if err != nil {
			return nil, fmt.Errorf("write the table of values: %w", err)
		}
		r := row{path + e.key, "`" + inTable.Replace(b.mask(string(text))) + "`", e.description(parent)}
		if len(r.shown) > mostShown {
			r.shown = notShown
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// plainJSON returns the JSON of a value with the keys in sorted order, also where a typed object has another. Most values are single, or
// texts by name, and need no copy for that.
func plainJSON(value any) ([]byte, error) {
	switch value.(type) {
	case nil, string, bool, int, int32, int64, map[string]string, []string:
		return json.Marshal(value)
	}
	copied, err := plain(value)
	if err != nil {
		return nil, err
	}
	return json.Marshal(copied)
}

// inTable makes a value fit between backquotes in a cell of a table.
var inTable = strings.NewReplacer("|", "\\|", "`", "'")

func (r row) write(out *strings.Builder, prefix string) {
	fmt.Fprintf(out, "| `%s%s` | %s | %s |\n", prefix, r.path, r.shown, strings.ReplaceAll(r.text, "|", "\\|"))
}
