package keys_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"

	"github.com/transship/transship/transform/keys"
)

func TestEveryKeyOfTheSchemaHasOneRow(t *testing.T) {
	rows := map[string]int{}
	for _, r := range keys.All() {
		rows[r.Path]++
	}
	for _, path := range schema.AttributePaths() {
		if rows[string(path)] == 0 {
			t.Errorf("%s has no row: describe it in the table", path)
		}
		delete(rows, string(path))
	}
	for path := range rows {
		t.Errorf("%s is not in the schema: remove its row", path)
	}
}

func TestRowsAreSortedAndUnique(t *testing.T) {
	if !slices.IsSortedFunc(keys.All(), func(a, b keys.Row) int { return strings.Compare(a.Path, b.Path) }) {
		t.Error("All is not sorted by path")
	}
	for i, r := range keys.All()[1:] {
		if keys.All()[i].Path == r.Path {
			t.Errorf("%s occurs twice", r.Path)
		}
	}
}

func TestRowsSayWhatTheirClassDemands(t *testing.T) {
	for _, r := range keys.All() {
		if r.Class < keys.Exact || r.Class > keys.Refused {
			t.Errorf("%s: invalid class %d", r.Path, r.Class)
		}
		demand := map[string]string{"Docker": r.Docker, "Kubernetes": r.Kubernetes}
		switch r.Class {
		case keys.Close:
			demand["Difference"], demand["Owner"] = r.Difference, r.Owner
		case keys.Hint, keys.Refused:
			demand["Difference"], demand["Advice"], demand["Code"] = r.Difference, r.Advice, r.Code
		case keys.Local:
			demand["Difference"], demand["Code"] = r.Difference, r.Code
		case keys.Exact:
			if r.Owner == "" && !strings.HasPrefix(r.Kubernetes, "nothing needed") {
				demand["Owner"] = ""
			}
		case keys.Meta:
			if r.Owner != "" || r.Code != "" {
				t.Errorf("%s: a meta key has neither owner nor finding", r.Path)
			}
		}
		for field, text := range demand {
			if text == "" {
				t.Errorf("%s: %s is empty, %s rows need it", r.Path, field, r.Class)
			}
		}
		if reported := r.Class == keys.Hint || r.Class == keys.Local || r.Class == keys.Refused; reported && r.Severity == 0 {
			t.Errorf("%s: the finding has no severity", r.Path)
		}
	}
}

func TestTextsAreClausesThatFitIntoAFinding(t *testing.T) {
	for _, r := range keys.All() {
		for field, text := range map[string]string{
			"Docker": r.Docker, "Kubernetes": r.Kubernetes, "Difference": r.Difference, "Advice": r.Advice,
		} {
			if strings.HasSuffix(text, ".") || strings.TrimSpace(text) != text || strings.Contains(text, "\n") {
				t.Errorf("%s: %s must be one clause without a full stop: %q", r.Path, field, text)
			}
		}
		if first := r.Docker[:min(1, len(r.Docker))]; strings.ToLower(first) != first {
			t.Errorf("%s: Docker must read on from the key: %q", r.Path, r.Docker)
		}
	}
}

func TestOwnersAreFilesBelowTransform(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range keys.All() {
		if r.Owner == "" || seen[r.Owner] {
			continue
		}
		seen[r.Owner] = true
		if _, err := os.Stat(filepath.Join("..", r.Owner)); err != nil {
			t.Errorf("%s: its owner %s is not below transform", r.Path, r.Owner)
		}
	}
}
