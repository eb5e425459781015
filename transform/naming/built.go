package naming

import (
	"path"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// builtVariables returns the variables that the image of a service sets and the project leaves as they are.
func builtVariables(s *input.Service) []place {
	var list []place
	for _, name := range sorted.Keys(s.Facts.Env) {
		if _, isSet := s.Config.Environment[name]; !isSet {
			list = append(list, place{at: imageKey(s), variable: name, text: s.Facts.Env[name]})
		}
	}
	return list
}

// builtWords returns the words of the command that the Dockerfile of a service has and that the project leaves as it is. An entrypoint of the project
// drops that of the image, and its CMD.
func builtWords(s *input.Service) []place {
	if s.Build() == nil || len(s.Config.Entrypoint) > 0 {
		return nil
	}
	list := s.Facts.Entrypoint
	if len(s.Config.Command) == 0 {
		list = slices.Concat(list, s.Facts.Cmd)
	}
	places := words(nil, list)
	for i := range places {
		places[i].at = imageKey(s)
	}
	return places
}

// builtTexts returns the settings and scripts that are built into the image of a service, apart from those that a mount hides and from dashboards.
func builtTexts(s *input.Service) []source.ImageText {
	return slices.DeleteFunc(slices.Clone(s.Facts.Texts), func(t source.ImageText) bool {
		return isDashboard(t.Text) || slices.ContainsFunc(s.Config.Volumes, func(v types.ServiceVolumeConfig) bool { return source.Within(t.Place, path.Clean(v.Target)) })
	})
}

// imageKey is the key that says which image a service has.
func imageKey(s *input.Service) diag.Path {
	if s.Config.Build != nil {
		return s.Key("build")
	}
	return s.Key("image")
}
