package loader

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
)

func dockerfileFacts(*types.Project, func(string) string) map[string]source.ImageFacts { return nil }
