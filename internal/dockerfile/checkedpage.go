package dockerfile

import (
	"path"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// checkedPage matches the address that the test of a healthcheck asks at the container itself, failsAtError a test that an answer of 404 makes fail.
var (
	checkedPage  = pattern.New(`https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::[^/\s"']+)?(/[\w./-]*[\w-])`).Holding("://")
	failsAtError = pattern.New(`(?i)\bcurl\b[^|;&]*\s(?:-[a-z]*f[a-z]*|--fail\S*)(?:\s|$)|\bwget\b|\burlopen\b`).Holding("curl", "wget", "urlopen")
)

// The files in which programs name their libraries, the libraries by which a program answers only pages that its sources name, and those that answer pages of
// their own. Sources: https://docs.micronaut.io/latest/guide/#healthEndpoint, https://docs.medusajs.com/resources/deployment (/health),
// https://github.com/nestjs/terminus, https://docs.streamlit.io/develop/api-reference/configuration, https://github.com/revsys/django-health-check
var (
	libraryFile = pattern.New(`(?i)^(package\.json|requirements[\w.-]*\.txt|pyproject\.toml|pipfile|go\.mod)$`)
	routed      = pattern.New(`(?im)"(express|fastify|koa|@nestjs/core|@hapi/hapi|hono)"\s*:|^\s*["']?(flask|fastapi|django|aiohttp|starlette|sanic)\b|github\.com/(gin-gonic/gin|labstack/echo|gofiber/fiber|go-chi/chi|gorilla/mux)\b`)
	ownPages    = pattern.New(`(?i)medusa|strapi|directus|payload|keystone|next"|nuxt|remix|astro|sveltekit|health|terminus|actuator|lightship|streamlit|gradio|chainlit|vllm|bentoml|mlflow|dagster|prefect|airflow|superset|litellm|langserve|langgraph|jupyter|rasa\b|parse-server|feathers|loopback|adonis|sails|wagtail|odoo|frappe|kong`)
	// anyPage matches routes that take pages which they do not name: a parameter in the first place, everything, or files.
	anyPage = pattern.New(`(?i)["'\x60(]/?[:<{*(]|["'\x60]/["'\x60]\s*,\s*(func|http\.|\w+handler)|notfound|no_?route|try_files|fallback|serve_?static|express\.static|staticfiles|catch_?all|setGlobalPrefix`)
	// notServed matches the files that say nothing about the pages of a program, though they may name them.
	notServed = pattern.New(`(?i)\.(md|markdown|rst|lock|sum|svg|map)$|^(package-lock\.json|pnpm-lock\.yaml|npm-shrinkwrap\.json)$`)
)

// missingPage returns the page that the test of a healthcheck asks a program for and that none of its sources names, "" where one does or where
// the program may answer it all the same.
func (c buildContext) missingPage(sources, test []string) string {
	text := strings.Join(test, " ")
	found := checkedPage.FindAllStringSubmatch(text, -1)
	if c.dir == "" || len(found) != 1 || !failsAtError.MatchString(text) {
		return ""
	}
	page := found[0][1]
	word := strings.ToLower(path.Base(page))
	isRouted, isNamed := false, false
	isComplete := c.eachSource(sources, func(name string) bool { return !notServed.MatchString(name) }, func(rel, text string) (goOn bool) {
		name := path.Base(rel)
		switch {
		case libraryFile.MatchString(name):
			isRouted = isRouted || routed.MatchString(text)
			isNamed = isNamed || ownPages.MatchString(text)
		case buildFile.MatchString(name):
		default:
			isNamed = isNamed || strings.Contains(strings.ToLower(rel), word) || strings.Contains(strings.ToLower(text), word) || anyPage.MatchString(text)
		}
		return !isNamed
	})
	if !isComplete || !isRouted || isNamed {
		return ""
	}
	return page
}
