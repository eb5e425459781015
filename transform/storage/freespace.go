package storage

import (
	"path"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// Settings of programs that take nothing more where less than so many bytes are free. On Docker, what is free on the machine counts; here, what is free in the
// claim. Sources: https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/cluster-level-shard-allocation-routing-settings,
// https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/cluster-settings/, https://www.rabbitmq.com/docs/disk-alarms
var freeSpace = []struct {
	setting *pattern.Pattern // its groups are a number and a unit
	keeps   *pattern.Pattern // where the program keeps its data
}{
	{pattern.New(`(?i)disk\.watermark\.(?:low|high|flood_stage)["']?\s*[=:]\s*["']?(\d+)\s*([kmgtp]?i?b)`).Holding("disk.watermark."), pattern.New(`(^|/)(elastic|open)search/data(/|$)`)},
	{pattern.New(`(?i)disk_free_limit\.absolute\s*=\s*(\d+)\s*([kmgtp]?i?b?)`).Holding("disk_free_limit.absolute"), pattern.New(`/rabbitmq(/|$)`)},
}

// reportFreeSpace reports a claim that is smaller than the space which a program wants free beside its data: an empty one is too full for it.
func reportFreeSpace(p *input.Project, c *plan.Claim, findings *report.Findings) {
	for _, user := range c.Users {
		for _, f := range freeSpace {
			if !f.keeps.MatchString(path.Clean(user.Target)) {
				continue
			}
			most, written := int64(0), ""
			for _, m := range f.setting.FindAllStringSubmatch(settingsOf(p, user.Container), -1) {
				if bytes := bytesOf(m[1], m[2]); bytes > most {
					most, written = bytes, m[1]+m[2]
				}
			}
			if most > 0 && most >= c.Size.Value()/10*8 {
				enough := strconv.FormatInt(most>>30*4+4, 10) + "Gi"
				findings.Addf("volume-too-small", c.At, "--volume-size="+enough+", or x-kubernetes: {size: "+enough+"} on the volume; or let the program want less",
					"%s takes nothing new where less than %s is free, and the claim %s has %s in all", user.Container.Service.Name, written, c.Name, c.Size.String())
				return
			}
		}
	}
}

// settingsOf returns what a container is told: its variables and words, each on a line, and its settings.
func settingsOf(p *input.Project, u *input.Container) string {
	var b strings.Builder
	for _, name := range sorted.Keys(u.Spec.Environment) {
		if value := u.Spec.Environment[name]; value != nil {
			b.WriteString(name + "=" + *value + "\n")
		}
	}
	for _, from := range startTexts(u) {
		b.WriteString(from.text + "\n")
	}
	b.WriteString(p.SettingsText(u.Service))
	return b.String()
}

// bytesOf reads a number of bytes with a unit, of which a letter stands for a power of 1024, as in Elasticsearch. In RabbitMQ GB is 1000^3, which is 7 % less.
func bytesOf(number, unit string) int64 {
	unit = strings.ToUpper(strings.TrimRight(strings.ToLower(unit), "ib"))
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0
	}
	suffix := map[string]string{"": "", "K": "Ki", "M": "Mi", "G": "Gi", "T": "Ti", "P": "Pi"}
	q, err := resource.ParseQuantity(strconv.FormatInt(n, 10) + suffix[unit])
	if err != nil {
		return 0
	}
	return q.Value()
}
