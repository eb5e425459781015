package pod

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
)

// cronField is one field of a schedule: its values, and the names that some of them have, from the least on.
type cronField struct {
	name       string
	least, top int
	names      []string
}

var cronFields = []cronField{
	{name: "minute", top: 59},
	{name: "hour", top: 23},
	{name: "day of month", least: 1, top: 31},
	{name: "month", least: 1, top: 12, names: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{name: "day of week", top: 6, names: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

// cronWords are the schedules with a name.
var cronWords = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

const cronHelp = "write five fields: minute, hour, day of month, month, day of week"

// checkCron reports an expression that the API server would refuse, as it is written in the file: crontabs know more than it does,
// such as L or @reboot. Source: the parser that Kubernetes uses, https://github.com/robfig/cron/blob/v3/parser.go
func (b *decider) checkCron(s *input.Service, at diag.Path, schedule string) {
	if s.Ext.Schedule == "" {
		at = at.Key("cron")
	}
	fields, sent := strings.Fields(schedule), strings.Fields(sundayAsZero(schedule))
	refuse := func(help, format string, args ...any) {
		b.findings.Addf("cron", at, help, "%q is not a schedule that Kubernetes accepts: %s", schedule, fmt.Sprintf(format, args...))
	}
	switch {
	case strings.Contains(schedule, "TZ="):
		b.findings.Addf("cron", at, "use timezone", "%q is refused: a schedule must not name its zone", schedule)
	case slices.Contains(cronWords, schedule):
	case strings.HasPrefix(schedule, "@every "):
		if _, err := time.ParseDuration(strings.TrimPrefix(schedule, "@every ")); err != nil {
			refuse("write a number with its unit, such as @every 1h30m", "%q is no duration", strings.TrimPrefix(schedule, "@every "))
		}
	case strings.HasPrefix(schedule, "@"):
		refuse("write five fields, or one of "+strings.Join(cronWords, ", "), "it knows no such word")
	case len(fields) != len(cronFields):
		refuse(cronHelp, "it has %d fields instead of %d", len(fields), len(cronFields))
	default:
		for i, f := range cronFields {
			if why := f.problem(sent[i]); why != "" {
				refuse(cronHelp, "%s as the %s: %s", fields[i], f.name, why)
				return
			}
		}
	}
}

// sundayAsZero writes a schedule with 0 for Sunday, which crontabs may call 7 as well and Kubernetes may not.
func sundayAsZero(schedule string) string {
	fields := strings.Fields(schedule)
	if len(fields) != len(cronFields) || !strings.Contains(fields[4], "7") {
		return schedule
	}
	var parts []string
	for part := range strings.SplitSeq(fields[4], ",") {
		span, step, _ := strings.Cut(part, "/")
		low, high, isSpan := strings.Cut(span, "-")
		if !isSpan {
			high = low
		}
		from, okFrom := cronFields[4].value(low)
		every, err := strconv.Atoi(step)
		if step == "" {
			every, err = 1, nil
		}
		if !okFrom || high != "7" || err != nil || every < 1 {
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

// problem returns why a field is refused, "" if it is not.
func (f cronField) problem(text string) string {
	for part := range strings.SplitSeq(text, ",") {
		if part == "" { // the parser skips it
			continue
		}
		span, step, stepped := strings.Cut(part, "/")
		if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1) {
			return "the step must be a number above 0"
		}
		low, high, isSpan := strings.Cut(span, "-")
		if low == "*" || low == "?" {
			continue
		}
		from, ok := f.value(low)
		to, okTo := from, true
		if isSpan {
			to, okTo = f.value(high)
		}
		switch {
		case !ok || !okTo:
			return "it is no number or name"
		case from < f.least || to > f.top:
			return fmt.Sprintf("it must lie between %d and %d", f.least, f.top)
		case from > to:
			return "the span ends before it begins"
		}
	}
	return ""
}

// value reads a number or a name.
func (f cronField) value(text string) (int, bool) {
	if i := slices.Index(f.names, strings.ToLower(text)); i >= 0 {
		return f.least + i, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}
