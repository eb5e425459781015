package position

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
)

// unique reports whether compose keeps one item per identity, the last one.
func unique(kind string) bool {
	return kind == "ports" || kind == "volumes" || kind == "devices" || kind == "configs" || kind == "secrets"
}

// modelIdentity is what makes an item of the canonical model one of its kind; "" if there is no such thing.
func modelIdentity(kind string, item any) string {
	switch v := item.(type) {
	case map[string]any:
		return mappingIdentity(kind, v)
	case nil:
		return ""
	default:
		if kind == "ports" || kind == "volumes" {
			return ""
		}
		return fmt.Sprint(v)
	}
}

func mappingIdentity(kind string, v map[string]any) string {
	field := func(name string) string {
		if v[name] == nil {
			return ""
		}
		return fmt.Sprint(v[name])
	}
	switch kind {
	case "ports":
		protocol := field("protocol")
		if protocol == "" {
			protocol = "tcp"
		}
		return portIdentity(field("host_ip"), field("published"), field("target"), protocol)
	case "volumes":
		return path.Clean(field("target"))
	case "devices":
		return field("target")
	case "configs", "secrets":
		return field("source") + "\x00" + field("target")
	case "env_file":
		return field("path")
	case "config": // of networks.*.ipam
		return field("subnet")
	default:
		return ""
	}
}

func portIdentity(hostIP, published, target, protocol string) string {
	return strings.Join([]string{hostIP, published, target, protocol}, "\x00")
}

// Identities are those of an item as a file has it, in short or long form. A range of ports has several.
func (l *Locator) Identities(kind string, y Layer) []string {
	if text, ok := l.Text(y.Doc, y.Value); ok {
		return shortIdentities(kind, text, y.Doc)
	}
	n := document.Deref(y.Value)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	fields := map[string]any{}
	for _, name := range []string{"host_ip", "published", "target", "protocol", "source", "path", "subnet"} {
		if text, ok := l.Text(y.Doc, document.Child(n, name)); ok {
			fields[name] = text
		}
	}
	if kind == "env_file" {
		file, _ := fields["path"].(string)
		return y.Doc.Paths(file)
	}
	return []string{mappingIdentity(kind, fields)}
}

func shortIdentities(kind, text string, d *document.Document) []string {
	switch kind {
	case "ports":
		parsed, err := types.ParsePortConfig(text)
		if err != nil {
			return nil
		}
		var out []string
		for _, p := range parsed {
			out = append(out, portIdentity(p.HostIP, p.Published, strconv.FormatUint(uint64(p.Target), 10), p.Protocol))
		}
		return out
	case "volumes":
		v, err := format.ParseVolume(text)
		if err != nil {
			return nil
		}
		return []string{path.Clean(v.Target)}
	case "devices":
		parts := strings.Split(text, ":")
		return []string{parts[min(1, len(parts)-1)]}
	case "configs", "secrets":
		return []string{text + "\x00"}
	case "env_file", "label_file":
		return d.Paths(text)
	default:
		return []string{text}
	}
}

// modelAt walks the model; nil if there is nothing at the path.
func modelAt(model map[string]any, p diag.Path) any {
	var v any = model
	for n, key := range p {
		switch node := v.(type) {
		case map[string]any:
			v = node[key]
		case []any:
			i, ok := p[:n+1].ListIndex()
			if !ok || i < 0 || i >= len(node) {
				return nil
			}
			v = node[i]
		default:
			return nil
		}
	}
	return v
}
