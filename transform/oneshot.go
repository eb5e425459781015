package transform

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// oneShotWord finds words that name work with an end, such as a migration.
var oneShotWord = regexp.MustCompile(`(?i)(^|[^a-z])(migrat(e|or|ions?)|init|setup|seed(er|ing)?|bootstrap|provision|create-?buckets?|import(er)?|fixtures|permissions?)([^a-z]|$)`)

// oneShot returns why the service is work with an end, or "".
func (s *service) oneShot() string {
	for _, d := range s.dependents[s.name] {
		if d.condition == types.ServiceConditionCompletedSuccessfully {
			return d.by.name + " waits for it to complete"
		}
	}
	wish := s.restartWish()
	switch wish.condition {
	case restartNo:
		if s.daemonSign() == "" {
			return "the file says that it is not started again"
		}
	case restartOnFailure:
		if s.daemonSign() == "" {
			if word := s.oneShotWord(); word != "" {
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

// oneShotWord returns the word in the service's name or command that tells of work with an end, or "". Of a script only its
// last command counts, because many services migrate something before they start; flags tell how a program works, not what
// it does.
func (s *service) oneShotWord() string {
	words := append([]string{s.name}, s.config.Entrypoint...)
	for _, text := range append(words, s.config.Command...) {
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
func (s *service) daemonSign() string {
	switch {
	case len(s.config.Ports) > 0:
		return "it publishes ports"
	case len(s.config.Expose) > 0:
		return "it exposes ports"
	case s.hasHealthcheck():
		return "it has a healthcheck"
	}
	// service_started is the default and often says no more than that the work is to begin first.
	ends := oneShotWord.MatchString(s.name)
	for _, d := range s.dependents[s.name] {
		if d.condition != types.ServiceConditionCompletedSuccessfully && (d.condition != types.ServiceConditionStarted || !ends) {
			return d.by.name + " depends on it"
		}
	}
	if peer := s.calledBy(); peer != "" {
		return peer + " uses its name as a host"
	}
	return ""
}

// hasHealthcheck reports whether the file gives the service a healthcheck, or times for the one of its image.
func (s *service) hasHealthcheck() bool {
	h := s.config.HealthCheck
	return h != nil && !h.Disable && (len(h.Test) == 0 || h.Test[0] != "NONE")
}

// calledBy returns a peer whose environment or command names this service where a host stands.
func (s *service) calledBy() string {
	quoted := regexp.QuoteMeta(s.name)
	host := regexp.MustCompile(`(//|@)` + quoted + `([:/?,]|$)|(^|[\s,;='"/@])` + quoted + `:[0-9]+`)
	for _, peer := range s.services {
		if peer == s {
			continue
		}
		for _, name := range sortedKeys(peer.config.Environment) {
			value := peer.config.Environment[name]
			if value != nil && strings.Contains(*value, s.name) && host.MatchString(*value) {
				return peer.name
			}
		}
		for _, word := range slices.Concat(peer.config.Entrypoint, peer.config.Command) {
			if strings.Contains(word, s.name) && host.MatchString(word) {
				return peer.name
			}
		}
	}
	return ""
}

// checkSharedOneShots reports work with an end that shares the Pod of another service, where nothing can end.
func (b *pod) checkSharedOneShots() {
	if len(b.members) == 1 {
		return
	}
	for _, s := range b.members {
		for _, d := range s.dependents[s.name] {
			if d.condition == types.ServiceConditionCompletedSuccessfully {
				s.reportf("one-shot-in-pod", d.at, "give it a network of its own, or make it a pre_start hook",
					"%s shares a Pod with %s, where it is started again whenever it ends; nothing waits for it", s.name, b.otherNames(s))
				break
			}
		}
	}
}

func (b *pod) otherNames(s *service) string {
	var others []string
	for _, m := range b.members {
		if m != s {
			others = append(others, m.name)
		}
	}
	return strings.Join(others, ", ")
}
