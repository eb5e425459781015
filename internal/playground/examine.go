package playground

import (
	"context"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/diag"
)

// Effect is a field that depends on a key.
type Effect struct {
	Object string `json:"object"`
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Path   string `json:"path"` // empty for the whole object
}

// KeyEffects is what a key is responsible for.
type KeyEffects struct {
	Path     string        `json:"path"`
	Method   string        `json:"method"`
	Silent   bool          `json:"silent"`
	Sets     []Effect      `json:"sets"`
	Prevents []Effect      `json:"prevents"`
	Findings []diag.Record `json:"findings"`
}

// Effects examines some keys of the project that was converted last, with those below them.
func (s *Session) Effects(ctx context.Context, paths []string) ([]KeyEffects, error) {
	out := []KeyEffects{}
	if s.result == nil || s.result.Loaded == nil {
		return out, nil
	}
	if s.examination == nil {
		examination, err := convert.Examine(ctx, s.result, s.options.Transform)
		if err != nil {
			return nil, err
		}
		s.examination = examination
	}
	asked := map[string]bool{}
	for _, p := range paths {
		asked[p] = true
	}
	var wanted []diag.Path
	for _, k := range effects.Written(s.result.Loaded) {
		if asked[k.Path.String()] {
			wanted = append(wanted, k.Path)
		}
	}
	if len(wanted) == 0 && len(paths) > 0 {
		return out, nil
	}
	keys, err := s.examination.Keys(ctx, wanted...)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		e := KeyEffects{
			Path: k.Path.String(), Method: string(k.Method), Silent: k.IsSilent(), Sets: s.effectsOf(k.Sets), Prevents: s.effectsOf(k.Prevents),
			Findings: []diag.Record{},
		}
		for _, f := range k.Findings {
			e.Findings = append(e.Findings, recordOf(f, s.Language))
		}
		out = append(out, e)
	}
	return out, nil
}

// effectsOf returns fields as the page has them. The key of a Secret may be made of a text with a secret in it.
func (s *Session) effectsOf(fields []effects.Field) []Effect {
	out := []Effect{}
	for _, f := range fields {
		out = append(out, Effect{idOf(f.Object), f.Object.Kind, f.Object.Name, s.result.Mask(f.Path)})
	}
	return out
}
