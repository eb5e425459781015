package convert

import (
	"path/filepath"
	"slices"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform/secret"
)

// Mask returns a text with every secret value of the project that is known replaced by ***, and what shows itself to be a
// secret. Whatever is printed or written and is not a Secret passes through it, whoever worded it; the findings of a result
// have. A nil result masks the latter only.
func (r *Result) Mask(text string) string {
	if r == nil {
		return (*secret.Set)(nil).Mask(text)
	}
	return r.secrets.Mask(text)
}

// MaskAlso makes [Result.Mask] hide the secrets of another result as well, of an overlay for example.
func (r *Result) MaskAlso(other *Result) { r.secrets = r.secrets.With(other.secrets) }

// Failed returns the result of a project that could not be loaded: its findings, without secrets that its texts show.
func Failed(e *loader.Error) *Result {
	secrets := secretsOfTexts(e)
	return &Result{Findings: masked(e.Findings.Sorted(), secrets), Sources: e.Sources, secrets: secrets}
}

// About returns what is found out about a project that is loaded and not converted, without secrets.
func About(l *loader.Loaded, findings diag.List) *Result {
	secrets := secret.OfProject(l.Project, l.Model, l.Files)
	return &Result{Findings: masked(findings.Sorted(), secrets), Sources: l.Sources, secrets: secrets}
}

// MaskFindings takes the secrets of the project out of findings that were made later, by a writer of its objects.
func (r *Result) MaskFindings(findings diag.List) diag.List { return masked(findings, r.secrets) }

// Masking returns what is left of a result for [Result.Mask], so that a program that goes on for long can let go of the rest.
func (r *Result) Masking() *Result { return &Result{secrets: r.secrets} }

// MaskLine is [Result.Mask] for a line of a source file that a finding about path shows: what is given to secret-looking names is
// masked as well. False means that the line had better not be shown at all: it may be part of a secret in several lines.
func (r *Result) MaskLine(path diag.Path, line string) (string, bool) {
	var secrets *secret.Set
	if r != nil {
		secrets = r.secrets
	}
	masked := secrets.MaskLine(line)
	if masked != line {
		return masked, true
	}
	if len(path) > 0 && path[0] == "secrets" && path[len(path)-1] == "content" {
		return "", false
	}
	if n := len(path); n > 2 && path[n-2] == "environment" && secret.MayHold(path[n-1]) && !secret.MentionsSecret(line) {
		return "", false
	}
	return line, true
}

// secretsOfTexts returns the secrets that the texts of a project show which could not be loaded.
func secretsOfTexts(e *loader.Error) *secret.Set {
	var found []secret.Variable
	for _, name := range sorted.Keys(e.Environment) {
		if name == "PWD" && filepath.IsAbs(e.Environment[name]) {
			continue // the working directory of every shell, which the name would make a password
		}
		found = append(found, secret.Variable{Name: name, Value: e.Environment[name]})
	}
	for _, name := range sorted.Keys(e.Sources) {
		found = append(found, secret.InText(string(e.Sources[name]))...)
	}
	return secret.NewSet(found)
}

// masked returns findings without secret values.
func masked(findings diag.List, secrets *secret.Set) diag.List {
	known := map[string]string{} // what help says and where findings are is often the same
	mask := func(text string) string {
		masked, ok := known[text]
		if !ok {
			masked = secrets.Mask(text)
			known[text] = masked
		}
		return masked
	}
	for i := range findings {
		findings[i].Message = secrets.Mask(findings[i].Message)
		findings[i].Help = mask(findings[i].Help)
		findings[i].Path = maskedPath(findings[i].Path, mask)
	}
	return findings
}

// maskedPath returns a path without secrets: what stands in a list can be part of it.
func maskedPath(path diag.Path, mask func(string) string) diag.Path {
	for i, key := range path {
		if masked := mask(key); masked != key {
			path = slices.Clone(path)
			path[i] = masked
		}
	}
	return path
}
