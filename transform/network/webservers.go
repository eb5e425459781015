package network

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

var (
	// webServer matches the programs that speak HTTP on the port which they are told.
	webServer = pattern.New(`(?:^|[\s/;&|"'=])(?:uvicorn|gunicorn|hypercorn|daphne|waitress-serve|granian|flask|fastapi|streamlit|chainlit|gradio|panel\s+serve|voila|jupyter(?:-\w+)?|mlflow|tensorboard|flower|http-server|serve|next|nuxt|vite|astro|ng\s+serve|react-scripts|webpack-dev-server|json-server|rails|puma|unicorn|thin|php\s+-S|artisan\s+serve|runserver|http\.server|hugo|mkdocs|jekyll)(?:[\s"':.]|$)`).
			Holding("uvicorn", "gunicorn", "hypercorn", "daphne", "waitress", "granian", "flask", "fastapi", "streamlit", "chainlit", "gradio", "panel", "voila", "jupyter", "mlflow", "tensorboard", "flower", "serve", "next", "nuxt", "vite", "astro", "react-scripts", "rails", "puma", "unicorn", "thin", "php", "hugo", "mkdocs", "jekyll")
	// webOption matches options and variables that have the port on which a program speaks HTTP, as their names say, and httpEndpoint the keys of settings that do.
	webOption    = pattern.New(`(?i)(?:^|[\s"'])-{0,2}(?:[\w.-]*[._-])?(?:http|web|webui|ui|dashboard|console)(?:[._-](?:server|listen|bind|api))*[._-](?:listen[._-])?(?:addr|address|port|endpoint|host)[=\s:]+["']?(?:[\w.*-]*|\[[\da-f:]*\]):?(\d{2,5})(?:[\s"',]|$)`).Holding("http", "web", "ui", "dashboard", "console")
	httpEndpoint = pattern.New(`(?m)^\s*http:\s*\n\s+endpoint:\s*["']?[\w.\[\]:${}]*:(\d{2,5})\b`).Holding("endpoint")
)

// webImages are programs whose page is on a port that no image row has.
// Sources: https://www.home-assistant.io/integrations/http/, https://grafana.com/docs/alloy/latest/reference/cli/run/, https://opentelemetry.io/docs/specs/otlp/#otlphttp-default-port
var webImages = []struct {
	image *pattern.Pattern
	port  int32
}{
	{pattern.New(`(^|/)home-?assistant(:|@|$)`).Holding("assistant"), 8123},
	{pattern.New(`(^|/)alloy(:|@|$)`).Holding("alloy"), 12345},
	{pattern.New(`(^|/)opentelemetry-collector(-[a-z]+)?(:|@|$)`).Holding("opentelemetry-collector"), 4318},
}

// servesHTTP reports whether what a service starts, its settings or its image tells that it speaks HTTP on a port.
func servesHTTP(p *input.Project, s *input.Service, port int32) bool {
	for _, known := range webImages {
		if known.port == port && known.image.MatchAny(s.ImageNames()) {
			return true
		}
	}
	number := strconv.Itoa(int(port))
	words := slices.Concat(s.Config.Entrypoint, s.Config.Command)
	if len(words) == 0 && s.Build() != nil {
		words = slices.Concat(s.Facts.Entrypoint, s.Facts.Cmd)
	}
	started := strings.Join(words, " ")
	told := []string{started}
	if webServer.MatchString(started) && holdsNumber(started, number) {
		return true
	}
	for _, name := range sorted.Keys(s.Config.Environment) {
		if value := s.Config.Environment[name]; value != nil && strings.Contains(*value, number) {
			told = append(told, name+"="+*value)
		}
	}
	isPort := func(m []string) bool { return m[1] == number }
	return slices.ContainsFunc(webOption.FindAllStringSubmatch(strings.Join(told, "\n"), -1), isPort) ||
		slices.ContainsFunc(httpEndpoint.FindAllStringSubmatch(p.SettingsText(s), -1), isPort)
}

// holdsNumber reports whether a text has a number as a word of its own, or behind a colon or an equals sign.
func holdsNumber(text, number string) bool {
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n:=\"';&|", r) }), number)
}
