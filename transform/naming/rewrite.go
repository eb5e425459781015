package naming

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/texts"
)

// Rewriter replaces names that no DNS label can carry in the texts of a project, and reports what it replaces.
type Rewriter struct {
	dns      map[*input.Service]string
	changed  map[string]change
	keep     bool // replace nothing, only report
	findings *report.Findings
}

// Rewrite is rewritePlace for a text of its own. at is the key the text belongs to; variable is the name of the
// variable, if it is the value of one.
func (r *Rewriter) Rewrite(at diag.Path, variable, text string) string {
	return r.rewritePlace(place{at: at, variable: variable, text: text})
}

// rewritePlace returns a text with the names that no DNS label can carry replaced where they stand in host position.
//
// Docker's DNS answers to any name, my_db among them; no object of Kubernetes can be called so: Services and the host
// names of hostAliases are DNS labels. Every replacement is reported, as is every other place where the name stands as
// a word, because a program may take it for a host there. Source: RFC 1123, k8s.io/apimachinery/pkg/util/validation.
func (r *Rewriter) rewritePlace(t place) string {
	at, text := t.at, t.text
	changed := r.changed
	if len(changed) == 0 {
		return text
	}
	found := t.find(func(name string) bool { _, is := changed[name]; return is })
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	end, lines := 0, lineCounter{text: text, line: 1}
	hosts := map[string]bool{} // a list in the same text means the same
	for _, m := range found {
		hosts[m.Name] = hosts[m.Name] || m.Host
	}
	inRemark, isDashboard := texts.Remarks(text), isDashboard(text)
	others := map[string][]int{} // the lines of what is no host, by name
	for _, m := range found {
		line := lines.at(m.Start)
		m.Host = m.Host || m.Bare && (hosts[m.Name] || t.before+t.after != "" && changed[strings.ToLower(m.Name)].to == "")
		if changed[strings.ToLower(m.Name)].to == "" && nameOfCertificate.MatchString(t.variable+" "+text[max(0, m.Start-longestOption):m.Start]) {
			continue
		}
		if !m.Host && (isDashboard || namesDatabase(t.variable, text[:m.Start], m.Name == text)) {
			continue
		}
		if (!m.Host || changed[strings.ToLower(m.Name)].to == "" || r.keep) && inRemark(m.Start) { // which no program reads
			continue
		}
		if !m.Host {
			others[m.Name] = append(others[m.Name], line)
			continue
		}
		c := changed[strings.ToLower(m.Name)]
		if c.to != "" && !r.keep {
			b.WriteString(text[end:m.Start])
			b.WriteString(c.to)
			end = m.End
		}
		if c.to == "" && isOf(at, c.service) && listens.MatchString(t.variable+" "+t.text[max(0, m.Start-longestOption):m.Start]) {
			r.findings.Addf("name-unresolvable", at, "use "+r.dns[c.service]+", or 0.0.0.0 to listen on all addresses",
				"%s%s is what Docker calls the container; a Pod does not know its program under a name with dots", m.Name, lines.show(line))
			continue
		}
		r.reportName(at, c, m, lines.show(line))
	}
	b.WriteString(text[end:])
	for _, name := range sorted.Keys(others) { // said once of a text: a dump may have a name in every line
		r.reportName(at, changed[strings.ToLower(name)], texts.Mention{Name: name}, lines.show(slices.Compact(others[name])...))
	}
	return b.String()
}

// nameOfCertificate matches the end of what stands before a name that the certificate of a peer is to have, which is no host that anybody asks for: a variable,
// or a key in a text.
var nameOfCertificate = pattern.New(`(?i)(?:^|[\s"'{,._-])\w*(?:server_?name|sni|common_?name|tls_?name)["']?\s*[:=]?\s*["']?$`).Holding("servername", "server_name", "sni", "commonname", "common_name", "tlsname", "tls_name")

// ofDatabase matches variables with the name of a database or of a user of it.
var ofDatabase = pattern.New(`(?i)(^|_)(database(_?name)?|db(_?name)?|user(name)?|schema|bucket)$`)

// pathOfURL matches the end of a text within a URL, behind its host, and databaseKey the end of one with a setting for the name of a database.
var (
	pathOfURL   = pattern.New(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/"'<>]+/$`).Holding("://")
	databaseKey = pattern.New(`(?i)(?:^|[\s"'{,._-])(?:database|db)(?:_?name)?["']?\s*[:=]\s*["']?$`).Holding("database", "db")
)

// namesDatabase reports whether a name that stands where no host does is that of a database: in the path of a URL that has its host, or as the value of a
// variable or a key for it. isWhole says that it is all of the value.
func namesDatabase(variable, before string, isWhole bool) bool {
	before = before[strings.LastIndexByte(before, '\n')+1:]
	before = before[max(0, len(before)-256):]
	return isWhole && ofDatabase.MatchString(variable) || pathOfURL.MatchString(before) || databaseKey.MatchString(before)
}

// isOf reports whether a key is that of a service or below it.
func isOf(at diag.Path, s *input.Service) bool {
	return len(at) > 1 && (at[0] == "services" || at[0] == "jobs") && at[1] == s.Name
}

// lineCounter counts the lines of a text up to places that come one after the other.
type lineCounter struct {
	text      string
	line, end int
}

func (l *lineCounter) at(offset int) int {
	l.line += strings.Count(l.text[l.end:offset], "\n")
	l.end = offset
	return l.line
}

// show says on which lines of a text with several lines something stands.
func (l *lineCounter) show(lines ...int) string {
	if !strings.Contains(strings.TrimSuffix(l.text, "\n"), "\n") {
		return ""
	}
	if len(lines) == 1 {
		return fmt.Sprintf(" (line %d)", lines[0])
	}
	numbers := make([]string, len(lines))
	for i, line := range lines {
		numbers[i] = strconv.Itoa(line)
	}
	return fmt.Sprintf(" (lines %s)", report.Enumerate(numbers, 5))
}

// overTLS are the schemes of URLs whose callers compare the host with what the certificate names.
var overTLS = []string{"https", "wss", "ldaps", "amqps", "rediss", "mqtts", "smtps", "imaps", "grpcs"}

// reportName reports one place where a name stands that does not resolve as it is written. It shows the host and its port
// and nothing else of the text, which may hold secrets.
func (r *Rewriter) reportName(at diag.Path, c change, m texts.Mention, line string) {
	isOwn := isOf(at, c.service)
	host := func(name string) string {
		if m.Port != 0 {
			return fmt.Sprintf("%s:%d", name, m.Port)
		}
		return name
	}
	switch {
	case c.to == "" && (!m.Host || isOwn):
		// a name with dots, mostly a domain that a service serves and knows from outside
	case c.to == "":
		r.findings.Addf("name-unresolvable", at, "use "+r.dns[c.service]+" where the service itself is meant",
			"%s%s resolves to %s on Docker, but no Service can have a name with dots: it is asked of the internet", m.Name, line, c.service.Name)
	case m.Host && r.keep:
		r.findings.Addf("name-kept", at, "rename it, or leave out --no-rewrite-names to write "+c.to,
			"%s%s does not resolve: no Service can be called so", host(m.Name), line)
	case m.Host:
		help := "rename the service, so that Docker and Kubernetes read the same"
		if c.source == OfDocker {
			help = "write " + c.to + ", so that Docker and Kubernetes read the same"
		}
		if slices.Contains(overTLS, m.Scheme) {
			r.findings.Addf("name-rewritten", at, help,
				"%s becomes %s%s: no Service can be called %s, and a certificate for that name is not one for %s", host(m.Name), host(c.to), line, m.Name, c.to)
			return
		}
		r.findings.Addf("name-rewritten", at, help,
			"%s becomes %s%s: no Service can be called %s", host(m.Name), host(c.to), line, m.Name)
	case m.Name == c.name && (c.source == OfService || !isOwn):
		code, help := "name-unresolvable", "write "+c.to+" if it is a host; nothing to do if it is not"
		if r.keep {
			code = "name-kept"
		}
		r.findings.Addf(code, at, help, "%s%s may be meant as a host: the Service is called %s", m.Name, line, c.to)
	}
}

// RewriteWords is Rewrite for the words of a command, of which one may be the value of the option before it, or a host whose
// port stands behind it.
func (r *Rewriter) RewriteWords(at diag.Path, list []string) []string {
	rewritten := make([]string, len(list))
	for i, word := range words(at, list) {
		rewritten[i] = r.rewritePlace(word)
	}
	return rewritten
}

// reportNamedHosts reports such names in the sources of a service. Where a variable of the service may say another host, its value was looked at.
func (d *namer) reportNamedHosts(s *input.Service, changed map[string]change, dns map[*input.Service]string) {
	told := map[string]bool{}
	for _, h := range s.Facts.NamedHosts {
		c := changed[strings.ToLower(h.Name)]
		if c.service == nil || c.to == "" && c.service == s || told[h.Name+" "+h.File] || slices.ContainsFunc(h.Variables, func(name string) bool { return s.Config.Environment[name] != nil }) {
			continue
		}
		told[h.Name+" "+h.File] = true
		if c.to == "" {
			d.findings.Addf("name-unresolvable", imageKey(s), fmt.Sprintf("write %s in %s where the service itself is meant", dns[c.service], h.File),
				"%s, which %s asks for in %s (line %d), resolves to %s on Docker, but no Service can have a name with dots: it is asked of the internet", h.Name, s.Name, h.File, h.Line, c.service.Name)
			continue
		}
		d.findings.Addf("name-unresolvable", imageKey(s), "write "+c.to+" in "+h.File+", or rename the service",
			"%s, which %s asks for in %s (line %d), does not resolve: no Service can be called so, and what is built into an image stays as it is", h.Name, s.Name, h.File, h.Line)
	}
}

// reportBuiltNames reports names that no DNS label can carry, and those with dots, where a file or a variable that is built into an image has them:
// nothing is replaced there.
func (d *namer) reportBuiltNames(changed map[string]change, dns map[*input.Service]string) {
	if len(changed) == 0 {
		return
	}
	isChanged := func(name string) bool { return changed[name].service != nil }
	for _, s := range d.project.Services {
		tell := func(found []texts.Mention, text, where string, remedy func(to string) string) {
			var told []string
			inRemark := texts.Remarks(text)
			for _, m := range found {
				c := changed[strings.ToLower(m.Name)]
				if !m.Host || slices.Contains(told, c.name) || inRemark(m.Start) || c.to == "" && c.service == s {
					continue
				}
				told = append(told, c.name)
				if c.to == "" {
					d.findings.Addf("name-unresolvable", imageKey(s), remedy(dns[c.service]),
						"%s, which %s has as %s, resolves to %s on Docker, but no Service can have a name with dots: it is asked of the internet", m.Name, s.Name, where, c.service.Name)
					continue
				}
				d.findings.Addf("name-unresolvable", imageKey(s), remedy(c.to),
					"%s, which %s has as %s, does not resolve: no Service can be called so, and what is built into an image stays as it is", m.Name, s.Name, where)
			}
		}
		for _, t := range builtTexts(s) {
			tell(texts.Find(t.Text, "", isChanged), t.Text, t.File, func(to string) string { return "write " + to + " in " + t.File + ", or rename the service" })
		}
		d.reportNamedHosts(s, changed, dns)
		for _, w := range builtWords(s) {
			tell(w.find(isChanged), w.text, "a word of its command", func(to string) string { return "write " + to + " in the Dockerfile, or rename the service" })
		}
		for _, v := range builtVariables(s) {
			tell(v.find(isChanged), v.text, v.variable, func(to string) string {
				return "set " + v.variable + " under environment, with " + to + " in place of the name, or rename the service"
			})
		}
	}
}
