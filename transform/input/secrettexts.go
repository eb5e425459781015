package input

import (
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/secret"
)

// Text returns the text at a key as its file has it, false where no file has this text there.
func (p *Project) Text(at diag.Path, value string) (source.Text, bool) {
	if p.Texts.At == nil {
		return source.Text{}, false
	}
	text, ok := p.Texts.At(at)
	return text, ok && text.String() == value
}

// plainSecrets returns what the variables fill in that are called as secrets are, where the value itself does not tell: "changeme"
// may stand in a text for other reasons.
func (p *Project) plainSecrets() []source.Part {
	if p.Texts.FilledIn == nil || p.Options.EnvSecrets == EnvSecretsNone {
		return nil
	}
	return slices.DeleteFunc(p.Texts.FilledIn(), func(part source.Part) bool { return !p.IsPlainSecret(part) })
}

// IsPlainSecret reports whether a part of a text is filled in from a variable that is called as secrets are, with a value that does
// not tell by itself.
func (p *Project) IsPlainSecret(part source.Part) bool {
	return part.Variable != "" && secret.Is(part.Variable, part.Text) && len(p.Secrets.Find(part.Text)) == 0
}

// PlainSecrets returns the variables that are called as secrets are, whose values say nothing by themselves, and which the text at
// a key names: each ${PASSWORD}, with what it fills in.
func (p *Project) PlainSecrets(at diag.Path, value string) []source.Part {
	if !p.MayHoldPlainSecret(value) {
		return nil
	}
	text, _ := p.Text(at, value)
	return slices.DeleteFunc(slices.Clone(text.Parts), func(part source.Part) bool { return !p.IsPlainSecret(part) })
}

// MayHoldPlainSecret looks for the values of such variables in a text before anybody asks the files, which takes longer.
func (p *Project) MayHoldPlainSecret(value string) bool {
	return slices.ContainsFunc(p.plain(), func(part source.Part) bool { return strings.Contains(value, part.Text) })
}
