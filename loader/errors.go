package loader

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// explain turns an error of compose-go into findings. compose-go stops at the first problem and mostly says so in
// prose; so the problem is looked for again where all of its kind can be reported with their places, and the prose is
// kept only if that does not account for it.
func (r *run) explain(err error) {
	found := r.search(err)
	searched := found
	for _, e := range flatten(err) {
		f := r.word(e)
		kin := family(f.Code)
		if strings.HasPrefix(e.Error(), "validating ") { // whatever words the schema has for it
			kin = family("invalid-value")
		}
		covered := slices.ContainsFunc(searched, func(o diag.Finding) bool { return family(o.Code) == kin })
		if !covered {
			found.Add(f)
		}
	}
	for _, f := range found {
		r.fail(f)
	}
}

// family groups the codes that compose-go's messages do not tell apart.
func family(code string) string {
	switch code {
	case "unknown-key", "invalid-name":
		return "invalid-value"
	case "disabled-dependency":
		return "undefined-service"
	default:
		return code
	}
}

// search repeats the checks of the stage that failed.
func (r *run) search(err error) diag.List {
	if r.model != nil {
		return r.consistencyFindings()
	}
	var found diag.List
	found = append(found, r.interpolationFindings()...)
	if strings.HasPrefix(err.Error(), "validating ") || len(found) == 0 {
		found = append(found, r.schemaFindings()...)
	}
	found = append(found, r.infiniteFindings()...)
	return append(found, r.shortFormFindings()...)
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, flatten(e)...)
		}
		return out
	}
	return decodingErrors(err)
}

// wording is how one kind of message of compose-go is reported. path and help may use the groups of the expression.
type wording struct {
	message    *regexp.Regexp
	code       string
	path, help string
}

var wordings = sync.OnceValue(func() []wording {
	return []wording{
		{regexp.MustCompile(`^dependency cycle detected: (\S+) -> (\S+)`), "dependency-cycle", "services.$1.depends_on.$2", "remove one of these dependencies"},
		{regexp.MustCompile(`^Circular reference:\s+(\S+) in`), "extends-cycle", "services.$1.extends", "remove one of these extends; move what they share into a service that extends nothing"},
		{regexp.MustCompile(`^include cycle detected`), "include-cycle", "include", "remove one of the includes"},
		{regexp.MustCompile(`^cannot extend service "([^"]+)" in \S+ service "" not found`), "invalid-value", "services.$1.extends", "name the service"},
		{regexp.MustCompile(`^extends\.(\S+)\.service is required`), "invalid-value", "services.$1.extends", "name the service"},
		{regexp.MustCompile("^`include` must be a list"), "invalid-value", "include", "write one path per line below it, each after a dash"},
		{regexp.MustCompile(`^cannot extend service "([^"]+)" in`), "extends", "services.$1.extends", "correct the name of the service, or the file"},
		{regexp.MustCompile(`^(?:invalid spec: |Invalid (?:containerPort|hostPort|proto|ip|range)|No port specified)`), "invalid-value", "", "correct the short form"},
		{regexp.MustCompile(`^error while interpolating (\S+): failed to cast`), "invalid-value", "$1", "write a value of the type that the key has"},
		{regexp.MustCompile(`^no such service: ([^\s:]+)`), "no-such-service", "services.$1", ""},
		{regexp.MustCompile(`^validating .*: (\S+) (must be|is|false schema|additional|value)`), "invalid-value", "$1", "correct the value"},
		{regexp.MustCompile(`^service "([^"]+)" has neither an image`), "no-image", "services.$1", "add image: or build:"},
		{regexp.MustCompile(`^service "([^"]+)" refers to undefined (?:build )?(\w+) `), "undefined-$2", "services.$1", "declare it at the top level"},
		{regexp.MustCompile(`^(?:service|job) "([^"]+)" depends on undefined service`), "undefined-service", "services.$1.depends_on", "declare the service, or remove the dependency"},
		{regexp.MustCompile(`^service (\S+) declares mutually exclusive .network_mode. and`), "network-mode", "services.$1.network_mode", "keep one of the two"},
		{regexp.MustCompile(`^(?:service|job) "([^"]+)" `), "inconsistent", "services.$1", "correct the service"},
		{regexp.MustCompile(`^secret "([^"]+)" must declare`), "inconsistent", "secrets.$1", "add file: with the path of the secret, or environment: with the name of a variable"},
		{regexp.MustCompile(`^services\.([^\s:]+): can't set distinct values on '(\w+)'`), "inconsistent", "services.$1.$2", "set one of the two only"},
		{regexp.MustCompile(`^services\.([^\s:]+): can't set container_name`), "inconsistent", "services.$1", "set one of the two only"},
		{regexp.MustCompile(`^healthcheck\.test must start`), "invalid-value", "", "write [CMD, program, argument], [CMD-SHELL, script] or [NONE]"},
		{regexp.MustCompile(`^service\.build\.platforms MUST include`), "inconsistent", "", "add the platform to build.platforms"},
		{regexp.MustCompile(`^service (?:ports|volume|device) (services\.\S+?\.\w+)\.\[\d+\] is missing`), "invalid-value", "$1", "write what is missing"},
		{regexp.MustCompile(`^(\S+): target \S+ already mounted as \S+`), "duplicate-mount", "$1", "mount each target once"},
		{regexp.MustCompile(`^((?:services|jobs|volumes|networks|secrets|configs|models)\.[^\s:]+): `), "inconsistent", "$1", "correct the value"},
		{regexp.MustCompile(`non-string key at top level: "?([^"]*)"?$`), "invalid-value", "$1", "quote the key"},
		{regexp.MustCompile(`non-string key in ([^\s:]+): "?([^"]*)"?$`), "invalid-value", "$1.$2", "quote the key"},
		{regexp.MustCompile(`maximum node visit limit`), "yaml-syntax", "", "split the file, and include the parts"},
		{regexp.MustCompile(`^failed to parse `), "yaml-syntax", "", "correct the YAML; docker compose config shows the same error"},
		{regexp.MustCompile(`^([\w.-]+) must be a mapping$`), "invalid-value", "$1", "write one key: value per line below it, indented"},
		{regexp.MustCompile(`^"([^"]+)" is declared both as a service and a job`), "inconsistent", "jobs.$1", "rename one of the two"},
	}
})

// word reports one error of compose-go on its own.
func (r *run) word(err error) diag.Finding {
	text := r.shorten(err.Error())
	if f, is := undecodedValue(text); is {
		f.Range = r.locator.Locate(f.Path)
		return f
	}
	f := diag.Finding{Code: "compose-error", Message: text, Help: "docker compose config shows the same error"}
	var missing *template.MissingRequiredError
	var invalid *template.InvalidTemplateError
	switch {
	case errors.As(err, &missing):
		f.Code, f.Help = "required-variable", requiredHelp(missing.Variable)
	case errors.As(err, &invalid):
		f.Code, f.Help = "interpolation", dollarHelp
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
		f.Path = r.locator.path(path)
		break
	}
	if ref := extendsRef.FindStringSubmatch(text); ref != nil {
		f.Help = didYouMean(ref[1], r.serviceNames(), f.Help)
	}
	if image := f.Path.Key("image"); f.Code == "no-image" && len(r.locator.contributions(image)) > 0 {
		f.Path, f.Help = image, "write the name of an image, and give variables in it a value"
		f.Message = "the image of " + f.Path[1] + " is empty"
	}
	if f.Code == "no-such-service" {
		services := sortedKeys(mapping(r.model["services"]))
		name := strings.TrimPrefix(text, "no such service: ")
		f.Message = "there is no service " + name
		f.Help = didYouMean(name, services, "choose among "+strings.Join(services, ", "))
		return f
	}
	if len(f.Path) > 0 {
		f.Range = r.locator.Locate(f.Path)
		f.Message = strings.TrimPrefix(f.Message, f.Path.String()+": ") // which is printed in front of it
	} else if line := lineOf(text); line > 0 && len(r.main.docs) > 0 {
		f.Range = diag.Range{File: r.fileIn(text), Line: line, Column: 1}
	}
	return f
}

var extendsRef = regexp.MustCompile(`^cannot extend service .*: service "([^"]+)" not found`)

// serviceNames are the names of the services in all files, whether they are used or not.
func (r *run) serviceNames() []string {
	var out []string
	collect := func(d *document) {
		for _, root := range d.roots {
			if services := deref(child(root, "services")); services != nil && services.Kind == yaml.MappingNode {
				for i := 0; i < len(services.Content); i += 2 {
					out = append(out, services.Content[i].Value)
				}
			}
		}
	}
	for _, b := range r.main.all() {
		for _, d := range b.docs {
			collect(d)
		}
		for _, path := range sortedKeys(b.extended) {
			collect(b.extended[path])
		}
	}
	return out
}

var bracedGroups = strings.NewReplacer("$1", "${1}", "$2", "${2}")

const dollarHelp = "write ${NAME}, or $$ for a dollar sign that is meant literally"

func requiredHelp(name string) string {
	return fmt.Sprintf("set %s in the environment, in .env, or in a file given with --env-file", name)
}

// lonelyDash is the name of standard input in a message, where it is no part of a word or number.
var lonelyDash = regexp.MustCompile(`(^|\s)-([\s:]|$)`)

// shorten replaces absolute paths of the files that were read by the names the user knows.
func (r *run) shorten(text string) string {
	for _, b := range r.main.all() {
		for _, d := range b.docs {
			if d.path == "-" {
				text = lonelyDash.ReplaceAllString(text, "${1}"+d.name+"${2}")
				continue
			}
			text = strings.ReplaceAll(text, d.path, d.name)
		}
		for _, path := range sortedKeys(b.extended) {
			text = strings.ReplaceAll(text, path, b.extended[path].name)
		}
	}
	return strings.ReplaceAll(text, r.dir+"/", "")
}

// fileIn returns the file that a message names, by default the first.
func (r *run) fileIn(text string) string {
	for _, name := range sortedKeys(r.texts) {
		if strings.Contains(text, name) {
			return name
		}
	}
	return r.main.docs[0].name
}
