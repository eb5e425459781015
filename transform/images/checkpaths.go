package images

import (
	"regexp"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// movedChecks are pages by which the health of a program was asked in earlier versions, and which it answers with an error since.
var movedChecks = []struct {
	repositories []string
	tags         string // a regular expression
	page         *pattern.Pattern
	now          string
}{
	{ // https://github.com/apache/airflow/blob/main/airflow-core/src/airflow/api_fastapi/core_api/app.py
		[]string{"docker.io/apache/airflow"},
		`^([3-9]|[1-9]\d)\.|^latest|^slim-(latest|[3-9]\.)`,
		pattern.New(`://[^/\s"']+(?::8080)?(/api/v1/\S*)|://[^/\s"']+:8080(/health\b)`).Holding("/api/v1/", "/health"), "/api/v2/monitor/health", // the scheduler has /health on a port of its own
	},
	{ // https://docs.trychroma.com/docs/overview/migration (v1.0.0)
		[]string{"docker.io/chromadb/chroma"}, `^(v?[1-9]|latest)`, pattern.New(`://[^/\s"']+(/api/v1/\S*)`).Holding("/api/v1/"), "/api/v2/heartbeat",
	},
}

// MovedCheck returns the page that the test of a healthcheck asks for and that this version of a program answers with an error, and the one that took
// its place; "" if it asks for none that is known.
func MovedCheck(reference, test string) (page, now string) {
	repository, tag := split(reference)
	for _, row := range movedChecks {
		if !slices.Contains(row.repositories, repository) || !regexp.MustCompile(row.tags).MatchString(tag) {
			continue
		}
		if m := row.page.FindStringSubmatch(test); m != nil {
			return strings.Join(m[1:], ""), row.now
		}
	}
	return "", ""
}
