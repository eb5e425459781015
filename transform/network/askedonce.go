package network

import (
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/texts"
)

// proxyWord matches what images, commands and directories of proxies are called that look up a host once.
var proxyWord = pattern.New(`(?i)nginx|openresty|tengine|angie|haproxy|varnish`)

// isOnceProxy reports whether a service runs such a proxy: a directory of settings may be mounted into other services as well.
func isOnceProxy(s *input.Service) bool {
	words := slices.Concat([]string{s.Config.Image, s.Facts.BaseImage}, s.Config.Entrypoint, s.Config.Command)
	for _, v := range s.Config.Volumes {
		words = append(words, v.Target)
	}
	for _, c := range s.Config.Configs {
		words = append(words, c.Target)
	}
	return slices.ContainsFunc(words, proxyWord.MatchString)
}

// upstreamVariable matches the variables by which an image that is made from such a proxy is told where it sends requests.
var upstreamVariable = pattern.New(`(?i)(^|_)(backend|upstream|proxy(_(pass|host|target|url|to|address))?$|u?wsgi|gunicorn|fpm|fastcgi|php|api|app|web|front_?end|origin)(_|$)`)

// isToldUpstream reports whether a variable, which the settings that are known do not use, tells a proxy where to send requests: the
// scripts of an image that is made from one write it into settings.
func isToldUpstream(m naming.Mention, settings string) bool {
	words := slices.Concat([]string{m.By.Config.Image, m.By.Facts.BaseImage}, m.By.Config.Entrypoint, m.By.Config.Command)
	return (m.Host || m.Bare) && upstreamVariable.MatchString(m.Variable) && !strings.Contains(settings, m.Variable) && slices.ContainsFunc(words, proxyWord.MatchString) &&
		slices.Contains(m.At, "environment")
}

// reportAskedOnce tells of proxies that look up the name of a headless Service when they start, and not again: the address of a Pod goes
// with it, where the container of Docker keeps its own when it is restarted.
func (d *services) reportAskedOnce() {
	mounted := map[*input.Service]string{}
	settings := func(s *input.Service) string {
		if _, read := mounted[s]; !read {
			mounted[s] = d.project.MountedText(s)
		}
		return mounted[s]
	}
	asked, at := map[*input.Service][]string{}, map[*input.Service]diag.Path{}
	for _, s := range d.project.Services {
		if d.forms[s] != plan.Headless || s.Ext.Service != "" || isStateful(d.workloads, s) {
			continue
		}
		for _, name := range namesOf(d.names, s) {
			for _, m := range d.names.Mentions(name) {
				once := m.Once || m.Variable != "" && m.By != s && isOnceProxy(m.By) && (texts.AsksOnceFor(settings(m.By), m.Variable) || isToldUpstream(m, settings(m.By)))
				if once && d.workloads.Pod(m.By) != d.workloads.Pod(s) && isOnceProxy(m.By) && !slices.Contains(asked[m.By], s.Name) {
					asked[m.By] = append(asked[m.By], s.Name)
					if at[m.By] == nil {
						at[m.By] = m.At
					}
				}
			}
		}
	}
	for _, proxy := range d.project.Services {
		if names := report.Enumerate(asked[proxy], 5); len(asked[proxy]) > 0 {
			d.findings.Addf("name-asked-once", at[proxy], "name all ports of "+strings.Join(asked[proxy], ", ")+" with `expose`, and write `service: clusterip` under its x-kubernetes: a name then has one address that stays",
				"%s looks up %s when it starts, and not again: after a Pod there is replaced it sends to an address that nobody has", proxy.Name, names)
		}
	}
}
