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

// mimirImage matches the image of Mimir, and tsdbDir what tells it where its ingesters keep what is in no block yet: below the working directory unless
// something does, wherever its settings put the rest. Source: https://grafana.com/docs/mimir/latest/configure/configuration-parameters/ (blocks_storage.tsdb.dir)
var (
	mimirImage = pattern.New(`(^|/)grafana/mimir(:|@|$)`).Holding("mimir")
	tsdbDir    = pattern.New(`tsdb\.dir\b|(?m)^\s*tsdb:[^\n]*\n(?:\s+[^\n]*\n)*?\s+dir:`).Holding("tsdb")
)

// reportUnmovedTSDB reports a Mimir whose settings keep some of its data in a volume and leave out what is in no block yet.
func reportUnmovedTSDB(p *input.Project, u *input.Container, mounts []plan.Mount, findings *report.Findings) {
	const dir = "/tsdb"
	words := strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " ")
	if !mimirImage.MatchAny(u.ImageNames()) || tsdbDir.MatchString(words) || tsdbDir.MatchString(p.MountedText(u.Service)) || isKept(u, mounts, dir) || !slices.ContainsFunc(mounts, isWritableClaim) {
		return
	}
	findings.Addf("ephemeral-data", u.At.Key("image"), "let blocks_storage.tsdb.dir of its settings name a directory of the volume",
		"without blocks_storage.tsdb.dir %s keeps what is in no block yet in %s, which is in no volume: it is lost whenever the container starts again, where Docker keeps it until the container is removed", u.Service.Name, dir)
}
