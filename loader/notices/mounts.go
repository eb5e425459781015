package notices

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
)

// container looks at what only the text of a service shows, in every place that contributes to it.
func (l *reading) container(at diag.Path, spec types.ContainerSpec) {
	l.environment(at.Key("environment"), spec)
	l.envFiles(at.Key("env_file"), spec)
	for _, y := range l.Locator.Contributions(at.Key("volumes")) {
		if list := document.Deref(y.Value); list != nil && !l.seen[list] {
			l.seen[list] = true
			l.volumes(y.Doc, at.Key("volumes"), list)
		}
	}
}

// volumes checks the mounts of one service in one file: two of them on one target, of which the loader keeps the last,
// and the short forms, whose unknown options it drops.
func (l *reading) volumes(d *document.Document, at diag.Path, list *yaml.Node) {
	if list.Kind != yaml.SequenceNode {
		return
	}
	targets := map[string]string{}
	for i, item := range list.Content {
		here := at.Index(i)
		for _, target := range l.Locator.Identities("volumes", position.Layer{Doc: d, Value: item}) {
			if before, twice := targets[target]; twice {
				l.add(diag.Warning, "duplicate-mount", here, d.NodeRange(item), "remove one of the two mounts",
					"%s is mounted twice: %s is ignored", target, before)
			}
			targets[target] = here.String()
		}
		if text, ok := l.Locator.Text(d, item); ok {
			l.shortVolume(here, d.NodeRange(item), text)
		}
	}
}

// driveLetter is a short form whose source is one letter; compose-go takes it for a Windows drive and mounts the
// directory n:/data instead of the volume n.
var driveLetter = pattern.New(`^([A-Za-z]):(/[^:]*)(?::([^/\\][^:]*))?$`).Holding(":/")

func (l *reading) shortVolume(at diag.Path, where diag.Range, text string) {
	if m := driveLetter.FindStringSubmatch(text); m != nil {
		l.add(diag.Error, "drive-letter", at, where,
			fmt.Sprintf("give the volume a name of two letters or more, or use the long form: {type: volume, source: %s, target: %s}", m[1], m[2]),
			"%q is read as a directory on the Windows drive %s:, not as the volume %s", text, m[1], m[1])
		return
	}
	parsed, err := format.ParseVolume(text)
	if err != nil || parsed.Source == "" {
		return
	}
	options, ok := strings.CutPrefix(text, parsed.Source+":"+parsed.Target+":")
	if !ok {
		return
	}
	for option := range strings.SplitSeq(options, ",") {
		switch {
		case slices.Contains(knownVolumeOptions, option):
		case option == "cached" || option == "delegated" || option == "consistent":
			l.add(diag.Info, "volume-option", at, where, "remove the option",
				"the option %s of %q concerns Docker Desktop for Mac and has no meaning here", option, text)
		default:
			l.add(diag.Warning, "volume-option", at, where, "remove the option, or use the long form of the volume",
				"the option %q of %q is not known and is ignored", option, text)
		}
	}
}

// knownVolumeOptions are those that compose-go keeps. Source: format.ParseVolume of compose-go.
var knownVolumeOptions = append([]string{"ro", "rw", "nocopy", types.SELinuxShared, types.SELinuxPrivate}, format.Propagations...)
