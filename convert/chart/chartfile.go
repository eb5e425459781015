package chart

import (
	"bytes"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// chartFile is Chart.yaml. The user's after the first run: later ones change kubeVersion and our annotation only.
type chartFile struct{ name, version, appVersion, kubeVersion, project string }

const annotationProject = "transship/compose-project"

func (c chartFile) encode() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "apiVersion: v2\nname: %s\ndescription: %s on Kubernetes, made from its Compose project\ntype: application\nversion: %s\nappVersion: %s\nkubeVersion: %s\nannotations:\n  %s: %s\n",
		strconv.Quote(c.name), c.name, c.version, strconv.Quote(c.appVersion), strconv.Quote(">="+c.kubeVersion+".0-0"), annotationProject, strconv.Quote(c.project))
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
		return nil, fmt.Errorf("Chart.yaml is no YAML mapping: correct it, or delete it to have a new one") //nolint:staticcheck // the name of a file
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
