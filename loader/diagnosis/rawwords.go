package diagnosis

import (
	"fmt"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// The words of parsers for a value that is none of its kind.
var (
	noNumber   = pattern.New(`^(?:strconv\.\w+: )?parsing ("(?:[^"\\]|\\.)*"): invalid syntax$`)
	outOfRange = pattern.New(`^(?:strconv\.\w+: )?parsing ("(?:[^"\\]|\\.)*"): value out of range$`)
	noBoolean  = pattern.New(`^invalid boolean: (.*)$`)
	noDuration = pattern.New(`^(?:time: )?(?:unknown unit .* in|missing unit in|invalid) duration ("(?:[^"\\]|\\.)*")$`)
	noSize     = pattern.New(`^invalid size: '(.*)'$`)
	noUnit     = pattern.New(`^invalid suffix: '(.*)'$`)
	noText     = pattern.New(`^expected type '(?:u?int|float)\d*', got unconvertible type 'string'`)
	comma      = pattern.New(`\d,\d`)
)

// inPlainWords says in plain words what is wrong with a value, and how it is written; "" where the words of the parser are not known.
func inPlainWords(text string) (message, help string) {
	const point = "write decimals with a point: 0.5"
	quoted := func(p *pattern.Pattern) string {
		if groups := p.FindStringSubmatch(text); groups != nil {
			return groups[1]
		}
		return ""
	}
	switch value := quoted(noNumber); {
	case value != "" && comma.MatchString(value):
		return value + " is no number", point
	case value != "":
		return value + " is no number", "write a number"
	}
	if value := quoted(outOfRange); value != "" {
		return fmt.Sprintf("the number %s is out of range", strings.Trim(value, `"`)), "write a number closer to zero"
	}
	if value := quoted(noBoolean); value != "" {
		return fmt.Sprintf("%q is neither true nor false", value), "write true or false"
	}
	switch value := quoted(noDuration); {
	case value != "" && comma.MatchString(value):
		return value + " is no duration", point
	case value != "":
		return value + " is no duration", "write a duration such as 1m30s or 500ms"
	}
	if value := quoted(noSize); value != "" {
		return fmt.Sprintf("%q is no size", value), "write a size such as 512m or 1.5g"
	}
	if value := quoted(noUnit); value != "" {
		return fmt.Sprintf("%q is no unit of a size", value), "write a size such as 512m or 1.5g"
	}
	if noText.MatchString(text) {
		return "a text stands where a number belongs", "write a number"
	}
	return "", ""
}
