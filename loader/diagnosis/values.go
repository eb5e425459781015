package diagnosis

import (
	"errors"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
	"github.com/transship/transship/loader/variables"
)

// interpolationFindings evaluates the variables of every value once more and reports each that cannot be.
func (a *Attempt) interpolationFindings() diag.List {
	var found diag.List
	a.Files.Scan(func(d *document.Document, p diag.Path, n *yaml.Node) {
		var ignored variables.Unset
		_, err := ignored.Substitute(n.Value, d.Bundle.Env.Resolve)
		var missing *template.MissingRequiredError
		var large *variables.TooLargeError
		f := diag.Finding{Severity: diag.Error, Path: p, Range: d.NodeRange(n)}
		switch {
		case err == nil:
			return
		case errors.As(err, &missing):
			f.Code, f.Help = "required-variable", variables.RequiredHelp(missing.Variable)
			f.Message = fmt.Sprintf("%s needs the variable %s, which is not set", p, variables.ShownName(missing.Variable))
			if missing.Reason != "" {
				f.Message = fmt.Sprintf("%s needs the variable %s, which is not set: %s", p, variables.ShownName(missing.Variable), missing.Reason)
			}
		case errors.As(err, &large):
			f.Code, f.Help = "too-large", "write the value out, or let the program read it from a file"
			f.Message = fmt.Sprintf("%s %v", p, large)
		default:
			f.Code, f.Help = "interpolation", variables.DollarHelp
			f.Message = fmt.Sprintf("%s holds a dollar sign that starts no variable", p) // its value may be a password
		}
		found.Add(f)
	})
	return found
}

// castFindings reports the values that are not of the type their key has, such as a word for a number of replicas.
func castFindings(d *document.Document, root *yaml.Node) diag.List {
	var value map[string]any
	if err := root.Decode(&value); err != nil {
		return nil
	}
	var ignored variables.Unset
	_, err := interpolation.Interpolate(value, interpolation.Options{
		Substitute: ignored.Substitute, LookupValue: d.Bundle.Env.Resolve,
		TypeCastMapping: loader.ToOptions(&types.ConfigDetails{}, nil).Interpolate.TypeCastMapping,
	})
	if err == nil {
		return nil
	}
	var found diag.List
	alone := position.New(&document.Bundle{Docs: []*document.Document{{Name: d.Name, Text: d.Text, Roots: []*yaml.Node{root}, Bundle: d.Bundle}}})
	for _, e := range flatten(err) {
		groups := castError.FindStringSubmatch(e.Error())
		if groups == nil {
			continue
		}
		p, why, help := alone.Path(groups[1]), groups[2], "write a value of the type that the key has: a number, or true or false"
		if plain, remedy := inPlainWords(why); plain != "" {
			why, help = plain, remedy
		}
		found.Add(diag.Finding{
			Severity: diag.Error, Code: "invalid-value", Path: p, Range: alone.Locate(p),
			Message: fmt.Sprintf("%s has a value of the wrong type: %s", p, why), Help: help,
		})
	}
	return found
}

var castError = pattern.New(`^error while interpolating (\S+): failed to cast to expected type: (?:strconv\.\w+: )?(.*)`)

// infiniteFindings reports the numbers that no key takes, and that JSON, in which the schema is checked, cannot hold.
func (a *Attempt) infiniteFindings() diag.List {
	var found diag.List
	a.Files.Scan(func(d *document.Document, p diag.Path, n *yaml.Node) {
		if n.Tag == "!!float" && strings.ContainsAny(n.Value, "iInN") {
			found.Add(diag.Finding{
				Severity: diag.Error, Code: "invalid-value", Path: p, Range: d.NodeRange(n),
				Message: fmt.Sprintf("%s is %s, which is no number to count with", p, n.Value), Help: "write a number, or quote the value",
			})
		}
	})
	return found
}

// shortFormFindings parses the short forms of ports and volumes once more; compose-go names neither service nor item.
// What several services inherit from an anchor is reported for the first of them, where it stands.
func (a *Attempt) shortFormFindings() diag.List {
	var found diag.List
	seen := map[*yaml.Node]bool{}
	for d := range a.Files.Files() {
		for _, root := range d.Roots {
			for _, section := range []string{"services", "jobs"} {
				for _, service := range document.Entries(document.Child(root, section)) {
					at := diag.At(section, service.Key.Value)
					for _, key := range []string{"ports", "volumes"} {
						found = append(found, a.wrongShortForms(d, key, at.Key(key), listOf(document.Child(service.Value, key)), seen)...)
					}
				}
			}
		}
	}
	return found
}

// wrongShortForms parses the items of one list that no other list has shown before.
func (a *Attempt) wrongShortForms(d *document.Document, key string, at diag.Path, items []*yaml.Node, seen map[*yaml.Node]bool) diag.List {
	var found diag.List
	for i, item := range items {
		text, isText := a.Locator.Text(d, item)
		if !isText || seen[item] {
			continue
		}
		seen[item] = true
		if f, wrong := shortForm(key, at.Index(i), text); wrong {
			f.Range = d.NodeRange(item)
			found.Add(f)
		}
	}
	return found
}

func listOf(n *yaml.Node) []*yaml.Node {
	if n = document.Deref(n); n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

func shortForm(key string, p diag.Path, text string) (diag.Finding, bool) {
	f := diag.Finding{Severity: diag.Error, Code: "invalid-value", Path: p}
	if key == "ports" {
		_, err := types.ParsePortConfig(text)
		f.Message = fmt.Sprintf("%s is not a port: %q: %v", p, text, err)
		f.Help = "write [[HOST_IP:]PUBLISHED:]TARGET[/PROTOCOL], ports between 1 and 65535"
		return f, err != nil
	}
	_, err := format.ParseVolume(text)
	if err != nil {
		f.Message = fmt.Sprintf("%s is not a volume: %q: %s", p, text, strings.TrimPrefix(err.Error(), "invalid spec: "+text+": "))
		f.Help = "write [SOURCE:]TARGET[:OPTIONS], or the long form with type, source and target"
	}
	return f, err != nil
}
