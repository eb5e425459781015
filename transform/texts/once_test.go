package texts

import "testing"

// Proxies take the quotes off their words before they look up a name.
func TestAskedOnce(t *testing.T) {
	for text, want := range map[string]bool{
		"proxy_pass http://my_db:80;\n":                     true,
		"proxy_pass \"http://my_db:80\";\n":                 true,
		"fastcgi_pass 'my_db:9000';\n":                      true,
		"upstream x { server \"my_db:80\" weight=2; }\n":    true,
		"upstream x { server 'my_db'; }\n":                  true,
		"upstream x { server \"my_db:80\" resolve; }\n":     false,
		"set $up \"http://my_db:80\"; proxy_pass $up;\n":    false,
		"  server s1 my_db:80 check\n":                      true,
		"  server s1 \"my_db:80\" check\n":                  true,
		"  server \"s1\" \"my_db:${PORT}\"\n":               true,
		"  server s1 'my_db:80'\n":                          true,
		"  server s1 ipv4@my_db:80\n":                       true,
		"  server s1 my_db check\n":                         true,
		"  server-template s 3 \"my_db:80\" check\n":        true,
		"  server s1 \"my_db:80\" check resolvers docker\n": false,
		"  backend { .host = \"my_db\"; }\n":                true,
		":80 {\n  reverse_proxy \"my_db:80\"\n}\n":          false,
	} {
		found := Find(text, "", func(name string) bool { return name == "my_db" })
		if len(found) != 1 || !found[0].Host && !found[0].Bare {
			t.Fatalf("%q: found %v", text, found)
		}
		if found[0].Once != want {
			t.Errorf("%q: %v, want %v", text, found[0].Once, want)
		}
	}
	for settings, want := range map[string]bool{
		"  server s1 \"${UP}\" check\n":               true,
		"  server s1 \"$UP:80\" check\n":              true,
		"  server s1 \"${UPPER}:80\" check\n":         false,
		"location / { proxy_pass \"http://${UP}\"; }": true,
	} {
		if got := AsksOnceFor(settings, "UP"); got != want {
			t.Errorf("%q: %v, want %v", settings, got, want)
		}
	}
}
