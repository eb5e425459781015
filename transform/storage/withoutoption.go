package storage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// withoutOptions are programs of which an option says where they keep their data, and where they keep it when a command leaves that out: below their working
// directory, whatever else is mounted. Sources: https://github.com/Azure/Azurite/blob/main/Dockerfile (-l /data),
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html (-dbPath)
var withoutOptions = []struct {
	image, option *pattern.Pattern
	name, dir     string
}{
	{pattern.New(`(^|/)azure-storage/azurite(:|@|$)`).Holding("azurite"), pattern.New(`(^|\s)(-l|--location|--inMemoryPersistence)(\s|=|$)`), "--location", "/opt/azurite"},
	{pattern.New(`(^|/)amazon/dynamodb-local(:|@|$)`).Holding("dynamodb-local"), pattern.New(`(?i)(^|\s)-(dbPath|inMemory)(\s|$)`), "-dbPath", "/home/dynamodblocal"},
}

// reportWithoutOption reports a program whose command leaves out the option that says where its data is to lie, where nothing is mounted at the place that it
// takes instead.
func reportWithoutOption(u *input.Container, mounts []plan.Mount, findings *report.Findings) {
	words := strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " ")
	for _, known := range withoutOptions {
		dir := cmp.Or(u.Spec.WorkingDir, known.dir)
		if words == "" || !known.image.MatchAny(u.ImageNames()) || known.option.MatchString(words) || isKept(u, mounts, dir) {
			continue
		}
		key := "command"
		if len(u.Spec.Command) == 0 {
			key = "entrypoint"
		}
		findings.Addf("ephemeral-data", u.At.Key(key), fmt.Sprintf("write %s with the directory of a named volume into the command", known.name),
			"without %s the data of %s lies in %s, which is in no volume: it is lost whenever the container starts again, where Docker keeps it until the container is removed", known.name, u.Service.Name, dir)
	}
}
