#!/bin/sh
# Writes bin/lean/go.mod: the module with copies of four dependencies that lack what the converter never calls in a browser.
# Two of them reach the runtime of protocol buffers, and with it the linker keeps the encoders of every Kubernetes type, a
# fifth of the program. What stays is untouched; what the page answers is compared with the native program (make test-web).
set -eu
cd "$(dirname "$0")/../.."
lean=bin/lean
rm -rf "$lean"
mkdir -p "$lean"
cp go.mod "$lean/go.mod"
cp go.sum "$lean/go.sum"

# copy MODULE DIRECTORY...: those packages of a module, without tests
copy() {
	module=$1
	from=$(go list -m -f '{{.Dir}}' "$module")
	to=$lean/$(basename "$module")
	shift
	mkdir -p "$to"
	cp "$from/go.mod" "$to/"
	for directory in "$@"; do
		mkdir -p "$to/$directory"
		for file in "$from/$directory"/*; do
			case $file in *_test.go) ;; *) [ ! -f "$file" ] || cp "$file" "$to/$directory/" ;; esac
		done
	done
	chmod -R u+w "$to"
	go mod edit -replace="$module=./$to" "$lean/go.mod"
}

# Patches are merged by the tags of Go structs, not by documents of OpenAPI.
copy k8s.io/kube-openapi pkg/util pkg/util/proto pkg/validation/spec pkg/internal pkg/internal/third_party/go-json-experiment/json \
	pkg/internal/third_party/go-json-experiment/json/jsontext pkg/internal/third_party/go-json-experiment/json/internal \
	pkg/internal/third_party/go-json-experiment/json/internal/jsonflags pkg/internal/third_party/go-json-experiment/json/internal/jsonopts \
	pkg/internal/third_party/go-json-experiment/json/internal/jsonwire pkg/common
rm "$lean/kube-openapi/pkg/util/proto/document.go" "$lean/kube-openapi/pkg/util/proto/document_v3.go" "$lean/kube-openapi/pkg/validation/spec/gnostic.go"

# The schemas of JSON Schema itself are compiled when a schema is, not when the program starts: a third of its start.
from=$(go list -m -f '{{.Dir}}' github.com/santhosh-tekuri/jsonschema/v6)
mkdir "$lean/jsonschema"
cp -r "$from/go.mod" "$from/kind" "$from/metaschemas" "$lean/jsonschema/"
for file in "$from"/*.go; do
	case $file in *_test.go) ;; *) cp "$file" "$lean/jsonschema/" ;; esac
done
chmod -R u+w "$lean/jsonschema"
sed -i.orig -e 's/^func init() {/func compileMetaschemas() {/' -e 's/c := NewCompiler()/c := newCompiler()/' "$lean/jsonschema/draft.go"
sed -i.orig -e 's/^func NewCompiler() /func newCompiler() /' "$lean/jsonschema/compiler.go"
cat >"$lean/jsonschema/lazy.go" <<'GO'
package jsonschema

import "sync"

var metaschemas sync.Once

// NewCompiler returns a compiler.
func NewCompiler() *Compiler {
	metaschemas.Do(compileMetaschemas)
	return newCompiler()
}
GO
go mod edit -replace="github.com/santhosh-tekuri/jsonschema/v6=./$lean/jsonschema" "$lean/go.mod"

# Nobody watches a server from inside a page: without that, no HTTP client with its TLS.
from=$(go list -m -f '{{.Dir}}' k8s.io/apimachinery)
mkdir "$lean/apimachinery"
cp -r "$from/go.mod" "$from/pkg" "$from/third_party" "$lean/apimachinery/"
chmod -R u+w "$lean/apimachinery"
rm "$lean/apimachinery/pkg/watch/streamwatcher.go"
go mod edit -replace="k8s.io/apimachinery=./$lean/apimachinery" "$lean/go.mod"

# Errors of a Dockerfile are shown by their place, not by the call stack of the parser.
copy github.com/moby/buildkit frontend/dockerfile/command frontend/dockerfile/shell frontend/dockerfile/parser \
	frontend/dockerfile/linter frontend/dockerfile/instructions util/suggest
mkdir -p "$lean/buildkit/util/stack"
cat >"$lean/buildkit/util/stack/stack.go" <<'GO'
// Package stack stands in for the one that records call stacks in a form for the network.
package stack

// Enable returns the error as it is.
func Enable(err error) error { return err }
GO
