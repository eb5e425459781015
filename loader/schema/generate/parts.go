package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/sorted"
)

// ids writes numbers of rules as a slice.
func ids(rules []int) string {
	words := make([]string, len(rules))
	for i, r := range rules {
		words[i] = strconv.Itoa(r)
	}
	return "[]id{" + strings.Join(words, ", ") + "}"
}

func (c *compiler) array(value any) []any {
	list, ok := value.([]any)
	if !ok {
		c.fail("%v is no array", value)
	}
	return list
}

func (c *compiler) object(value any) map[string]any {
	nodes, ok := value.(map[string]any)
	if !ok {
		c.fail("%v is no object", value)
	}
	return nodes
}

func (c *compiler) text(keyword string, value any) string {
	text, ok := value.(string)
	if !ok {
		c.fail("%s: %v is no string", keyword, value)
	}
	return text
}

func (c *compiler) list(value any) []int {
	var out []int
	for _, node := range c.array(value) {
		out = append(out, c.rule(node))
	}
	return out
}

func (c *compiler) properties(value any) string {
	nodes := c.object(value)
	var out []string
	for _, name := range sorted.Keys(nodes) {
		out = append(out, fmt.Sprintf("{%q, %d}", name, c.rule(nodes[name])))
	}
	return strings.Join(out, ", ")
}

func (c *compiler) patterns(value any) string {
	nodes := c.object(value)
	var out []string
	for _, text := range sorted.Keys(nodes) {
		out = append(out, fmt.Sprintf("{%s, %d}", c.function(text), c.rule(nodes[text])))
	}
	return strings.Join(out, ", ")
}

func (c *compiler) function(expression string) string {
	name, ok := functions[expression]
	if !ok {
		c.fail("no function does what the pattern %s does", expression)
	}
	return name
}

// ref returns the rule of a definition in the same schema. Its number is given before it is filled: a definition may name
// itself.
func (c *compiler) ref(value any) int {
	text := c.text("$ref", value)
	if i, ok := c.known[text]; ok {
		return i
	}
	definitions, _ := c.root["$defs"].(map[string]any)
	name, local := strings.CutPrefix(text, "#/$defs/")
	node, ok := definitions[name].(map[string]any)
	if !ok || !local || strings.ContainsAny(name, "/~%") {
		c.fail("$ref: %v", value)
		return 0
	}
	i := len(c.rules)
	c.rules = append(c.rules, "")
	c.known[text] = i
	c.rules[i] = "{" + c.fields(node) + "}, // " + name
	return i
}

// kinds returns the set of types that the keyword type names.
func (c *compiler) kinds(value any) string {
	names, ok := value.([]any)
	if !ok {
		names = []any{value}
	}
	sets := map[any]string{
		"null": "null", "boolean": "boolean", "integer": "integer", "number": "integer | number",
		"string": "text", "array": "array", "object": "object",
	}
	var out []string
	for _, name := range names {
		set, ok := sets[name]
		if !ok {
			c.fail("type: %v", name)
		}
		out = append(out, set)
	}
	return strings.Join(out, " | ")
}
