package transform

import (
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/diag"
)

// TestJobsThatDoNotWait: a Job with one attempt that needs a server at once fails where the server is late.
func TestJobsThatDoNotWait(t *testing.T) {
	t.Parallel()
	const server = "\n  db: {image: 'postgres:17', restart: always, healthcheck: {test: [CMD, pg_isready]}}\n  seed: {image: a, restart: 'no', command: [seed]}"
	for job, want := range map[string]string{
		"{image: a, restart: 'no', command: [migrate], depends_on: [db]}":                                                  "depends-on-once",
		"{image: a, restart: 'no', command: [migrate], depends_on: {db: {condition: service_healthy}}}":                    "",
		"{image: a, restart: on-failure, command: [migrate], depends_on: [db]}":                                            "depends-on-order",
		"{image: a, restart: 'no', command: [sh, -c, 'until nc -z db 5432; do sleep 1; done; migrate'], depends_on: [db]}": "depends-on-order",
		"{image: a, restart: 'no', command: [./wait-for-it.sh, 'db:5432', --, migrate], depends_on: [db]}":                 "depends-on-once",
		"{image: a, restart: 'no', command: [./wait-for-it.sh, 'db:5432', -t, '0', --, migrate], depends_on: [db]}":        "depends-on-order",
		"{image: a, restart: 'no', command: [dockerize, -wait, 'tcp://db:5432', migrate], depends_on: [db]}":               "depends-on-once",
		"{image: a, restart: 'no', command: [migrate], depends_on: [seed]}":                                                "depends-on-order",
		"{image: a, restart: always, command: [serve], depends_on: [db]}":                                                  "depends-on-order",
		"{image: a, command: [migrate], depends_on: [db], x-kubernetes: {kind: CronJob, schedule: '0 1 * * *'}}":           "depends-on-order",
	} {
		got := ""
		for _, f := range convertYAML(t, "services:\n  migrate: "+job+server).Findings {
			if strings.HasPrefix(f.Code, "depends-on-") && f.Path[1] == "migrate" {
				got = f.Code
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", job, got, want)
		}
	}
}

// TestPortsBeyondWhatTheImageExposes: what an image exposes is whole until a peer names another port.
func TestPortsBeyondWhatTheImageExposes(t *testing.T) {
	t.Parallel()
	for caller, headless := range map[string]bool{
		"DB_HOST: db":                       false,
		"DB: postgres://db/app":             false,
		"DB: 'postgres://db:5432/app'":      false,
		"SITE: http://db/":                  false,
		"METRICS: 'http://db:9187/metrics'": true,
	} {
		r := convertYAML(t, "services:\n  db: {image: 'postgres:17', restart: always}\n  web: {image: a, restart: always, environment: {"+caller+"}}")
		got := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code == "headless" && f.Path[1] == "db" })
		if got != headless {
			t.Errorf("%s: headless %v, want %v", caller, got, headless)
		}
	}
}
