package cmd

import (
	"strings"

	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/transform/extension"
)

// extensionEntries returns what a key of x-kubernetes does, in each place that has it, or what a kompose.* label is read as.
// Both may be written as in a project: services.web.x-kubernetes.kind.
func extensionEntries(asked string) []explain.Setting {
	var found []explain.Setting
	if i := strings.Index(asked, "kompose."); i >= 0 {
		for _, l := range extension.Labels() {
			if l.Name == asked[i:] {
				found = append(found, explain.Setting{Name: l.Name, Where: extension.WhereLabels, Does: "is read as " + l.Does})
			}
		}
		return found
	}
	_, after, ok := strings.Cut(asked, "x-kubernetes")
	if !ok {
		return nil
	}
	key := plainSetting(strings.TrimPrefix(after, "."))
	for _, k := range extension.Keys() {
		if name := plainSetting(k.Name); name == key || key == "" && !strings.Contains(name, ".") {
			found = append(found, explain.Setting{Name: "x-kubernetes." + k.Name, Where: k.Where, Takes: strings.ReplaceAll(k.Value, "`", ""), Does: k.Does, Below: settingsBelow(k)})
		}
	}
	return found
}

// settingsBelow lists the keys directly below one, in the same place.
func settingsBelow(above extension.Doc) string {
	var names []string
	for _, k := range extension.Keys() {
		rest, isBelow := strings.CutPrefix(plainSetting(k.Name), plainSetting(above.Name)+".")
		if isBelow && k.Where == above.Where && !strings.Contains(rest, ".") {
			names = append(names, rest)
		}
	}
	return strings.Join(names, ", ")
}

// plainSetting leaves out indices and what stands for any item: accept[0].code and accept[].code are accept.code.
func plainSetting(name string) string {
	var b strings.Builder
	depth := 0
	for _, r := range name {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// extensionNames are completions.
func extensionNames() []string {
	var names []string
	for _, k := range extension.Keys() {
		names = append(names, "x-kubernetes."+plainSetting(k.Name))
	}
	for _, l := range extension.Labels() {
		names = append(names, l.Name)
	}
	return names
}
