package binds

import (
	"fmt"
	"path"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// tellOfHidden replaces what is told of mounts that are left out because the image has what they show: a mount above hides that. A named volume is
// none, as it begins with what the image has there.
func (all *Survey) tellOfHidden(containers []*input.Container, translated func(types.ServiceVolumeConfig) types.ServiceVolumeConfig) {
	for _, u := range containers {
		for i, decision := range all.decisions[u] {
			if decision == nil || decision.Fate != BuiltIn && decision.Fate != LeftOut || decision.Code == "" {
				continue
			}
			target := path.Clean(u.Spec.Volumes[i].Target)
			above := all.hiding(u, target, translated)
			if above == "" || decision.Fate == LeftOut && decision.Code != "bind-too-large" {
				continue
			}
			decision.Code = "bind-hidden"
			decision.Message = fmt.Sprintf("the mount at %s is left out, and the one at %s hides what the image has there: the program finds nothing", target, above)
			decision.Help = fmt.Sprintf("leave out the mount at %s as well, so that the image is seen, or mount its files one by one", above)
		}
	}
}

// hiding returns the target of a mount of a container that lies above a directory and has nothing of the image, "" if there is none.
func (all *Survey) hiding(u *input.Container, dir string, translated func(types.ServiceVolumeConfig) types.ServiceVolumeConfig) string {
	for i, v := range u.Spec.Volumes {
		target := path.Clean(v.Target)
		if target == dir || !source.Within(dir, target) {
			continue
		}
		if d := all.decisions[u][i]; d != nil && d.Fate != LeftOut && d.Fate != BuiltIn || translated(v).Type == types.VolumeTypeTmpfs {
			return target
		}
	}
	return ""
}
