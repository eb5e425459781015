module github.com/transship/transship/test/outputs/tools/external-secrets

go 1.26.0

// The tests build a copy of this module, which has replacements of its own.
require github.com/external-secrets/external-secrets v0.16.2
