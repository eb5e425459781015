package transform

import (
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/diag"
)

func TestKeysWithoutEquivalentAreReportedOnce(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: nginx:1
    blkio_config: {weight: 300, device_read_bps: [{path: /dev/sda, rate: 1mb}]}
    cpu_percent: 50
`)
	var found []string
	for _, c := range codes(r) {
		if strings.Contains(c, "[no-equivalent]") {
			found = append(found, c)
		}
	}
	want := []string{"info[no-equivalent] services.web.cpu_percent", "warning[no-equivalent] services.web.blkio_config"}
	if slices.Sort(found); !slices.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
}

func TestRollbackLikeAnUpdate(t *testing.T) {
	for rollback, reported := range map[string]bool{"{parallelism: 2, delay: 5s}": false, "{parallelism: 1, delay: 5s}": true} {
		r := convertYAML(t, "services: {x: {image: a, deploy: {replicas: 3, update_config: {parallelism: 2, delay: 5s}, rollback_config: "+rollback+"}}}")
		said := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Path.String() == "services.x.deploy.rollback_config" })
		if said != reported {
			t.Errorf("%s: %v", rollback, codes(r))
		}
	}
}
