package storage

import (
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
)

// claims are the claims of a project, by identity. They grow while mounts are decided.
type claims map[string]*plan.Claim

// of returns the claim with an identity, and whether it is a new one.
func (all claims) of(n *naming.Names, identity, wish string, at diag.Path) (c *plan.Claim, isNew bool) {
	if c := all[identity]; c != nil {
		return c, false
	}
	c = &plan.Claim{Component: wish, At: at}
	c.Name = n.Registry.Claim("PersistentVolumeClaim", identity, normalLabel(wish), names.MaxLabel)
	all[identity] = c
	return c, true
}

// nameClaims makes a claim for every top-level volume; those that nothing mounts are dropped later.
//
// A volume is called <project>_<key> on Docker unless it has a name of its own; a namespace takes the place of the project,
// so the key is enough. Names that Docker uses as they are (external volumes, `name`) are kept as far as a
// Kubernetes name can keep them, and two volumes with one such name are one volume.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/07-volumes.md,
// https://kubernetes.io/docs/concepts/storage/persistent-volumes/
// The claims of the volumes are returned by Compose name as well.
func nameClaims(p *input.Project, n *naming.Names) (all claims, volumes map[string]*plan.Claim) {
	declared := p.Compose.Volumes
	all, volumes = claims{}, map[string]*plan.Claim{}
	var keys []string
	for _, key := range sorted.Keys(declared) {
		v, ext, at := declared[key], p.Ext.Volumes[key], diag.At("volumes", key)
		c := &plan.Claim{Component: key, At: at, Config: v, Ext: ext, Existing: bool(v.External) || ext.ClaimName != ""}
		identity := key
		switch {
		case ext.ClaimName != "":
			identity = "claim " + ext.ClaimName
			c.Name = n.Registry.Claim("PersistentVolumeClaim", identity, ext.ClaimName, names.MaxLabel)
		case bool(v.External) || p.Wrote(at.Key("name")):
			identity = "volume " + v.Name
			c.Name = n.Registry.Claim("PersistentVolumeClaim", identity, names.Normalize(v.Name, names.MaxLabel), names.MaxLabel)
		default:
			keys = append(keys, key)
		}
		if same := all[identity]; same != nil {
			c = same
		}
		all[identity], volumes[key] = c, c
	}
	n.Registry.Assign("PersistentVolumeClaim", normalLabel, names.MaxLabel, keys...)
	for _, key := range keys {
		all[key].Name = n.Registry.Name("PersistentVolumeClaim", key)
	}
	return all, volumes
}

func normalLabel(name string) string { return names.Normalize(name, names.MaxLabel) }
