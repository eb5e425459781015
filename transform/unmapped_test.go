package transform

import (
	"slices"
	"strings"
	"testing"
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
