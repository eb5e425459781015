package components_test

import (
	"reflect"
	"testing"

	"github.com/transship/transship/internal/components"
)

func TestOf(t *testing.T) {
	got := components.Of(map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": nil, "f": {"f", "a"}})
	want := [][]string{{"e"}, {"d"}, {"a", "b", "c"}, {"f"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
