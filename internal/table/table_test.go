package table

import (
	"strings"
	"testing"
)

type row struct {
	Name   string `json:"Name"`
	Status string `json:"Status"`
}

func (row) Label(name string) string { return "value of " + name }

var rows = []row{{"web-1", "Up 3 seconds"}, {"database-1", "Exited (0) <1 minute ago"}}

func TestForms(t *testing.T) {
	headers := Headers{"Name": "NAME", "Status": "STATUS"}
	cases := map[string]string{
		"":                             "NAME         STATUS\nweb-1        Up 3 seconds\ndatabase-1   Exited (0) <1 minute ago\n",
		"table":                        "NAME         STATUS\nweb-1        Up 3 seconds\ndatabase-1   Exited (0) <1 minute ago\n",
		`table {{.Status}}\t{{.Name}}`: "STATUS                     NAME\nUp 3 seconds               web-1\nExited (0) <1 minute ago   database-1\n",
		"json":                         "{\"Name\":\"web-1\",\"Status\":\"Up 3 seconds\"}\n{\"Name\":\"database-1\",\"Status\":\"Exited (0) <1 minute ago\"}\n",
		"{{.Name}}: {{upper .Status}}": "web-1: UP 3 SECONDS\ndatabase-1: EXITED (0) <1 MINUTE AGO\n",
		"{{json .Name}}":               "\"web-1\"\n\"database-1\"\n",
		`{{.Name}}\t{{.Label "tier"}}`: "web-1\tvalue of tier\ndatabase-1\tvalue of tier\n",
		`table {{.Label "tier"}}`:      "tier\nvalue of tier\nvalue of tier\n",
	}
	for format, want := range cases {
		f, err := Parse(format, `{{.Name}}\t{{.Status}}`, headers)
		if err != nil {
			t.Errorf("%q: %v", format, err)
			continue
		}
		var out strings.Builder
		if err := Print(&out, f, rows); err != nil || out.String() != want {
			t.Errorf("%q prints, with %v,\n%q\nwant\n%q", format, err, out.String(), want)
		}
	}
}

func TestMistakesAreTold(t *testing.T) {
	for format, want := range map[string]string{
		"wide":         `"wide" is neither table, json nor a Go template`,
		"tables":       `"tables" is neither`,
		"{{.Name":      "is not a Go template",
		"{{nosuch .}}": `function "nosuch" not defined`,
	} {
		if _, err := Parse(format, "", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", format, err)
		}
	}
	f, err := Parse("{{.Nope}}", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := Print(&out, f, rows); err == nil || !strings.Contains(err.Error(), "can't evaluate field Nope") || out.Len() > 0 {
		t.Errorf("an unknown field: %v, printed %q", err, out.String())
	}
}
