package loader

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// scan calls visit for every scalar value of every file that takes part in the load, with its path in that file.
// Aliases are not followed: what they name is visited where it stands.
func (r *run) scan(visit func(d *document, p diag.Path, n *yaml.Node)) {
	for _, b := range r.main.all() {
		for _, d := range b.docs {
			scanDocument(d, visit)
		}
		for _, path := range sortedKeys(b.extended) {
			scanDocument(b.extended[path], visit)
		}
	}
}

func scanDocument(d *document, visit func(*document, diag.Path, *yaml.Node)) {
	for _, root := range d.roots {
		scanNode(d, nil, root, visit)
	}
}

func scanNode(d *document, p diag.Path, n *yaml.Node, visit func(*document, diag.Path, *yaml.Node)) {
	switch n.Kind {
	case yaml.ScalarNode:
		visit(d, p, n)
	case yaml.SequenceNode:
		for i, c := range n.Content {
			scanNode(d, p.Index(i), c, visit)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			scanNode(d, p.Key(n.Content[i].Value), n.Content[i+1], visit)
		}
	}
}

// interpolationFindings evaluates the variables of every value once more and reports each that cannot be.
func (r *run) interpolationFindings() diag.List {
	var found diag.List
	r.scan(func(d *document, p diag.Path, n *yaml.Node) {
		var ignored unsetVariables
		_, err := ignored.substitute(n.Value, d.bundle.env.Resolve)
		var missing *template.MissingRequiredError
		f := diag.Finding{Severity: diag.Error, Path: p, Range: d.nodeRange(n)}
		switch {
		case err == nil:
			return
		case errors.As(err, &missing):
			f.Code, f.Help = "required-variable", requiredHelp(missing.Variable)
			f.Message = fmt.Sprintf("%s needs the variable %s, which is not set", p, missing.Variable)
			if missing.Reason != "" {
				f.Message += ": " + missing.Reason
			}
		default:
			f.Code, f.Help = "interpolation", dollarHelp
			f.Message = fmt.Sprintf("%s holds a dollar sign that starts no variable", p) // its value may be a password
		}
		found.Add(f)
	})
	return found
}

// castFindings reports the values that are not of the type their key has, such as a word for a number of replicas.
func castFindings(d *document, root *yaml.Node) diag.List {
	var value map[string]any
	if err := root.Decode(&value); err != nil {
		return nil
	}
	var ignored unsetVariables
	_, err := interpolation.Interpolate(value, interpolation.Options{
		Substitute: ignored.substitute, LookupValue: d.bundle.env.Resolve,
		TypeCastMapping: loader.ToOptions(&types.ConfigDetails{}, nil).Interpolate.TypeCastMapping,
	})
	if err == nil {
		return nil
	}
	var found diag.List
	alone := newLocator(&bundle{docs: []*document{{name: d.name, text: d.text, roots: []*yaml.Node{root}, bundle: d.bundle}}})
	for _, e := range flatten(err) {
		groups := castError.FindStringSubmatch(e.Error())
		if groups == nil {
			continue
		}
		p := alone.path(groups[1])
		found.Add(diag.Finding{
			Severity: diag.Error, Code: "invalid-value", Path: p, Range: alone.Locate(p),
			Message: fmt.Sprintf("%s has a value of the wrong type: %s", p, groups[2]),
			Help:    "write a value of the type that the key has: a number, or true or false",
		})
	}
	return found
}

var castError = regexp.MustCompile(`^error while interpolating (\S+): failed to cast to expected type: (?:strconv\.\w+: )?(.*)`)

// infiniteFindings reports the numbers that no key takes, and that JSON, in which the schema is checked, cannot hold.
func (r *run) infiniteFindings() diag.List {
	var found diag.List
	r.scan(func(d *document, p diag.Path, n *yaml.Node) {
		if n.Tag == "!!float" && strings.ContainsAny(n.Value, "iInN") {
			found.Add(diag.Finding{
				Severity: diag.Error, Code: "invalid-value", Path: p, Range: d.nodeRange(n),
				Message: fmt.Sprintf("%s is %s, which is no number to count with", p, n.Value), Help: "write a number, or quote the value",
			})
		}
	})
	return found
}

// shortFormFindings parses the short forms of ports and volumes once more; compose-go names neither service nor item.
func (r *run) shortFormFindings() diag.List {
	var found diag.List
	r.scan(func(d *document, p diag.Path, n *yaml.Node) {
		if len(p) != 4 || p[0] != "services" && p[0] != "jobs" {
			return
		}
		if _, item := p.ListIndex(); !item {
			return
		}
		text, _ := r.locator.text(d, n)
		f := diag.Finding{Severity: diag.Error, Code: "invalid-value", Path: p, Range: d.nodeRange(n)}
		switch p[2] {
		case "ports":
			_, err := types.ParsePortConfig(text)
			if err == nil {
				return
			}
			f.Message = fmt.Sprintf("%s is not a port: %q: %v", p, text, err)
			f.Help = "write [[HOST_IP:]PUBLISHED:]TARGET[/PROTOCOL], ports between 1 and 65535"
		case "volumes":
			_, err := format.ParseVolume(text)
			if err == nil {
				return
			}
			f.Message = fmt.Sprintf("%s is not a volume: %q: %s", p, text, strings.TrimPrefix(err.Error(), "invalid spec: "+text+": "))
			f.Help = "write [SOURCE:]TARGET[:OPTIONS], or the long form with type, source and target"
		default:
			return
		}
		found.Add(f)
	})
	return found
}

// path finds the key that a message of compose-go names. Names may contain dots, so at every step the longest key of
// the files that fits is taken; a step that no file has ends the path.
func (l *locator) path(text string) diag.Path {
	l.mu.Lock()
	defer l.mu.Unlock()
	var p diag.Path
	for text != "" {
		next, rest := l.longest(l.at(p), text)
		if next == "" {
			break
		}
		p, text = p.Key(next), rest
	}
	if last := p.Key(text); text != "" && len(p) > 0 && len(l.at(last)) > 0 {
		return last // an item of a list that the model holds as a mapping
	}
	return p
}

func (l *locator) longest(layers []layer, text string) (string, string) {
	best := ""
	for _, y := range layers {
		n := deref(y.value)
		if n == nil || n.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			rest, ok := strings.CutPrefix(text, key)
			if ok && len(key) > len(best) && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				best = key
			}
		}
	}
	return best, strings.TrimPrefix(strings.TrimPrefix(text, best), ".")
}
