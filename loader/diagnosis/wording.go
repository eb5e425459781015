package diagnosis

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/loader/variables"
)

// wording is how one kind of message of compose-go is reported. path and help may use the groups of the expression.
type wording struct {
	message    *pattern.Pattern
	code       string
	path, help string
}

var wordings = sync.OnceValue(func() []wording {
	return []wording{
		{pattern.New(`^Circular reference:\s+(\S+) in`), "extends-cycle", "services.$1.extends", "remove one of these extends; move what they share into a service that extends nothing"},
		{pattern.New(`^include cycle detected`), "include-cycle", "include", "remove one of the includes"},
		{pattern.New(`^cannot extend service "([^"]+)" in \S+ service "" not found`), "invalid-value", "services.$1.extends", "name the service"},
		{pattern.New(`^extends\.(\S+)\.service is required`), "invalid-value", "services.$1.extends", "name the service"},
		{pattern.New("^`include` must be a list"), "invalid-value", "include", "write one path per line below it, each after a dash"},
		{pattern.New(`^cannot extend service "([^"]+)" in`), "extends", "services.$1.extends", "correct the name of the service, or the file"},
		{pattern.New(`^(?:invalid spec: |Invalid (?:containerPort|hostPort|proto|ip|range)|No port specified)`), "invalid-value", "", "correct the short form"},
		{pattern.New(`^error while interpolating (\S+): failed to cast`), "invalid-value", "$1", "write a value of the type that the key has"},
		{pattern.New(`^validating .*: (\S+) (must be|is|false schema|additional|value)`), "invalid-value", "$1", "correct the value"},
		{pattern.New(`^(?:service|job) "([^"]+)" `), "inconsistent", "services.$1", "correct the service"},
		{pattern.New(`^service (?:ports|volume|device) (services\.\S+?\.\w+)\.\[\d+\] is missing`), "invalid-value", "$1", "write what is missing"},
		{pattern.New(`^(\S+): target \S+ already mounted as \S+`), "duplicate-mount", "$1", "mount each target once"},
		{pattern.New(`^((?:services|jobs|volumes|networks|secrets|configs|models)\.[^\s:]+): `), "inconsistent", "$1", "correct the value"},
		{pattern.New(`non-string key at top level: "?([^"]*)"?$`), "invalid-value", "$1", "quote the key"},
		{pattern.New(`non-string key in ([^\s:]+): "?([^"]*)"?$`), "invalid-value", "$1.$2", "quote the key"},
		{pattern.New(`maximum node visit limit`), "yaml-syntax", "", "split the file, and include the parts"},
		{pattern.New(`^failed to parse `), "yaml-syntax", "", "correct the YAML; docker compose config shows the same error"},
		{pattern.New(`^([\w.-]+) must be a mapping$`), "invalid-value", "$1", "write one key: value per line below it, indented"},
	}
})

// word reports one error of compose-go on its own.
func (a *Attempt) word(err error) diag.Finding {
	if bug, is := errors.AsType[*guard.InternalError](err); is {
		return diag.Finding{
			Code: "loader-crash", Message: fmt.Sprintf("reading the project ended in an internal error: %v", bug.Value),
			Help: "please report this together with the file; docker compose config may tell what is unusual in it",
		}
	}
	text := a.shorten(err.Error())
	if f, is := undecodedValue(text); is {
		f.Range = a.Locator.Locate(f.Path)
		return f
	}
	f := diag.Finding{Code: "compose-error", Message: text, Help: "docker compose config shows the same error"}
	var missing *template.MissingRequiredError
	var invalid *template.InvalidTemplateError
	switch {
	case errors.As(err, &missing):
		f.Code, f.Help = "required-variable", variables.RequiredHelp(missing.Variable)
	case errors.As(err, &invalid):
		f.Code, f.Help = "interpolation", variables.DollarHelp
		text = strings.ReplaceAll(text, invalid.Template, "…") // which may hold a secret
	}
	f.Message = strings.Join(strings.Fields(strings.TrimSuffix(text, ": invalid compose project")), " ")
	for _, w := range wordings() {
		groups := w.message.FindStringSubmatchIndex(text)
		if groups == nil {
			continue
		}
		f.Code = string(w.message.ExpandString(nil, strings.ReplaceAll(w.code, "$2", "${2}"), text, groups))
		f.Help = w.help
		path := string(w.message.ExpandString(nil, bracedGroups.Replace(w.path), text, groups))
		f.Path = a.Locator.Path(path)
		break
	}
	if ref := extendsRef.FindStringSubmatch(text); ref != nil {
		f.Help = suggest.DidYouMean(ref[1], a.serviceNames(), f.Help)
	}
	if len(f.Path) > 0 {
		f.Range = a.Locator.Locate(f.Path)
		f.Message = strings.TrimPrefix(f.Message, f.Path.String()+": ") // which is printed in front of it
	} else if line := variables.LineOf(text); line > 0 && len(a.Files.Docs) > 0 {
		f.Range = diag.Range{File: a.fileIn(text), Line: line, Column: 1}
	}
	return f
}

var extendsRef = pattern.New(`^cannot extend service .*: service "([^"]+)" not found`)

var bracedGroups = strings.NewReplacer("$1", "${1}", "$2", "${2}")
