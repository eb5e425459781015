package storage

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/users"
)

// reportOwner tells who owns a config or secret in the container: no field for it is GA in any release.
func reportOwner(ids *users.Users, u *input.Container, at diag.Path, ref types.FileReferenceConfig, findings *report.Findings) {
	if ids.Process(u).User == nil && ref.Mode != nil && *ref.Mode&0o004 == 0 && ref.UID == "" && ref.GID == "" && u.Service.Ext.FSGroup == nil {
		findings.Addf("content-mode", at.Key("mode"), "leave out mode, or set user: or x-kubernetes: {fsGroup: …}",
			"mode %#o lets only root read the file, and which user %s runs as is not known", int64(*ref.Mode), u.Service.Name)
	}
	for _, owner := range []struct{ key, value string }{{"uid", ref.UID}, {"gid", ref.GID}} {
		if owner.value == "" || owner.value == "0" {
			continue
		}
		if ref.Mode == nil || *ref.Mode&0o004 != 0 {
			findings.Addf("content-owner", at.Key(owner.key), "", "the file belongs to root, not to %s %s; its mode lets everybody read it", owner.key, owner.value)
			continue
		}
		findings.Addf("content-owner", at.Key(owner.key), "", "the file belongs to root, not to %s %s; it can be read through the group of the Pod's volumes (fsGroup)", owner.key, owner.value)
	}
}
