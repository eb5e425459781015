package input

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

// Unread is a mount of settings that are not here: they may name any service, with any port.
type Unread struct {
	By *Service
	At diag.Path
}

// machineDirectories are directories of a machine that have no settings of a project.
var machineDirectories = []string{"/dev", "/proc", "/sys", "/run", "/var", "/usr", "/etc", "/lib", "/lib64", "/tmp", "/boot", "/mnt", "/media"}

// settingsName matches what directories and files of settings are called.
var settingsName = pattern.New(`(?i)(^|[/_.-])(conf(ig)?s?|cfg|settings|etc|properties|provisioning)(/[^/]*)?$|\.(toml|ya?ml|conf|cfg|ini|json|properties|xml|hcl|cnf)$`)

// isSettings reports whether a mount is one of settings: by its name at either end, or because the command names a file in it.
func isSettings(s *Service, v types.ServiceVolumeConfig) bool {
	below := strings.TrimSuffix(v.Target, "/") + "/"
	return settingsName.MatchString(path.Clean(v.Source)) || settingsName.MatchString(path.Clean(v.Target)) ||
		slices.ContainsFunc(slices.Concat(s.Config.Entrypoint, s.Config.Command), func(word string) bool {
			at := strings.Index(word, below)
			return at >= 0 && settingsName.MatchString(strings.Fields(word[at:])[0])
		})
}

// UnreadOf returns the mounts of settings that are not here: files and directories beside the project, those on another machine that a service only reads, and
// configs that exist already.
func UnreadOf(p *Project) []Unread {
	var list []Unread
	for _, s := range p.Services {
		for i, v := range s.Config.Volumes {
			from := path.Clean(v.Source)
			f := p.Files[from]
			if v.Type != types.VolumeTypeBind || f == nil || f.Kind != source.Outside && (f.Kind != source.Missing || !v.ReadOnly || source.Within(from, p.Directory())) || from == "/" || strings.HasPrefix(path.Base(from), ".") || !isSettings(s, v) ||
				slices.ContainsFunc(machineDirectories, func(dir string) bool { return source.Within(from, dir) && !source.Within(p.Directory(), dir) }) {
				continue
			}
			list = append(list, Unread{s, s.Key("volumes").Index(i)})
		}
		for i, c := range s.Config.Configs {
			if bool(p.Compose.Configs[c.Source].External) {
				list = append(list, Unread{s, s.Key("configs").Index(i)})
			}
		}
	}
	return list
}
