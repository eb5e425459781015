package transform

import (
	"reflect"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/keys"
)

// reportUnmappedKeys reports every key of the project that has no equivalent, from the table of keys, so that no mapper
// can forget one. Keys of services that no profile enables belong to nothing that runs and are passed over.
func (p *project) reportUnmappedKeys() {
	for _, u := range keys.Generic(p.in.Model) {
		if len(u.Path) > 1 && (u.Path[0] == "services" || u.Path[0] == "jobs") && p.byName[u.Path[1]] == nil {
			continue
		}
		if len(u.Path) == 3 && u.Path[0] == "services" && u.Path[2] == "build" {
			continue // image-not-pullable says the same of it, as the warning it deserves
		}
		if len(u.Path) == 4 && u.Path[0] == "services" && u.Path[3] == "rollback_config" && p.byName[u.Path[1]].rollsBackAsItUpdates() {
			continue
		}
		f := u.Finding()
		if f.Severity == diag.Error {
			p.report(f.Code, f.Path, f.Message, f.Help)
			continue
		}
		f.Range = p.in.Locate(f.Path)
		p.findings.Add(f)
	}
}

// rollsBackAsItUpdates reports whether deploy.rollback_config says nothing that update_config does not say: kubectl rollout undo is
// an update.
func (s *service) rollsBackAsItUpdates() bool {
	d := s.config.Deploy
	return d != nil && d.RollbackConfig != nil && d.UpdateConfig != nil && reflect.DeepEqual(d.RollbackConfig, d.UpdateConfig)
}
