package loader

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestDistributions: official images have the users of their base system; of others nothing is known.
func TestDistributions(t *testing.T) {
	dir := t.TempDir()
	text := `
services:
  debian: {image: "python:3.13-slim", user: www-data}
  alpine: {image: "python:3.13-alpine", user: "nobody:www-data"}
  other: {image: "acme/tool:1-slim", user: www-data}
  number: {image: "python:3.13-slim", user: "1000"}
`
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(context.Background(), Options{WorkingDirectory: dir})
	if err != nil {
		t.Fatal(err)
	}
	images := loaded.Images
	if u := images["debian"].Users["www-data"]; u.UID == nil || *u.UID != 33 {
		t.Errorf("www-data of Debian is %v", u.UID)
	}
	if _, there := images["alpine"].Users["www-data"]; there {
		t.Error("Alpine has no user www-data")
	}
	if id := images["alpine"].GroupIDs["www-data"]; id != 82 {
		t.Errorf("the group www-data of Alpine is %d", id)
	}
	if len(images["other"].Users) > 0 || len(images["number"].Users) > 0 {
		t.Errorf("users are known of %v and %v", images["other"], images["number"])
	}
}
