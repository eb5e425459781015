package workload

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

var (
	// lastExit finds the end of a script that ends whatever happened before.
	lastExit = pattern.New(`(?:^|[;\n]|&&)\s*exit(?:\s+0)?\s*;?\s*$`)
	// lastDone finds the end of a script whose last command is a loop.
	lastDone = pattern.New(`\bdone\s*;?\s*["']?\s*$`)
	// endlessLoop finds loops that nothing ends but what leaves them, and leaves finds that.
	endlessLoop = pattern.New(`\b(?:while\s+(?:true|:|\[\s*1\s*\]|sleep)|until\s+false|for\s*\(\(\s*;;)`)
	leaves      = pattern.New(`\b(?:break|exit(?:\s+0)?(?:\s*[;&|})\n]|\s*$)|return)`)
	// endless finds other commands of scripts that never end.
	endless = pattern.New(`\b(?:sleep\s+(?:infinity|inf|[\d.]+d|\d{5,})|tail\s+-\w*[fF]|tail\s+--follow|crond?\b|wait\b\s*$)`)
	// runningWord finds words that name programs which keep running.
	runningWord = pattern.New(`(?i)(?:^|[^a-z])(?:workers?|server|serve|daemon|scheduler|beat|crond?|consumers?|listen(?:er)?|watch(?:er)?|proxy|gateway|agent|exporter|runserver|gunicorn|uvicorn|hypercorn|puma|sidekiq|celery|horizon|supervisord|nodemon|streamlit|jupyter|namenode|datanode|journalnode|nodemanager|resourcemanager|historyserver|regionserver|hiveserver2|metastore|zkfc)(?:[^a-z]|$)`).Holding("worker", "server", "serve", "daemon", "scheduler", "beat", "cron", "consumer", "listen", "watch", "proxy", "gateway", "agent", "exporter", "unicorn", "uvicorn", "hypercorn", "puma", "sidekiq", "celery", "horizon", "supervisord", "nodemon", "streamlit", "jupyter", "namenode", "datanode", "journalnode", "nodemanager", "resourcemanager", "metastore", "zkfc")
	// others finds what a script says to people and whom it waits for: neither tells what runs.
	others = pattern.New(`\w+://\S+|\b(?:echo|printf)\s[^;&|\n]*|\b(?:nc|ncat|curl|wget|ping|nslookup|getent|pg_isready|mysqladmin|wait-?(?:for|_for)?[\w.-]*|dockerize)\s(?:[^;&|\n-]|-[^\s-]|--\S)*|[\w.-]+:\d{2,5}\b`)
	// idle finds the end of a script that only keeps its container running.
	idle = pattern.New(`(?:tail\s+(?:-f|-F|--follow)\s+/dev/null|sleep\s+(?:infinity|inf|\d{4,}))\s*;?\s*["']?\s*$`).Holding("tail", "sleep")
	// destruction finds commands of scripts that delete what others store.
	destruction = pattern.New(`(?i)(?:^|[\s;&|("'])((?:/\S*/)?(?:mc\s+r[mb]|aws\s+s3\s+r[mb]|s3cmd\s+(?:del|rb)|rm\s+-\w*r\w*|dropdb|drop\s+(?:database|table|schema|keyspace|user)|flush(?:all|db)|\S*topics\S*\s[^;&|]*--delete|curl\s[^;&|]*-X\s*DELETE))\b`)
	// callsItself finds addresses of the own network.
	callsItself = pattern.New(`\blocalhost\b|\b127\.0\.0\.1\b|\[::1\]`)
)

// hasEnd reports whether a script that a shell is given ends with exit.
func hasEnd(s *input.Service) bool {
	words := slices.Concat(program(s))
	return len(words) > 2 && input.IsShell(path.Base(words[0])) && ends(words[len(words)-1])
}

// ends reports whether a script ends with exit, or with a loop that is left.
func ends(script string) bool {
	if endless.MatchString(script) {
		return false
	}
	isLeft := leaves.MatchString(script)
	return lastExit.MatchString(script) && (isLeft || !endlessLoop.MatchString(script)) || isLeft && lastDone.MatchString(script) && endlessLoop.MatchString(script)
}

// goesOn reports whether a script never ends.
func goesOn(script string) bool {
	return endless.MatchString(script) || endlessLoop.MatchString(script) && !leaves.MatchString(script)
}

// destroys returns the command of a script that deletes something and then only waits, or "".
func destroys(s *input.Service) string {
	entrypoint, command := program(s)
	script := strings.Join(slices.Concat(entrypoint, command), " ")
	if !idle.MatchString(script) {
		return ""
	}
	if m := destruction.FindStringSubmatch(script); m != nil {
		return m[1]
	}
	return ""
}

// keepsRunning reports whether the name, the command or the terminal of a service tells that it does not end by itself.
func keepsRunning(s *input.Service) bool {
	command := strings.Join(slices.Concat(program(s)), " ")
	return s.Config.Tty || s.Config.StdinOpen || runningWord.MatchString(s.Name) || goesOn(command) || runningWord.MatchString(others.ReplaceAllString(command, " "))
}

// isEndless reports whether the command or the terminal of a service keeps it running, whatever it is called.
func isEndless(s *input.Service) bool {
	return s.Config.Tty || s.Config.StdinOpen || goesOn(strings.Join(slices.Concat(program(s)), " "))
}

// checkSharedOneShots reports work with an end that shares the Pod of another service. A container of a Deployment is started again
// whenever it ends, and a Pod is ready only while all its containers run: kubelet counts one that has ended as not ready, whatever
// its restart policy, so the others lose their traffic as well.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/status/generate.go, GenerateContainersReadyCondition
func (d *kinds) checkSharedOneShots(g *group) {
	if len(g.members) == 1 {
		return
	}
	for _, s := range g.members {
		at, why := d.endsInPod(s)
		if why == "" {
			continue
		}
		others := otherNames(g.members, s)
		help := apartRemedy(s) + "; write restart: unless-stopped if it keeps running"
		if waiting := d.waitingForEnd(s); waiting != "" {
			d.findings.Addf("one-shot-in-pod", at, help,
				"%s shares a Pod with %s, where it is started again whenever it ends (%s waits for it to complete), and %s does not wait: only the end of a Job is waited for; while it has ended the Pod is not ready, and the Service of %s leads nowhere", s.Name, others, waiting, waiting, others)
			continue
		}
		d.findings.Addf("one-shot-in-pod", at, help,
			"%s shares a Pod with %s, where it is started again whenever it ends (%s); while it has ended the Pod is not ready, and the Service of %s leads nowhere", s.Name, others, why, others)
	}
}

// waitingForEnd returns the services that wait for the end of a service, "" if none does.
func (d *kinds) waitingForEnd(s *input.Service) string {
	var names []string
	for _, x := range d.dependents[s.Name] {
		if x.Condition == types.ServiceConditionCompletedSuccessfully {
			names = append(names, x.By.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// apartRemedy says how work with an end leaves a shared Pod. All keys that join it have to go. What calls its neighbour on localhost cannot run
// before that does, and neither can what needs its processes or its memory, which nobody reaches by name: that runs in its container.
func apartRemedy(s *input.Service) string {
	if s.Ext.Group != "" && len(s.Joins) == 0 {
		return "remove x-kubernetes.group"
	}
	keys, target, isInside := []string{}, "", false
	for _, join := range s.Joins {
		keys, isInside = append(keys, join.Key), isInside || join.Key != "network_mode"
		if target == "" {
			target = join.Target.Name
		}
	}
	switch all := strings.Join(keys, ", "); {
	case target == "":
		return "let the others not join it"
	case isInside:
		return fmt.Sprintf("make it a post_start hook of %s, which runs in its container, or remove %s where it can do without", s.Joins[len(s.Joins)-1].Target.Name, all)
	case callsLocalhost(s):
		return fmt.Sprintf("remove %s and let it call %s by name", all, target)
	default:
		return fmt.Sprintf("remove %s and let it call %s by name, or make it a pre_start hook of %s", all, target, target)
	}
}

// callsLocalhost reports whether the command or a variable of a service has an address of its own network.
func callsLocalhost(s *input.Service) bool {
	texts := slices.Concat(s.Config.Entrypoint, s.Config.Command)
	for _, value := range s.Config.Environment {
		if value != nil {
			texts = append(texts, *value)
		}
	}
	return callsItself.MatchAny(texts)
}

// endsInPod returns why a member of a shared Pod is taken for work with an end, "" if it is not, and the key that says so.
func (d *kinds) endsInPod(s *input.Service) (at diag.Path, why string) {
	for _, x := range d.dependents[s.Name] {
		if x.Condition == types.ServiceConditionCompletedSuccessfully {
			return x.At, x.By.Name + " waits for it to complete"
		}
	}
	wish := RestartOf(s)
	switch {
	case wish.Condition == restartNo && d.daemonSign(s) == "":
		return wish.At, "the file says that it is not started again"
	case (wish.Condition == "" || wish.Condition == RestartOnFailure && len(s.Joins) > 0) && d.daemonSign(s) == "" && shotWord(s) != "":
		return s.Path, fmt.Sprintf("%q tells of work with an end", shotWord(s))
	case wish.Condition == "" && d.daemonSign(s) == "" && !isServer(s) && len(s.Joins) > 0:
		return s.Path, "no restart policy is written and nothing tells that it keeps running"
	}
	return nil, ""
}
