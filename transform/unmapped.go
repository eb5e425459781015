package transform

import (
	"reflect"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/keys"
	"github.com/transship/transship/transform/report"
)

// reportUnmappedKeys reports every key of the project that has no equivalent, from the table of keys, so that no mapper
// can forget one. Keys of services that no profile enables belong to nothing that runs and are passed over.
func reportUnmappedKeys(p *input.Project, findings *report.Findings) {
	for _, u := range keys.Generic(p.Model) {
		if len(u.Path) > 1 && (u.Path[0] == "services" || u.Path[0] == "jobs") && p.ByName[u.Path[1]] == nil {
			continue
		}
		if len(u.Path) == 3 && u.Path[0] == "services" && u.Path[2] == "build" {
			continue // image-not-pullable says the same of it, as the warning it deserves
		}
		if len(u.Path) == 4 && u.Path[0] == "services" && u.Path[3] == "rollback_config" && rollsBackAsItUpdates(p.ByName[u.Path[1]]) {
			continue
		}
		f := u.Finding()
		if f.Severity == diag.Error {
			findings.Add(f.Code, f.Path, f.Message, f.Help)
			continue
		}
		findings.AddAs(f.Severity, f.Code, f.Path, f.Message, f.Help)
	}
}

// rollsBackAsItUpdates reports whether deploy.rollback_config says nothing that update_config does not say: kubectl rollout undo is
// an update.
func rollsBackAsItUpdates(s *input.Service) bool {
	d := s.Config.Deploy
	return d != nil && d.RollbackConfig != nil && d.UpdateConfig != nil && reflect.DeepEqual(d.RollbackConfig, d.UpdateConfig)
}

// reportUnusedModels reports declared models that no service uses: nothing is made of them.
func reportUnusedModels(p *input.Project, findings *report.Findings) {
	used := map[string]bool{}
	for _, s := range p.Services {
		for name := range s.Config.Models {
			used[name] = true
		}
		for i := range s.Config.PreStart {
			for name := range s.Config.PreStart[i].Models {
				used[name] = true
			}
		}
	}
	for _, name := range sorted.Keys(p.Compose.Models) {
		if !used[name] {
			findings.Addf("model-unused", diag.At("models", name), "", "no service uses the model %s, so nothing is made of it", name)
		}
	}
}
