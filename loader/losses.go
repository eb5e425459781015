package loader

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
)

func (r *run) losses(*types.Project) diag.List { return nil }
