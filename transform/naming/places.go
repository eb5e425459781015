package naming

import (
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/texts"
)

// nearWords is how many words of a command are looked at on either side of a host for its port.
const nearWords = 6

// longestOption is how much before a name is looked at for the option that it belongs to.
const longestOption = 32

// longestScriptOption is how much before a name in a script is looked at for the option whose value it stands in.
const longestScriptOption = 512

// place is a text of a service and where it comes from.
type place struct {
	at       diag.Path
	variable string
	text     string
	before   string // the words before and behind it in the same command
	after    string
}

// find returns the names in a text. A port in a word of its own makes a host of the word before it.
func (t place) find(wanted func(lower string) bool) []texts.Mention {
	found := texts.Find(t.text, t.variable, wanted)
	for i := range found {
		found[i].Host = found[i].Host || strings.HasPrefix(strings.ToLower(found[i].Name), "tasks.") // of Swarm, which nothing else is called
		if m := &found[i]; m.Name == t.text && m.Beside == 0 && t.before != "" {
			m.Beside = texts.PortBeside(t.before, t.after)
			m.Host = m.Host || m.Beside != 0
		}
		if option := strings.TrimSpace(t.before[strings.LastIndexByte(strings.TrimRight(t.before, " "), ' ')+1:]); !found[i].Host && isArgument(t, option, found[i]) {
			found[i].Bare = true
		}
	}
	return found
}

// option returns the long option of which a name is the value, or a part of it, in a script that is one word of a command, "" if there is none.
func (t place) option(m texts.Mention) string {
	if !slices.Contains(t.at, "command") && !slices.Contains(t.at, "entrypoint") {
		return ""
	}
	const blanks = " \t\n\\"
	before := t.text[max(0, m.Start-longestScriptOption):m.Start]
	value := strings.LastIndexAny(before, blanks) + 1
	before = strings.TrimRight(before[:value], blanks)
	return texts.Option([]string{before[strings.LastIndexAny(before, blanks)+1:]}, 1)
}

// beforeName returns what stands before a name in its line, or the word before it where that is an option of a command.
func (t place) beforeName(m texts.Mention) string {
	before := t.text[max(0, m.Start-longestOption):m.Start]
	before = before[strings.LastIndexByte(before, '\n')+1:]
	if words := strings.Fields(t.before); before == "" && len(words) > 0 && strings.HasPrefix(words[len(words)-1], "-") {
		return words[len(words)-1]
	}
	return before
}

// isArgument reports whether a word of a command may be a host to its program, as it is the value of an option that does not say what
// it is, if not a host, or stands where programs read one.
func isArgument(t place, option string, m texts.Mention) bool {
	return texts.IsBareArgument(option, t.text) || option != "" && option[0] != '-' && m.Name == t.text ||
		(t.before != "" || t.after != "") && texts.Connects(t.before+t.text[:m.Start], t.text[m.End:]+t.after)
}

func containerTexts(at diag.Path, environment map[string]*string, entrypoint, command []string) []place {
	var list []place
	for _, name := range sorted.Keys(environment) {
		if value := environment[name]; value != nil && !strings.HasPrefix(name, "COMPOSE_") { // which docker compose reads itself
			list = append(list, place{at: at.Key("environment", name), variable: name, text: *value})
		}
	}
	list = append(list, words(at.Key("entrypoint"), entrypoint)...)
	list = append(list, words(at.Key("command"), command)...)
	return append(list, filledWords(at.Key("command"), command, environment)...)
}

// shellVariable matches what a shell puts the value of a variable in for, and hostValue what may be a host, with a port or without one.
var (
	shellVariable = pattern.New(`\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})`).Holding("$")
	hostValue     = pattern.New(`^[\w.-]+(:\d+)?$`)
)

// filledWords returns the words of a command in which a shell puts the hosts that the environment of the container has.
func filledWords(at diag.Path, command []string, environment map[string]*string) []place {
	filled := slices.Clone(command)
	for i, word := range command {
		filled[i] = shellVariable.ReplaceAllStringFunc(word, func(reference string) string {
			m := shellVariable.FindStringSubmatch(reference)
			value := m[3]
			if set := environment[m[1]+m[2]]; set != nil && *set != "" {
				value = *set
			}
			if !hostValue.MatchString(value) {
				return reference
			}
			return value
		})
	}
	if slices.Equal(filled, command) {
		return nil
	}
	var places []place
	for i, place := range words(at, filled) {
		if filled[i] != command[i] {
			places = append(places, place)
		}
	}
	return places
}

// words returns the words of a command, each with those around it.
func words(at diag.Path, list []string) []place {
	var places []place
	for i, word := range list {
		places = append(places, place{
			at: at.Index(i), variable: texts.Option(list, i), text: word,
			before: strings.Join(list[max(0, i-nearWords):i], " ") + " ", after: " " + strings.Join(list[i+1:min(len(list), i+1+nearWords)], " "),
		})
	}
	return places
}
