package loader

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestJobsAndServicesReadTheirFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"raw.env":  "# comment\nQUOTED=\"as it is $HOME\"\n  SPACED= x \nFROM_SHELL\nUNSET\n",
		"dot.env":  "QUOTED=\"unquoted\"\n",
		"a.labels": "team=payments\n",
		"compose.yaml": `services:
  web:
    image: nginx:1
    env_file: [{path: raw.env, format: raw}]
jobs:
  backup:
    image: backup:1
    triggers: {manual: true}
    env_file: [dot.env]
    label_file: a.labels
    environment: {FROM_SHELL: }
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := Load(context.Background(), Options{WorkingDirectory: dir, Environ: []string{"FROM_SHELL=shell"}})
	if err != nil {
		t.Fatal(err)
	}
	web := map[string]string{}
	for name, value := range loaded.Project.Services["web"].Environment {
		web[name] = *value
	}
	want := map[string]string{"QUOTED": `"as it is $HOME"`, "SPACED": " x ", "FROM_SHELL": "shell"}
	if !maps.Equal(web, want) {
		t.Errorf("web has %q, want %q", web, want)
	}
	job := loaded.Project.Jobs["backup"]
	if got := job.Environment["QUOTED"]; got == nil || *got != "unquoted" {
		t.Errorf("the job's env_file is not read: %v", job.Environment)
	}
	if got := job.Environment["FROM_SHELL"]; got == nil || *got != "shell" {
		t.Errorf("a variable without a value does not come from the shell: %v", job.Environment)
	}
	if job.Labels["team"] != "payments" {
		t.Errorf("the job's label_file is not read: %v", job.Labels)
	}
}
