package notices

import (
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// timezones reports time zones of schedules that do not exist; compose-go takes any text, the API server refuses it. The
// answer is the same everywhere where the program brings the database of zones along; a program that embeds this package
// without it may run on a machine that has none.
func (l *reading) timezones(p *types.Project) {
	if len(p.Jobs) == 0 {
		return
	}
	if _, err := time.LoadLocation("Europe/Paris"); err != nil {
		return
	}
	for _, name := range sorted.Keys(p.Jobs) {
		triggers := p.Jobs[name].Triggers
		if triggers == nil {
			continue
		}
		for i, s := range triggers.Schedule {
			if strings.EqualFold(s.Timezone, "Local") {
				continue
			}
			if _, err := time.LoadLocation(s.Timezone); err != nil {
				at := diag.At("jobs", name, "triggers", "schedule").Index(i).Key("timezone")
				l.add(diag.Error, "invalid-value", at, l.Locator.Locate(at), "write a name of the IANA database, such as Europe/Paris or UTC",
					"there is no time zone %q", s.Timezone)
			}
		}
	}
}
