package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/transship/transship/diag"
)

// describeViolation words a violation of the schema and what to do about it.
func describeViolation(at diag.Path, what jsonschema.ErrorKind, value string) (message, help string) {
	name := at.String()
	if name == "" {
		name = "the file"
	}
	switch k := what.(type) {
	case *kind.Type:
		message = name + " must be " + typeNames(k.Want)
		if k.Got != "" {
			message += ", not " + typeNames([]string{k.Got})
		}
		if k.Got == "number" && slices.Contains(k.Want, "integer") {
			return message, "write a whole number"
		}
		if help = typeHelp(k.Want); k.Got == "null" && help == quoteHelp {
			help = "write a value, or remove the key"
			if _, item := at.ListIndex(); item {
				message, help = name+" is an empty item", "remove the dash, or write a value behind it"
			}
		}
		if help == quoteHelp && (k.Got == "object" || k.Got == "array") {
			help = "write a single value there"
		}
		if value != "" && k.Got == "number" && isDuration(at) {
			help = fmt.Sprintf("write the unit: %ss", value)
		}
		return message, help
	case *kind.Enum:
		want := make([]string, len(k.Want))
		for i, w := range k.Want {
			want[i] = fmt.Sprintf("%v", w)
		}
		return fmt.Sprintf("%s is %q, which is none of %s", name, fmt.Sprint(k.Got), strings.Join(want, ", ")), "use one of these values"
	case *kind.Format:
		if k.Want == "duration" {
			return fmt.Sprintf("%s is not a duration: %v", name, k.Got), "write a number with its unit, such as 30s or 1m30s"
		}
		return fmt.Sprintf("%s has not the form %s: %v", name, k.Want, k.Got), "correct the value"
	case *kind.Required:
		return fmt.Sprintf("%s lacks %s", name, strings.Join(k.Missing, ", ")), "add the missing key"
	case *kind.Minimum:
		return fmt.Sprintf("%s must be greater than or equal to %s", name, k.Want.RatString()), "use a larger number"
	case *kind.Maximum:
		return fmt.Sprintf("%s must be less than or equal to %s", name, k.Want.RatString()), "use a smaller number"
	case *kind.Pattern:
		return fmt.Sprintf("%s is %q, which has not the form %s", name, k.Got, k.Want), "write a value of that form"
	case *kind.UniqueItems:
		return name + " has the same item twice", "remove one of the two"
	default: // the path is printed in front of it
		return what.LocalizedString(english), "correct the value"
	}
}

func typeNames(types []string) string {
	names := map[string]string{
		"object": "a mapping", "array": "a list", "string": "a string", "number": "a number", "integer": "an integer",
		"boolean": "true or false", "null": "empty",
	}
	out := make([]string, 0, len(types))
	for _, t := range types {
		out = append(out, names[t])
	}
	slices.Sort(out)
	if len(out) < 2 {
		return strings.Join(out, "")
	}
	return strings.Join(out[:len(out)-1], ", ") + " or " + out[len(out)-1]
}

const quoteHelp = "quote the value"

func typeHelp(want []string) string {
	switch {
	case slices.Contains(want, "array"):
		return "write one item per line below it, each after a dash"
	case slices.Contains(want, "object"):
		return "write one key: value per line below it, indented"
	case slices.Contains(want, "string"):
		return quoteHelp
	case slices.Contains(want, "boolean"):
		return "write true or false without quotes"
	default:
		return "write a plain number without quotes"
	}
}

var english = message.NewPrinter(language.English)

// isDuration reports whether a key takes a duration, which is a text with a unit.
func isDuration(p diag.Path) bool {
	last := p[len(p)-1]
	return slices.Contains([]string{
		"interval", "timeout", "start_period", "start_interval", "stop_grace_period", "delay", "monitor", "window", "max_failure_window",
	}, last)
}
