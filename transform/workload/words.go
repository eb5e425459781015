package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/storage/databases"
)

var (
	// oneShotWord finds words that name work with an end, such as a migration.
	oneShotWord = pattern.New(`(?i)(^|[^a-z])(migrat(e|or|ions?)|init|setup|seed(er|ing)?|bootstrap|provision|create[-_:]?[a-z]*[-_:]?(?:buckets?|topics?|namespaces?|index(?:es)?|schemas?|admins?|superusers?|users?|databases?|tables?)|collectstatic|compilemessages|loaddata|import(er)?|fixtures|permissions?)([^a-z]|$)`).
			Holding("migrat", "init", "setup", "seed", "bootstrap", "provision", "create", "import", "fixtures", "permission", "collectstatic", "compilemessages", "loaddata")
	// lastingWord finds words beside such a one that tell of a program which goes on: migrate-and-start.sh, import-service.jar, seed:watch.
	lastingWord = pattern.New(`(?i)(?:^|[^a-z])(?:workers?|consumers?|services?|server|serve|watch(?:er)?|daemon|loop|listen(?:er)?|start|and|run|agent|scheduler|beat)(?:[^a-z]|$)`)
	// processOne names programs that are called init because they are process 1, not because they prepare something.
	processOne = pattern.New(`^/(.*/)?init$|(^|/)(dumb-init|docker-init|my_init)$`).Holding("init")
	// hostWord matches words that name a host, or several.
	hostWord = pattern.New(`://|^[\w.-]+:\d+$|,`)
)

// programOptions are options whose value is the program: python -m app.migrate, java -jar import.jar.
var programOptions = []string{"-m", "-jar", "--", "-c", "-lc", "-ec"}

// onceVariable matches the variables by which a program is told to end when its work is done, and onceValue what says so.
var (
	onceVariable = pattern.New(`(?i)(^|_)(one_?shot|run_?once)$`).Holding("shot", "once")
	onceValue    = pattern.New(`(?i)^(1|true|yes|on)$`)
)

// shotWord returns the word in the service's name, command or variables that tells of work with an end, or "". What keeps the files of a database has
// none, unless a variable says it.
func shotWord(s *input.Service) string {
	for _, name := range sorted.Keys(s.Config.Environment) {
		if value := s.Config.Environment[name]; value != nil && onceVariable.MatchString(name) && onceValue.MatchString(*value) {
			return name
		}
	}
	if !keepsDatabase(s) {
		if word := nameWord(s); word != "" {
			return word
		}
		if word := commandWord(s); word != "" {
			return word
		}
	}
	return endingProgram(s)
}

// keepsDatabase reports whether a service mounts something where a database keeps its files.
func keepsDatabase(s *input.Service) bool {
	return slices.ContainsFunc(s.Config.Volumes, func(v types.ServiceVolumeConfig) bool { return databases.IsUsual(path.Clean(v.Target)) })
}

// nameWord returns the word in the name of a service that tells of work with an end, or "".
func nameWord(s *input.Service) string { return workWord(s.Name) }

// workWord returns the word in a text that tells of work with an end, "" if there is none or the text tells of a program that goes on as well.
func workWord(text string) string {
	if m := oneShotWord.FindStringSubmatch(text); m != nil && !lastingWord.MatchString(text) {
		return m[2]
	}
	return ""
}

// commandWord returns the word in the command of a service that tells of work with an end, "" if there is none or another one tells of a
// program that goes on: celery -A migrations worker.
func commandWord(s *input.Service) string {
	var entrypoint, command []string = s.Config.Entrypoint, s.Config.Command
	if !isServer(s) { // an image with a port often starts with something that is called init or setup
		entrypoint, command = program(s)
	}
	found := ""
	for _, text := range toldWords(slices.Concat(entrypoint, command)) {
		switch word := workWord(text); {
		case runningWord.MatchString(text):
			return ""
		case found == "":
			found = word
		}
	}
	return found
}

// toldWords returns the words of a command that say what it does: programs, subcommands and scripts. Options, their values and hosts tell how
// it does so. Of a script only the last command counts, because many services migrate something before they start; of a path the last part.
func toldWords(command []string) []string {
	var told []string
	option := ""
	for _, text := range command {
		for word := range strings.FieldsSeq(lastCommand(text)) {
			word = strings.Trim(word, `"'`)
			isValue := option != "" && (len(option) > 2 || !strings.ContainsAny(word, "./"))
			option = ""
			switch {
			case strings.HasPrefix(word, "-"):
				if !slices.Contains(programOptions, word) && !strings.Contains(word, "=") {
					option = word
				}
			case isValue || processOne.MatchString(word) || hostWord.MatchString(word):
			default:
				told = append(told, path.Base(word))
			}
		}
	}
	return told
}

// lastCommand returns the last command of a script that does more than set the exit status.
func lastCommand(script string) string {
	commands := strings.FieldsFunc(script, func(r rune) bool { return strings.ContainsRune(";&|\n", r) })
	for _, c := range slices.Backward(commands) {
		if words := strings.Fields(c); len(words) > 0 && !slices.Contains([]string{"exit", "echo", "true", ":"}, words[0]) {
			return c
		}
	}
	return ""
}
