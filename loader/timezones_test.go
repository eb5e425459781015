package loader

import (
	"fmt"
	"testing"

	"github.com/transship/transship/diag"
)

func TestTimeZonesThatDoNotExist(t *testing.T) {
	dir := project(t, map[string]string{"compose.yaml": `services: {}
jobs:
  a: {image: x, triggers: {schedule: [{cron: "@daily", timezone: Europe/Paris}, {cron: "@daily", timezone: Local}, "@hourly"]}}
  b: {image: x, triggers: {schedule: [{cron: "@daily"}, {cron: "@daily", timezone: Mars/Phobos}]}}
`})
	var said []string
	for _, f := range mustLoad(t, options(dir)).Findings {
		if f.Severity == diag.Error {
			said = append(said, fmt.Sprintf("%d %s %s", f.Range.Line, f.Path, f.Message))
		}
	}
	if len(said) != 1 || said[0] != `4 jobs.b.triggers.schedule[1].timezone there is no time zone "Mars/Phobos"` {
		t.Errorf("said %q", said)
	}
}
