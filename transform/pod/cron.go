package pod

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/robfig/cron/v3"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// daysOfWeek are the names of the days in a schedule, from 0 on.
var daysOfWeek = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

const (
	cronFields = 5
	cronHelp   = "write five fields: minute, hour, day of month, month, day of week"
)

// checkCron reports an expression that the API server would refuse, as it is written in the file: crontabs know more than
// it does, such as L or @reboot. It is read by the parser that Kubernetes uses.
func checkCron(s *input.Service, at diag.Path, schedule string, findings *report.Findings) {
	if s.Ext.Schedule == "" {
		at = at.Key("cron")
	}
	if strings.Contains(schedule, "TZ=") {
		findings.Addf("cron", at, "use timezone", "%q is refused: a schedule must not name its zone", schedule)
		return
	}
	if err := parseCron(sundayAsZero(schedule)); err != nil {
		findings.Addf("cron", at, cronHelp, "%q is not a schedule that Kubernetes accepts: %v", schedule, err)
	}
}

// parseCron reads a schedule as Kubernetes does. The parser panics at some texts, such as a zone without a schedule.
func parseCron(schedule string) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	_, err = cron.ParseStandard(schedule)
	return err
}

// sundayAsZero writes a schedule with 0 for Sunday, which crontabs may call 7 as well and Kubernetes may not.
func sundayAsZero(schedule string) string {
	fields := strings.Fields(schedule)
	if len(fields) != cronFields || !strings.Contains(fields[4], "7") {
		return schedule
	}
	var parts []string
	for part := range strings.SplitSeq(fields[4], ",") {
		span, step, _ := strings.Cut(part, "/")
		low, high, isSpan := strings.Cut(span, "-")
		if !isSpan {
			high = low
		}
		from, isDay := dayOfWeek(low)
		every, err := strconv.Atoi(step)
		if step == "" {
			every, err = 1, nil
		}
		if !isDay || high != "7" || err != nil || every < 1 {
			parts = append(parts, part)
			continue
		}
		for day := from; day <= 7; day += every {
			parts = append(parts, strconv.Itoa(day%7))
		}
	}
	slices.Sort(parts)
	fields[4] = strings.Join(slices.Compact(parts), ",")
	return strings.Join(fields, " ")
}

// dayOfWeek reads a number from 0 to 7, or a name.
func dayOfWeek(text string) (int, bool) {
	if i := slices.Index(daysOfWeek, strings.ToLower(text)); i >= 0 {
		return i, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n <= 7
}
