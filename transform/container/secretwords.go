package container

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/expansion"
	"github.com/transship/transship/transform/input"
)

// hidePlainSecrets puts references to the container's secret variables where its command names a variable that is called as a
// secret is: ${PASSWORD}, whatever its value. written are the words of the key as the file has them, words those that are emitted. It
// returns the variables whose values stay.
func hidePlainSecrets(p *input.Project, u *input.Container, at diag.Path, hidden map[string]string, written, words []string) []string {
	var left []string
	for i, parts := range plainSecretWords(p, at, written) {
		if i >= len(words) || words[i] != expansion.Escape(written[i]) { // a name in it was replaced
			left = append(left, variablesOf(p, parts)...)
			continue
		}
		var b strings.Builder
		for _, part := range parts {
			name := ""
			if p.IsPlainSecret(part) {
				name = holderOf(p, u, hidden, part)
			}
			switch {
			case name != "" && !strings.HasSuffix(b.String(), "$"):
				b.WriteString("$(" + name + ")")
			default:
				left = append(left, variablesOf(p, []source.Part{part})...)
				b.WriteString(expansion.Escape(part.Text))
			}
		}
		words[i] = b.String()
	}
	return left
}

// plainSecretWords returns the parts of the words of a key that name such variables, by the index of the word.
func plainSecretWords(p *input.Project, at diag.Path, words []string) map[int][]source.Part {
	found := map[int][]source.Part{}
	if !slices.ContainsFunc(words, p.MayHoldPlainSecret) {
		return nil
	}
	all := partsOfWords(p, at, words)
	for i, parts := range all {
		if slices.ContainsFunc(parts, p.IsPlainSecret) {
			found[i] = parts
		}
	}
	return found
}

// partsOfWords returns the parts of each word of a command, nil for a word of which nothing is known.
func partsOfWords(p *input.Project, at diag.Path, words []string) [][]source.Part {
	parts := make([][]source.Part, len(words))
	if whole, isString := p.Written(at).(string); isString {
		if len(words) == 2 && words[0] == "CMD-SHELL" { // of a healthcheck
			text, _ := p.Text(at, words[1])
			parts[1] = text.Parts
			return parts
		}
		if text, ok := p.Text(at, whole); ok {
			return splitParts(text.Parts, words)
		}
		return parts
	}
	for i, word := range words {
		if text, ok := p.Text(at.Index(i), word); ok {
			parts[i] = text.Parts
		}
	}
	return parts
}

// Marks around what is filled in: letters of nobody's, which stay when a text is taken apart.
const (
	openMark, closeMark = '\uE000', '\uE001'
	marks               = string(openMark) + string(closeMark)
)

// splitParts takes a command in one text apart as compose-go does, and returns the parts of each of its words.
func splitParts(text []source.Part, words []string) [][]source.Part {
	parts := make([][]source.Part, len(words))
	var marked strings.Builder
	var filledIn []source.Part
	for _, part := range text {
		if strings.ContainsAny(part.Text, marks) {
			return parts
		}
		if part.Variable == "" {
			marked.WriteString(part.Text)
			continue
		}
		filledIn = append(filledIn, part)
		marked.WriteString(string(openMark) + part.Text + string(closeMark))
	}
	var split types.ShellCommand
	if err := split.DecodeMapstructure(marked.String()); err != nil || len(split) != len(words) {
		return parts
	}
	unmarked := strings.NewReplacer(string(openMark), "", string(closeMark), "")
	for i, word := range split {
		if unmarked.Replace(word) != words[i] {
			return make([][]source.Part, len(words))
		}
		parts[i] = partsOfMarked(word, &filledIn)
	}
	return parts
}

// partsOfMarked returns the parts of a word with marks, nil where a mark has its fellow in another word. It takes what was filled
// in from the front of the list.
func partsOfMarked(word string, filledIn *[]source.Part) []source.Part {
	var parts []source.Part
	for word != "" {
		before, rest, opened := strings.Cut(word, string(openMark))
		if strings.ContainsRune(before, closeMark) {
			*filledIn = (*filledIn)[min(strings.Count(word, string(openMark)), len(*filledIn)):]
			return nil
		}
		if before != "" {
			parts = append(parts, source.Part{Text: before})
		}
		if !opened {
			break
		}
		inside, after, closed := strings.Cut(rest, string(closeMark))
		variable := (*filledIn)[0].Variable
		*filledIn = (*filledIn)[1:]
		if !closed {
			return nil
		}
		parts = append(parts, source.Part{Text: inside, Variable: variable})
		word = after
	}
	return parts
}

// holderOf returns the secret variable of a container that has the value of a part from the same variable.
func holderOf(p *input.Project, u *input.Container, hidden map[string]string, part source.Part) string {
	if hidden[part.Variable] == part.Text {
		return part.Variable
	}
	var found []string
	for name, value := range hidden {
		if value == part.Text && origin(p, u, name).place == "variable "+part.Variable {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.Min(found)
}

// variablesOf returns the secret variables among parts.
func variablesOf(p *input.Project, parts []source.Part) []string {
	var found []string
	for _, part := range parts {
		if p.IsPlainSecret(part) {
			found = append(found, part.Variable)
		}
	}
	return found
}
