package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
)

func TestRulesAreCurrent(t *testing.T) {
	t.Parallel()
	want, err := compile(schema.Schema)
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../rules.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Error("loader/schema/rules.go is not made from compose-go's schema: run make generate")
	}
}

// A keyword that is passed over would make the rules accept what compose-go refuses.
func TestUnknownKeywordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"not": {}}`, `{"$ref": "other.json"}`, `{"type": "date"}`, `{"properties": {"a": {"const": 1}}}`, `[]`, `{"pattern": "[0-9]"}`,
		`{"enum": [1]}`, `{"uniqueItems": 1}`, `{"minimum": "1"}`, `{"required": [1]}`, `{"items": 1}`, `{"anyOf": {}}`, `{"patternProperties": {"a+": {}}}`,
	} {
		if _, err := compile(text); err == nil {
			t.Errorf("%s is understood", text)
		}
	}
}
