package loader

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

func yamlProblem(err error) (int, string) {
	message := err.Error()
	var parser *yaml.LoadErrors
	_ = errors.As(err, &parser)
	return lineOf(message), strings.TrimPrefix(message, "yaml: ")
}

func (r *run) explain(err error) {
	r.fail(diag.Finding{Code: "compose-error", Message: err.Error()})
}
