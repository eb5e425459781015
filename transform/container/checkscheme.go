package container

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

// schemes are programs of which their settings tell whether they speak TLS. Sources: https://www.elastic.co/docs/reference/kibana/configuration-reference/general-settings
// (server.ssl.enabled is false), https://www.elastic.co/docs/deploy-manage/security/self-auto-setup (of version 8 and later, unless security is configured)
var schemes = []struct {
	image, url *pattern.Pattern
	tls, plain *pattern.Pattern // what settings say that makes it one or the other
	byDefault  string           // "" where that depends on more
}{
	{
		pattern.New(`(?i)(^|/)kibana(:|@|$)`).Holding("kibana"), pattern.New(`(https?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):5601`).Holding(":5601"),
		pattern.New(`(?i)server[._]ssl[._]enabled["']?\s*[:=]\s*["']?true|ssl:\s*\n\s+enabled:\s*["']?true|server\.ssl\.certificate`), pattern.New(`(?i)server[._]ssl[._]enabled["']?\s*[:=]\s*["']?false`), "http",
	},
	{
		pattern.New(`(?i)(^|/)elasticsearch(:[1-7]\S*)(@|$)`).Holding("elasticsearch"), pattern.New(`(https?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):9200`).Holding(":9200"),
		pattern.New(`(?i)xpack[._]security[._]http[._]ssl[._]enabled["']?\s*[:=]\s*["']?true|http[._]ssl:\s*\n\s+enabled:\s*["']?true|ssl:\s*\n\s+enabled:\s*["']?true`), pattern.New(`(?i)xpack[._]security[._](http[._]ssl[._])?enabled["']?\s*[:=]\s*["']?false`), "http",
	},
	{
		pattern.New(`(?i)(^|/)elasticsearch(:|@|$)`).Holding("elasticsearch"), pattern.New(`(https?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):9200`).Holding(":9200"),
		pattern.New(`(?i)xpack[._]security[._]http[._]ssl[._]enabled["']?\s*[:=]\s*["']?true|http[._]ssl:\s*\n\s+enabled:\s*["']?true|ssl:\s*\n\s+enabled:\s*["']?true`), pattern.New(`(?i)xpack[._]security[._](http[._]ssl[._])?enabled["']?\s*[:=]\s*["']?false`), "",
	},
}

// otherScheme returns the scheme by which the test of a healthcheck asks a program that speaks the other one, and what the program speaks; "" where they agree
// or nothing tells. A test that asks by both may succeed.
func otherScheme(project *input.Project, u *input.Container, test []string) (asked, spoken string) {
	text := strings.Join(test, " ")
	for _, known := range schemes {
		if !known.image.MatchAny(u.ImageNames()) {
			continue
		}
		for _, m := range known.url.FindAllStringSubmatch(text, -1) {
			if asked != "" && asked != m[1] {
				return "", ""
			}
			asked = m[1]
		}
		if asked == "" {
			return "", ""
		}
		settings := settingsOf(project, u)
		switch isTLS, isPlain := known.tls.MatchString(settings), known.plain.MatchString(settings); {
		case isTLS == isPlain:
			spoken = known.byDefault
			if isTLS {
				spoken = ""
			}
		case isTLS:
			spoken = "https"
		default:
			spoken = "http"
		}
		if spoken == "" || spoken == asked {
			return "", ""
		}
		return asked, spoken
	}
	return "", ""
}

// settingsOf returns the variables, the words and the mounted settings of a container as one text.
func settingsOf(project *input.Project, u *input.Container) string {
	var b strings.Builder
	for name, value := range u.Spec.Environment {
		if value != nil {
			b.WriteString(name + "=" + *value + "\n")
		}
	}
	b.WriteString(strings.Join(u.Spec.Entrypoint, " ") + "\n" + strings.Join(u.Spec.Command, " ") + "\n" + project.SettingsText(u.Service))
	return b.String()
}
