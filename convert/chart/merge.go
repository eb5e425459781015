package chart

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
)

// merger merges values three ways. A text edit would lose to the first reordering, a merge of the decoded values the comments; so
// it works on the nodes of the user's document.
type merger struct {
	findings diag.List
	changed  bool
}

// mergeValues returns the user's document with what changed between base, as generated last time, and next. An entry that the user changed
// stays, and so do further entries and all comments.
func mergeValues(base, user, next []byte, tree *values) ([]byte, diag.List, error) {
	var documents [3]yaml.Node
	for i, text := range [][]byte{base, user, next} {
		if err := yaml.Unmarshal(text, &documents[i]); err != nil {
			return nil, nil, fmt.Errorf("read values: %w", err)
		}
		if len(documents[i].Content) == 0 || documents[i].Content[0].Kind != yaml.MappingNode {
			return nil, nil, errors.New("the values are no mapping: correct the file, or delete it to have a new one")
		}
	}
	m := &merger{}
	m.mapping(nil, documents[0].Content[0], documents[1].Content[0], documents[2].Content[0], tree)
	if !m.changed {
		return user, m.findings, nil
	}
	keepAnchors(&documents[1], map[*yaml.Node]bool{})
	merged, err := encodeNode(&documents[1])
	return bytes.TrimPrefix(merged, []byte("---\n")), m.findings, err
}

// keepAnchors puts what an alias stands for in the place of the alias, where the entry with the anchor was taken out or comes later.
func keepAnchors(node *yaml.Node, anchored map[*yaml.Node]bool) {
	if node.Anchor != "" {
		if anchored[node] {
			return
		}
		anchored[node] = true
	}
	for i, child := range node.Content {
		if child.Kind == yaml.AliasNode && !anchored[child.Alias] {
			child = child.Alias
			node.Content[i] = child
		}
		if child.Kind != yaml.AliasNode {
			keepAnchors(child, anchored)
		}
	}
}

// mapping merges into the user's mapping. Of a mapping whose keys the project chooses, such as variables, an entry that the user deleted
// stays deleted; of one that templates read key by key it comes back.
func (m *merger) mapping(path []string, base, user, next *yaml.Node, tree *values) {
	position := 0
	for i := 0; i+1 < len(next.Content); i += 2 {
		key, wanted := next.Content[i], next.Content[i+1]
		at := slices.Concat(path, []string{key.Value})
		have, old := index(user, key.Value), index(base, key.Value)
		if have < 0 {
			if old >= 0 && tree != nil && tree.kind != mapping {
				continue
			}
			m.changed = true
			user.Content = insert(user.Content, position, key, wanted)
			position += 2
			continue
		}
		m.entry(at, base, old, user, have, wanted, child(tree, key.Value))
		position = have + 2
	}
	m.removed(path, base, user, next)
}

func (m *merger) entry(at []string, base *yaml.Node, old int, user *yaml.Node, have int, wanted *yaml.Node, tree *values) {
	current := user.Content[have+1]
	var before *yaml.Node
	if old >= 0 {
		before = base.Content[old+1]
	}
	switch {
	case current.Kind == yaml.MappingNode && wanted.Kind == yaml.MappingNode && before != nil && before.Kind == yaml.MappingNode:
		if len(current.Content) == 0 && len(wanted.Content) > 0 && same(before, current) {
			user.Content[have+1], m.changed = wanted, true
			return
		}
		m.mapping(at, before, current, wanted, tree)
	case same(current, wanted):
	case before != nil && same(before, current):
		wanted.HeadComment, wanted.LineComment, wanted.FootComment = current.HeadComment, current.LineComment, current.FootComment
		user.Content[have+1], m.changed = wanted, true
	}
}

// removed takes out what the project has no use for any more.
func (m *merger) removed(path []string, base, user, next *yaml.Node) {
	for i := 0; i+1 < len(user.Content); {
		key := user.Content[i].Value
		old := index(base, key)
		if old < 0 || index(next, key) >= 0 {
			i += 2
			continue
		}
		m.gone(append(slices.Clip(path), key), base.Content[old+1], user.Content[i+1])
		user.Content = append(user.Content[:i:i], user.Content[i+2:]...)
		m.changed = true
	}
}

// gone reports the changed values below an entry that is taken out.
func (m *merger) gone(at []string, base, user *yaml.Node) {
	if same(base, user) {
		return
	}
	if user.Kind == yaml.MappingNode && base.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(user.Content); i += 2 {
			old := index(base, user.Content[i].Value)
			before := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
			if old >= 0 {
				before = base.Content[old+1]
			}
			m.gone(append(slices.Clip(at), user.Content[i].Value), before, user.Content[i+1])
		}
		return
	}
	path := strings.Join(at, ".")
	value := ""
	if user.Kind == yaml.ScalarNode && !secretName.MatchString(at[len(at)-1]) && at[0] != "secrets" {
		value = ", which you had set to " + user.Value + ","
	}
	m.findings.Add(diag.Finding{
		Severity: diag.Warning, Code: "helm-value-gone", Message: fmt.Sprintf("the value %s%s is taken out of values.yaml: the project has no use for it any more", path, value),
		Help: "look whether another value took its place",
	})
}

// secretName matches the names of values that are not repeated in a message.
var secretName = pattern.New(`(?i)pass|secret|token|key|credential|auth|private`)

func child(tree *values, key string) *values {
	if tree == nil {
		return nil
	}
	return tree.find(key)
}

// index returns the place of a key in a mapping, or -1.
func index(node *yaml.Node, key string) int {
	if node == nil || node.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return i
		}
	}
	return -1
}

func insert(content []*yaml.Node, position int, added ...*yaml.Node) []*yaml.Node {
	return append(content[:position:position], append(added, content[position:]...)...)
}

// same reports whether two nodes have the same value.
func same(a, b *yaml.Node) bool {
	var left, right any
	return a.Decode(&left) == nil && b.Decode(&right) == nil && reflect.DeepEqual(left, right)
}
