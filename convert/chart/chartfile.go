package chart

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/transform/extension"
)

// chartFile is Chart.yaml. The user's after the first run: later ones change kubeVersion and our annotation only.
type chartFile struct {
	name, version, appVersion, kubeVersion, project string
	about                                           extension.Chart
}

const annotationProject = "transship/compose-project"

func (c chartFile) encode() []byte {
	var out bytes.Buffer
	encoder := manifest.NewEncoder()
	field := func(key string, value any) {
		text, _ := encoder.EncodeField(key, value, 0) // texts of a loaded project are UTF-8
		out.Write(text)
	}
	line := func(key, value string) {
		if value != "" {
			field(key, value)
		}
	}
	lines := func(key string, values []string) {
		if len(values) > 0 {
			field(key, values)
		}
	}
	out.WriteString("apiVersion: v2\n")
	line("name", c.name)
	line("description", cmp.Or(c.about.Description, c.project+" on Kubernetes, made from its Compose project"))
	fmt.Fprintf(&out, "type: application\nversion: %s\n", c.version)
	fmt.Fprintf(&out, "appVersion: %s\n", strconv.Quote(c.appVersion))
	line("kubeVersion", ">="+c.kubeVersion+".0-0")
	line("home", c.about.Home)
	line("icon", c.about.Icon)
	lines("keywords", c.about.Keywords)
	lines("sources", c.about.Sources)
	for i, m := range c.about.Maintainers {
		if i == 0 {
			out.WriteString("maintainers:\n")
		}
		out.WriteString("- ")
		line("name", m.Name)
		for _, more := range [][2]string{{"email", m.Email}, {"url", m.URL}} {
			if more[1] != "" {
				out.WriteString("  ")
				line(more[0], more[1])
			}
		}
	}
	fmt.Fprintf(&out, "annotations:\n  %s: %s\n", annotationProject, strconv.Quote(c.project))
	return out.Bytes()
}

// appVersionIn returns the version of the application that a Chart.yaml names.
func appVersionIn(text []byte) (string, error) {
	var have struct {
		AppVersion string `yaml:"appVersion"`
	}
	if err := yaml.Unmarshal(text, &have); err != nil {
		return "", fmt.Errorf("read Chart.yaml: %w", err)
	}
	return have.AppVersion, nil
}

// update changes what is ours in a Chart.yaml of the user's. Versions change only where the command line names them.
func (c chartFile) update(text []byte, version, appVersion string) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil || len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("Chart.yaml is no YAML mapping: correct it, or delete it to have a new one") //nolint:staticcheck // the name of a file
	}
	root, changed := document.Content[0], false
	set := func(key, value string) {
		for i := 0; i+1 < len(root.Content); i += 2 {
			if root.Content[i].Value == key {
				changed = changed || root.Content[i+1].Value != value
				root.Content[i+1].SetString(value)
				return
			}
		}
		changed = true
		added := &yaml.Node{}
		added.SetString(value)
		root.Content = append(root.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, added)
	}
	set("kubeVersion", ">="+c.kubeVersion+".0-0")
	if version != "" {
		set("version", version)
	}
	if appVersion != "" {
		set("appVersion", appVersion)
	}
	if !changed {
		return text, nil
	}
	return encodeNode(&document)
}

func encodeNode(node *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	e.CompactSeqIndent()
	if err := e.Encode(node); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	if err := e.Close(); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return out.Bytes(), nil
}
