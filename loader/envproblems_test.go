package loader

import (
	"fmt"
	"strings"
	"testing"

	"github.com/transship/transship/diag"
)

// What an env file holds is mostly secret, so no message quotes it; and the place is that in the env file.
func TestErrorsInEnvFilesHideWhatTheyHold(t *testing.T) {
	for _, tt := range []struct{ text, service, where, want string }{
		{"A=1\nPASSWORD=\"hunter2\nB=2\n", "env_file: my.env", "my.env:2", "a quote is opened"},
		{"A=1\nP!=hunter2\n", "env_file: my.env", "my.env:2", `unexpected character "!"`},
		{"A=1\nB=x${hunter2\n", "env_file: my.env", "my.env:2", "starts no variable"},
		{"A=1\nB C=hunter2\n", "env_file: my.env", "my.env:2", "space"},
		{"A=1\nB C=hunter2\n", "env_file: [{path: my.env, format: raw}]", "my.env:2", "space"},
		{"A=1\nP!=hunter2\n", "label_file: my.env", "my.env:2", `unexpected character "!"`},
		{"A=1\nP=\"hunter2\n\n\n", "", ".env:2", "a quote is opened"},
		{"A=1\nP=${hunter2\n", "", ".env:2", "starts no variable"},
	} {
		name, text := "my.env", "services:\n  web:\n    image: x\n    "+tt.service+"\n"
		if tt.service == "" {
			name = ".env"
		}
		list := loadFails(t, options(project(t, map[string]string{name: tt.text, "compose.yaml": text})))
		f := find(t, list, "env-file")
		if got := fmt.Sprintf("%s:%d", f.Range.File, f.Range.Line); got != tt.where || !strings.Contains(f.Message, tt.want) {
			t.Errorf("%q: %s: %s, want %s: …%s", tt.text, got, f.Message, tt.where, tt.want)
		}
		if strings.Contains(describe(list), "hunter2") {
			t.Errorf("%q: the value is shown: %s", tt.text, describe(list))
		}
	}
}

func TestErrorsOfInterpolationHideValues(t *testing.T) {
	list := loadFails(t, options(project(t, map[string]string{"compose.yaml": "services:\n  web:\n    image: x\n    environment: {PASSWORD: \"hunter2${\"}\n"})))
	if strings.Contains(describe(list), "hunter2") {
		t.Errorf("the value is shown: %s", describe(list))
	}
}

func TestTimeZonesThatDoNotExist(t *testing.T) {
	dir := project(t, map[string]string{"compose.yaml": `services: {}
jobs:
  a: {image: x, triggers: {schedule: [{cron: "@daily", timezone: Europe/Paris}, {cron: "@daily", timezone: Local}, "@hourly"]}}
  b: {image: x, triggers: {schedule: [{cron: "@daily"}, {cron: "@daily", timezone: Mars/Phobos}]}}
`})
	var said []string
	for _, f := range mustLoad(t, options(dir)).Findings {
		if f.Severity == diag.Error {
			said = append(said, fmt.Sprintf("%d %s %s", f.Range.Line, f.Path, f.Message))
		}
	}
	if len(said) != 1 || said[0] != `4 jobs.b.triggers.schedule[1].timezone there is no time zone "Mars/Phobos"` {
		t.Errorf("said %q", said)
	}
}
