package loader

import (
	"context"
	"maps"
	"path/filepath"
	"reflect"
	"testing"
)

// TestEditsBindDirectlyAsByComposeGo takes each key of each service of the golden cases away, and gives it a value of another
// kind: what is bound directly is what compose-go binds, and what compose-go refuses is refused.
func TestEditsBindDirectlyAsByComposeGo(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join("..", "testdata", "cases", "*"))
	if err != nil {
		t.Fatal(err)
	}
	compared, refused := 0, 0
	for _, dir := range cases {
		loaded, err := Load(context.Background(), Options{WorkingDirectory: dir, Environ: []string{"HOME=/home/user"}, Profiles: []string{"*"}})
		if err != nil || !loaded.run.direct {
			continue
		}
		slow := *loaded.run
		slow.direct = false
		byComposeGo := *loaded
		byComposeGo.run = &slow
		for _, edited := range edits(loaded.Model) {
			a, errA := loaded.Reload(context.Background(), edited)
			b, errB := byComposeGo.Reload(context.Background(), edited)
			if (errA == nil) != (errB == nil) {
				t.Errorf("%s: directly %v, by compose-go %v: %v", dir, errA, errB, edited["services"])
				continue
			}
			if errA != nil {
				refused++
				continue
			}
			compared++
			if !reflect.DeepEqual(a.Project, b.Project) || !reflect.DeepEqual(a.Model, b.Model) {
				t.Errorf("%s: another project for %v", dir, edited["services"])
			}
		}
	}
	if compared < 500 || refused < 100 {
		t.Errorf("%d edits were compared, %d were refused", compared, refused)
	}
}

// edits returns a model without each key of its services, and with a number there.
func edits(model map[string]any) []map[string]any {
	var out []map[string]any
	services, _ := model["services"].(map[string]any)
	for name, value := range services {
		service, _ := value.(map[string]any)
		for key := range service {
			for _, other := range []any{nil, 7} {
				changed := maps.Clone(service)
				if changed[key] = other; other == nil {
					delete(changed, key)
				}
				all := maps.Clone(services)
				all[name] = changed
				edited := maps.Clone(model)
				edited["services"] = all
				out = append(out, edited)
			}
		}
	}
	return out
}
