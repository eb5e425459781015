package pod

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/workload"
)

// scheduleWord finds words that name programs which start work by the clock.
var scheduleWord = pattern.New(`(?i)(?:^|[^a-z])(?:scheduler|schedule:(?:work|run)|beat|celerybeat|crond?|supercronic|ofelia)(?:[^a-z]|$)`).Holding("schedul", "beat", "cron", "supercronic", "ofelia")

// isAlone reports whether the old Pod stops before the new one starts, although nothing that both would hold says so.
//
// docker compose stops the old container first. A Pod that others call is replaced the other way round, so that somebody always
// answers, and one with a readiness probe says itself when its successor can take over. What nobody calls has nothing from that: a second
// Pod beside the first would answer the same chat or poll the same account. Work by the clock would start twice, whoever calls, and
// a member of a cluster that announces the name of its service would be there twice under one name.
// Work that several replicas share is shared by one more as well.
func isAlone(b *workload.Pod, net *network.Network, ready bool) bool {
	switch {
	case b.Main.Scale() != 1 || b.Main.Ext.Autoscale != nil:
		return false
	case slices.ContainsFunc(b.Members, startsByClock), net.AnnouncesItself(b):
		return true
	}
	return !ready && !slices.ContainsFunc(b.Members, net.IsCalled)
}

// startsByClock reports whether the name or the command of a service tells of a schedule. Of an option only the value counts:
// -query-scheduler.ring=false tells nothing.
func startsByClock(s *input.Service) bool {
	words := strings.Fields(strings.Join(slices.Concat([]string{s.Name}, s.Config.Entrypoint, s.Config.Command), " "))
	return slices.ContainsFunc(words, func(word string) bool {
		if strings.HasPrefix(word, "-") {
			_, word, _ = strings.Cut(word, "=")
		}
		return scheduleWord.MatchString(word)
	}) || slices.Contains(words, "celery") && slices.Contains(words, "-B")
}
