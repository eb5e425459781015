// Package schema answers whether a model fits the JSON schema of Compose files, as compose-go's own validation does, but
// with nothing besides yes and no. Compiling the schema for a validator that explains itself costs more than all the rest
// of loading a small project. A "no" is not the last word: it also stands for what this package does not understand.
package schema

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/schema"
)

// Accepts reports whether compose-go's schema accepts a model. False means that it is refused, or that this package
// cannot tell.
func Accepts(model map[string]any) bool {
	s, err := compiled()
	return err == nil && fitsJSON(model) && s.accepts(model, nil)
}

var compiled = sync.OnceValues(func() (*rule, error) { return compile(schema.Schema) })

// rule is one schema. Nil accepts everything.
type rule struct {
	never       bool // the schema false
	kinds       kind // allowed types; 0 allows all
	properties  map[string]*rule
	patterns    []patternRule
	additional  *rule // of keys that neither properties nor patterns name
	unevaluated *rule // of keys that nothing below allOf, anyOf, oneOf and $ref names either
	required    []string
	items       *rule
	unique      bool
	allOf       []*rule // with the target of $ref
	anyOf       []*rule
	oneOf       []*rule
	enum        []any
	pattern     func(string) bool
	minimum     *float64
	maximum     *float64
}

type patternRule struct {
	matches func(string) bool
	rule    *rule
}

// compile makes rules of the text of a schema. It fails at the first keyword that it does not know.
func compile(text string) (*rule, error) {
	var root any
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		return nil, fmt.Errorf("the schema is no JSON: %w", err)
	}
	c := compiler{root: root, known: map[string]*rule{}}
	s := c.rule(root)
	return s, c.err
}

type compiler struct {
	root  any
	known map[string]*rule // by $ref
	err   error
}

func (c *compiler) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

func (c *compiler) rule(node any) *rule {
	switch n := node.(type) {
	case bool:
		return &rule{never: !n}
	case map[string]any:
		s := &rule{}
		c.fill(s, n)
		return s
	default:
		c.fail("a schema is %T", node)
		return nil
	}
}

func (c *compiler) fill(s *rule, node map[string]any) {
	for keyword, value := range node {
		switch keyword {
		case "$schema", "$id", "$defs", "title", "description", "default", "deprecated":
		case "$ref":
			s.allOf = append(s.allOf, c.ref(value))
		case "type":
			s.kinds = c.kinds(value)
		case "properties":
			s.properties = c.rules(value)
		case "patternProperties":
			for text, r := range c.rules(value) {
				s.patterns = append(s.patterns, patternRule{c.matcher(text), r})
			}
		case "additionalProperties":
			s.additional = c.rule(value)
		case "unevaluatedProperties":
			s.unevaluated = c.rule(value)
		case "items":
			s.items = c.rule(value)
		case "allOf":
			s.allOf = append(s.allOf, c.list(value)...)
		case "anyOf":
			s.anyOf = c.list(value)
		case "oneOf":
			s.oneOf = c.list(value)
		default:
			c.assertion(s, keyword, value)
		}
	}
}

func (c *compiler) assertion(s *rule, keyword string, value any) {
	switch keyword {
	case "required":
		for _, name := range c.array(value) {
			text, ok := name.(string)
			if !ok {
				c.fail("required: %v", name)
			}
			s.required = append(s.required, text)
		}
	case "enum":
		s.enum = c.array(value)
		for _, e := range s.enum {
			if kindOf(e)&(object|array|unknown) != 0 {
				c.fail("enum: %v", e)
			}
		}
	case "uniqueItems":
		unique, ok := value.(bool)
		if !ok {
			c.fail("uniqueItems: %v", value)
		}
		s.unique = unique
	case "pattern":
		text, ok := value.(string)
		if !ok {
			c.fail("pattern: %v", value)
		}
		s.pattern = c.matcher(text)
	case "minimum":
		s.minimum = c.number(value)
	case "maximum":
		s.maximum = c.number(value)
	default:
		c.fail("unknown keyword %s", keyword)
	}
}

func (c *compiler) array(value any) []any {
	list, ok := value.([]any)
	if !ok {
		c.fail("%v is no array", value)
	}
	return list
}

func (c *compiler) number(value any) *float64 {
	n, ok := value.(float64)
	if !ok {
		c.fail("%v is no number", value)
	}
	return &n
}

func (c *compiler) list(value any) []*rule {
	var out []*rule
	for _, node := range c.array(value) {
		out = append(out, c.rule(node))
	}
	return out
}

func (c *compiler) rules(value any) map[string]*rule {
	nodes, ok := value.(map[string]any)
	if !ok {
		c.fail("%v is no object", value)
	}
	out := make(map[string]*rule, len(nodes))
	for name, node := range nodes {
		out[name] = c.rule(node)
	}
	return out
}

// ref returns the rule of a definition in the same schema.
func (c *compiler) ref(value any) *rule {
	text, ok := value.(string)
	if !ok {
		c.fail("$ref: %v", value)
		return nil
	}
	if s, ok := c.known[text]; ok {
		return s
	}
	root, _ := c.root.(map[string]any)
	definitions, _ := root["$defs"].(map[string]any)
	name, local := strings.CutPrefix(text, "#/$defs/")
	node, ok := definitions[name].(map[string]any)
	if !ok || !local || strings.ContainsAny(name, "/~%") {
		c.fail("$ref: %v", value)
		return nil
	}
	s := &rule{}
	c.known[text] = s // before it is filled: a definition may name itself
	c.fill(s, node)
	return s
}

// matcher returns what a regular expression does. Those that the schema has at most places need none.
func (c *compiler) matcher(text string) func(string) bool {
	switch text {
	case "^x-":
		return func(s string) bool { return strings.HasPrefix(s, "x-") }
	case "^[a-zA-Z0-9._-]+$":
		return isPlainName
	}
	expression, err := regexp.Compile(text)
	if err != nil {
		c.fail("pattern %s: %v", text, err)
		return nil
	}
	return expression.MatchString
}

func isPlainName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return s != ""
}
