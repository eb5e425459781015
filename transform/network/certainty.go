package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/texts"
	"github.com/transship/transship/transform/workload"
)

// isWhole says what to do where the lists of ports in the file are whole.
const isWhole = "where `expose` and `ports` name all that it has, x-kubernetes: {service: clusterip} gives the name one stable address"

// doubt says why the ports of a service are not certain, and what would make them so; "" if they are.
//
// On Docker every port of a container is open to its peers. A ClusterIP Service forwards the ports that it lists and closes the
// others, so it is right only where all of them are known: the image says what it exposes, or the ports that the file
// declares cover every mention of the service by its peers. A peer that names the host without a port uses one that its own
// program knows, which the conversion does not; so does a program that is told the name under which others are to call it, by a variable or, where no peer has the name, as host name of an image from elsewhere. Of an image
// whose ports are known that port is taken to be one of those, as long as no peer names another one: what an image exposes is no more
// than what its author wrote down.
func doubt(p *input.Project, w *workload.Workloads, n *naming.Names, ports Ports, s *input.Service) (why, help string) {
	exposes := !slices.ContainsFunc(w.NetworkMembers(s), func(m *input.Service) bool { return len(imagePorts(m))+len(movedPorts(m)) == 0 })
	known := map[int32]bool{}
	for _, x := range ports.Behind(s) {
		if x.Known {
			known[x.Number] = true
		}
	}
	if len(known) == 0 {
		return "neither the file nor the image names one", "declare all its ports with `expose`"
	}
	if why := programDoubt(p, n, s, known, exposes); why != "" {
		return why, isWhole
	}
	isCalled := false
	for _, name := range namesOf(n, s) {
		for _, m := range n.Mentions(name) {
			isCalled = isCalled || w.Pod(m.By) != w.Pod(s) || known[mentionedPort(s, m)]
			if !m.Host && !m.Bare && m.Beside == 0 {
				continue
			}
			if w.Pod(m.By) == w.Pod(s) {
				if why, help := ownDoubt(p, n, s, m, exposes); why != "" {
					return why, help
				}
				continue
			}
			if why, help := doubtful(s, m, known, exposes); why != "" {
				return why, help
			}
		}
	}
	if exposes {
		return "", ""
	}
	return silentDoubt(p, w, n, ports, s, known, isCalled)
}

// silentDoubt says what besides the mentions of a service makes its ports uncertain, of whose image nobody knows what it exposes, and what would make
// them certain; "" if nothing does.
func silentDoubt(p *input.Project, w *workload.Workloads, n *naming.Names, ports Ports, s *input.Service, known map[int32]bool, isCalled bool) (why, help string) {
	if said := ports.told.said(s); len(said) > 0 {
		return fmt.Sprintf("%s names port %d, which the file does not declare", said[0].at, said[0].number), "declare all its ports with `expose`"
	}
	if why := unreadDoubt(p, w, ports, s); why != "" {
		return why, isWhole
	}
	if !isCalled && s.Build() == nil && slices.Contains(namesOf(n, s), s.Config.Hostname) {
		return fmt.Sprintf("%s tells its program the name by which others find it, and none of them says a port", s.Key("hostname")), isWhole
	}
	if why := ports.makers.doubt(w, n, s, known); why != "" {
		return why, isWhole
	}
	return "", ""
}

// ownDoubt says why a text of its own Pod makes the ports of a service uncertain, and what would make them certain; "" if it does not.
func ownDoubt(p *input.Project, n *naming.Names, s *input.Service, m naming.Mention, exposes bool) (why, help string) {
	switch {
	case !exposes && mentionedPort(s, m) == 0 && isAnnounced(m):
		return fmt.Sprintf("%s tells others to find it by its name, on ports that only its program knows", m.At), isWhole
	case isListed(m) && joins.MatchString(m.Variable+" "+m.Before):
		return fmt.Sprintf("%s names it among the members of its cluster, which know each other by the addresses of their Pods", m.At), ""
	}
	if peer := memberBeside(p, n, s, m); !exposes && peer != "" {
		return fmt.Sprintf("%s names it beside %s, of the same image, and members of a cluster have ports of their own for each other", m.At, peer), isWhole
	}
	return "", ""
}

// unreadDoubt says which settings that are not read may name a service, "" if none may.
func unreadDoubt(p *input.Project, w *workload.Workloads, ports Ports, s *input.Service) string {
	for _, unread := range ports.unread {
		if w.Pod(unread.By) != w.Pod(s) && meet(p, w.NetworkOwner(unread.By), s) {
			return fmt.Sprintf("%s mounts settings that are not read here, and that may name it with any port", unread.At)
		}
	}
	return ""
}

// doubtful says why the port with which a peer names a service makes its ports uncertain, and what would make them certain; "" if it does not.
// known are the ports that are, and exposes tells that the image says what it opens.
func doubtful(s *input.Service, m naming.Mention, known map[int32]bool, exposes bool) (why, help string) {
	switch number := mentionedPort(s, m); {
	case exposes && number == 0 && s.Build() != nil && joins.MatchString(m.Variable+" "+m.Before):
		return fmt.Sprintf("%s names it without a port, and members of a cluster have ports of their own for each other", m.At), isWhole
	case exposes && (number == 0 || known[number] || number == texts.SchemePort(m.Scheme) && m.Port != number):
	case exposes:
		return fmt.Sprintf("%s names port %d, which the image does not expose", m.At, number), "declare all its ports with `expose`"
	case number == 0 && texts.SaysOwnNames(m.Variable):
	case number == 0:
		return fmt.Sprintf("%s names it without a port", m.At), isWhole
	case !known[number]:
		return fmt.Sprintf("%s names port %d, which the file does not declare", m.At, number), "declare all its ports with `expose`"
	}
	return "", ""
}

// isAnnounced reports whether a name stands where a program is told what it gives to its peers, in a variable or an option.
func isAnnounced(m naming.Mention) bool {
	return texts.TellsPeers(m.Variable) || strings.HasPrefix(m.Before, "-") && texts.TellsPeers(m.Before)
}

// memberBeside returns a service of the same image that is named in the text in which a service is told its own name, as the members of a
// cluster are told of all; "" if there is none.
func memberBeside(p *input.Project, n *naming.Names, s *input.Service, own naming.Mention) string {
	if s.Config.Image == "" {
		return ""
	}
	for _, peer := range p.Services {
		if peer == s || peer.Config.Image != s.Config.Image {
			continue
		}
		for _, name := range namesOf(n, peer) {
			if slices.ContainsFunc(n.Mentions(name), func(m naming.Mention) bool { return m.By == own.By && slices.Equal(m.At, own.At) }) {
				return peer.Name
			}
		}
	}
	return ""
}

// joins matches options and variables by which a program is told the other members of its cluster.
var joins = pattern.New(`(?i)join|seed|peer|member|cluster|neighbou?r`)
