package explain

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// Note is what there is to say about a finding's code, or about a word of Kubernetes.
type Note struct {
	Name     string   `json:"name"`
	Severity string   `json:"severity,omitempty"` // of a code
	Title    string   `json:"title,omitempty"`    // one line, of a code
	Text     []string `json:"text"`               // paragraphs
	Remedies []string `json:"remedies,omitempty"`
	Allowing string   `json:"allowing,omitempty"` // whether one can go on all the same, and how
	Example  string   `json:"example,omitempty"`  // a compose file that has the finding
	Flags    []string `json:"flags,omitempty"`    // with these flags
	aliases  []string
}

//go:embed texts
var texts embed.FS

// notes are those of all files, by name.
var notes = sync.OnceValue(func() map[string]Note {
	all := map[string]Note{}
	for _, file := range []string{"load", "run", "net", "store", "image", "output"} {
		for _, n := range parseNotes(file) {
			all[n.Name] = n
		}
	}
	return all
})

// words are those of Kubernetes, in the order of their file.
var words = sync.OnceValue(func() []Note { return parseNotes("words") })

// parseNotes reads blocks that are separated by empty lines: a name; paragraphs of one line; remedies behind "- "; lines of an
// example behind "> "; flags behind "flags: "; other names behind "= ".
func parseNotes(file string) []Note {
	text, err := texts.ReadFile("texts/" + file + ".txt")
	if err != nil { // it is part of the program
		panic(err)
	}
	var list []Note
	for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		if strings.HasPrefix(block, "#") {
			continue
		}
		name, rest, _ := strings.Cut(block, "\n")
		n := Note{Name: name}
		for line := range strings.SplitSeq(rest, "\n") {
			switch prefix, value, _ := strings.Cut(line, " "); prefix {
			case "-":
				n.Remedies = append(n.Remedies, value)
			case ">":
				n.Example += value + "\n"
			case "=":
				n.aliases = strings.Split(value, "; ")
			case "flags:":
				n.Flags = strings.Fields(value)
			default:
				n.Text = append(n.Text, line)
			}
		}
		n.Example = blockStyle(n.Example)
		list = append(list, n)
	}
	return list
}

// blockStyle writes YAML with a line for each key, as people do.
func blockStyle(text string) string {
	if text == "" {
		return ""
	}
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		return text
	}
	var unflow func(n *yaml.Node)
	unflow = func(n *yaml.Node) {
		if len(n.Content) > 0 && (n.Kind == yaml.MappingNode || !isShortList(n)) {
			n.Style &^= yaml.FlowStyle
		}
		for _, c := range n.Content {
			unflow(c)
		}
	}
	unflow(&node)
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(&node); err != nil {
		return text
	}
	return b.String()
}

// isShortList reports whether a list is better read on one line: of scalars only.
func isShortList(n *yaml.Node) bool {
	return n.Kind == yaml.SequenceNode && !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return c.Kind != yaml.ScalarNode })
}

// Code is a code of a finding with what only a conversion knows of it.
type Code struct {
	diag.Code
	CanAllow bool // an error that one may go on with
	Changes  bool // --allow changes what is written
	Live     bool // it is found while images are built and delivered, not in a conversion
}

// OfCode returns the note of a code.
func OfCode(c Code) Note {
	n := notes()[c.Name]
	n.Name, n.Title, n.Severity = c.Name, c.Title, c.Severity.String()
	switch {
	case c.Live && c.CanAllow:
		n.Allowing = fmt.Sprintf("`transship up --allow=%s` makes it a warning and goes on. x-kubernetes.accept does not: it accepts what a conversion finds.", c.Name)
	case c.Live && c.Severity == diag.Error:
		n.Allowing = "No: there would be nothing to run."
	case c.Live && c.Severity == diag.Warning:
		n.Allowing = "No: it is about the builder of this machine, not about the project."
	case c.Live:
	case c.Changes:
		n.Allowing = fmt.Sprintf("--allow=%s changes what is written, as said above. x-kubernetes: {accept: [{code: %s, path: KEY, because: REASON}]} at the top level of the file leaves it as it is, and --strict passes.", c.Name, c.Name)
	case c.Severity == diag.Error && !c.CanAllow:
		n.Allowing = "No: the project cannot be read as it is."
	case c.Severity == diag.Error:
		n.Allowing = fmt.Sprintf("--allow=%s makes it a warning, and the manifests are written. x-kubernetes: {accept: [{code: %s, path: KEY, because: REASON}]} at the top level of the file does so for one key.", c.Name, c.Name)
	case c.Severity == diag.Warning:
		n.Allowing = fmt.Sprintf("--allow=%s makes it an info, which --strict passes. x-kubernetes: {accept: [{code: %s, path: KEY, because: REASON}]} at the top level of the file does so for one key.", c.Name, c.Name)
	}
	return n
}

// Word returns the note of a word of Kubernetes, whatever its case and the spaces or hyphens in it; exact tells that the word was written as here.
func Word(asked string) (note Note, exact, found bool) {
	for _, n := range words() {
		if n.Name == asked || slices.Contains(n.aliases, asked) {
			return n, true, true
		}
	}
	for _, n := range words() {
		for _, name := range append([]string{n.Name}, n.aliases...) {
			if strings.EqualFold(joined.Replace(name), joined.Replace(asked)) {
				return n, false, true
			}
		}
	}
	return Note{}, false, false
}

// joined takes out what people put between the parts of a word: persistent volume, config-map.
var joined = strings.NewReplacer(" ", "", "-", "", "_", "")

// Words returns the names of all words of Kubernetes that can be explained.
func Words() []string {
	var names []string
	for _, n := range words() {
		names = append(names, n.Name)
	}
	return names
}

// referenceURL is where the reference of findings is read.
const referenceURL = "https://github.com/transship/transship/blob/main/docs/reference/findings.md"

// Rule returns what code scanning services show of a code.
func Rule(c Code) diag.Rule {
	n := OfCode(c)
	rule := diag.Rule{Title: c.Title, Meaning: strings.Join(n.Text, " "), URI: referenceURL + "#" + c.Name, Severity: c.Severity}
	help := slices.Clone(n.Remedies)
	if n.Allowing != "" {
		help = append(help, n.Allowing)
	}
	rule.Help = strings.Join(append(slices.Clone(n.Text), help...), "\n")
	rule.Markdown = strings.Join(append([]string{strings.Join(n.Text, "\n\n")}, help...), "\n- ")
	return rule
}
