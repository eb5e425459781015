package texts

import (
	"strings"
	"testing"
)

func TestRemarks(t *testing.T) {
	for text, want := range map[string]bool{
		"# usage: curl -v http://my_app/x\nserver {}\n":     true,
		"server {\n\t#   proxy_pass http://my_app:80;\n}\n": true,
		"#my_app=1\nb=2": true,
		"server {\n  proxy_pass http://my_app; # the app\n}\n": false,
		"# the app\nupstream: my_app\n":                        false,
		"#my_app":                                              false,
		"export class A {\n  #url = 'http://my_app';\n}\n":     false,
		"a: |\n  #!/bin/sh\n  # my_app\n":                      true,
		"url: http://x/#my_app\nb: 1\n":                        false,
	} {
		if got := Remarks(text)(strings.Index(text, "my_app")); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
