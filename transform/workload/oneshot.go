package workload

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/transform/input"
)

// oneShotWord finds words that name work with an end, such as a migration.
var oneShotWord = regexp.MustCompile(`(?i)(^|[^a-z])(migrat(e|or|ions?)|init|setup|seed(er|ing)?|bootstrap|provision|create-?buckets?|import(er)?|fixtures|permissions?)([^a-z]|$)`)

// oneShot returns why the service is work with an end, or "".
func (d *kinds) oneShot(s *input.Service) string {
	for _, x := range d.dependents[s.Name] {
		if x.Condition == types.ServiceConditionCompletedSuccessfully {
			return x.By.Name + " waits for it to complete"
		}
	}
	wish := RestartOf(s)
	switch wish.Condition {
	case RestartNo:
		if d.daemonSign(s) == "" {
			return "the file says that it is not started again"
		}
	case RestartOnFailure:
		if d.daemonSign(s) == "" {
			if word := shotWord(s); word != "" {
				return fmt.Sprintf("it is started again only on failure, and %q tells of work with an end", word)
			}
		}
	}
	return ""
}

// processOne names programs that are called init because they are process 1, not because they prepare something.
var processOne = regexp.MustCompile(`^/(.*/)?init$|(^|/)(dumb-init|docker-init|my_init)$`)

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

// shotWord returns the word in the service's name or command that tells of work with an end, or "". Of a script only its
// last command counts, because many services migrate something before they start; flags tell how a program works, not what
// it does.
func shotWord(s *input.Service) string {
	words := append([]string{s.Name}, s.Config.Entrypoint...)
	for _, text := range append(words, s.Config.Command...) {
		if strings.HasPrefix(text, "-") || processOne.MatchString(text) {
			continue
		}
		if m := oneShotWord.FindStringSubmatch(lastCommand(text)); m != nil {
			return m[2]
		}
	}
	return ""
}

// daemonSign returns what tells that the service is meant to keep running, or "".
func (d *kinds) daemonSign(s *input.Service) string {
	switch {
	case len(s.Config.Ports) > 0:
		return "it publishes ports"
	case len(s.Config.Expose) > 0:
		return "it exposes ports"
	case s.HasHealthcheck():
		return "it has a healthcheck"
	}
	// service_started is the default and often says no more than that the work is to begin first.
	ends := oneShotWord.MatchString(s.Name)
	for _, x := range d.dependents[s.Name] {
		if x.Condition != types.ServiceConditionCompletedSuccessfully && (x.Condition != types.ServiceConditionStarted || !ends) {
			return x.By.Name + " depends on it"
		}
	}
	if peer := d.calledBy(s); peer != "" {
		return peer + " uses its name as a host"
	}
	return ""
}

// checkSharedOneShots reports work with an end that shares the Pod of another service, where nothing can end.
func (d *kinds) checkSharedOneShots(g *group) {
	if len(g.members) == 1 {
		return
	}
	for _, s := range g.members {
		for _, x := range d.dependents[s.Name] {
			if x.Condition == types.ServiceConditionCompletedSuccessfully {
				d.findings.Addf("one-shot-in-pod", x.At, "give it a network of its own, or make it a pre_start hook",
					"%s shares a Pod with %s, where it is started again whenever it ends; nothing waits for it", s.Name, otherNames(g.members, s))
				break
			}
		}
	}
}
