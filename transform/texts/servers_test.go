package texts

import (
	"maps"
	"strings"
	"testing"
	"time"
)

func TestHTTPServers(t *testing.T) {
	for name, c := range map[string]struct {
		settings string
		want     map[int32]bool
	}{
		"nothing":           {"worker_processes 1;", map[int32]bool{}},
		"nginx":             {"http { server { listen 1236; listen [::]:1237 default_server; location / {} } }", map[int32]bool{1236: true, 1237: true}},
		"nginx with TLS":    {"server {\n  listen 443 ssl;\n  listen [::]:443 ssl http2;\n}", map[int32]bool{443: false}},
		"the old word":      {"server { listen 443; ssl on; }", map[int32]bool{443: false}},
		"both":              {"server { listen 80; }\nserver { listen 443 ssl; }", map[int32]bool{80: true, 443: false}},
		"one port, both":    {"server { listen 8080 ssl; server_name a; }\nserver { listen 8080; server_name b; }", map[int32]bool{8080: true}},
		"its default":       {"server { server_name x; }", map[int32]bool{80: true}},
		"a remark":          {"server {\n  # listen 80;\n  listen 443 ssl;\n}", map[int32]bool{443: false}},
		"streams":           {"stream { upstream db { server db:5432; } server { listen 5433; proxy_pass db; } }\nhttp { server { listen 80; } }", map[int32]bool{80: true}},
		"a stream not shut": {"stream { server { listen 1;", map[int32]bool{}},
		"upstreams":         {"upstream ui { server ui:1234; }", map[int32]bool{}},
		"Apache":            {"<VirtualHost *:8081>\nDocumentRoot /x\n</VirtualHost>\n<VirtualHost *:8443>\nSSLEngine on\n</VirtualHost>", map[int32]bool{8081: true, 8443: false}},
		"HAProxy": {
			"defaults\n  mode http\nfrontend web\n  bind *:8404\n  bind :8405 ssl crt /x\nfrontend db\n  mode tcp\n  bind *:5432\nbackend x\n  server a a:1\n",
			map[int32]bool{8404: true, 8405: false},
		},
		"quotes":             {"server { listen \"1236\"; listen '[::]:1237' ssl; }\ndefaults\n  mode \"http\"\nfrontend w\n  bind \"*:8404\"\n", map[int32]bool{1236: true, 1237: false, 8404: true}},
		"Apache in quotes":   {"<VirtualHost \"*:8081\">\nDocumentRoot \"/x\"\n</VirtualHost>", map[int32]bool{8081: true}},
		"a number too large": {"server { listen 99999; }", map[int32]bool{}},
	} {
		if got := HTTPServers(c.settings); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestSettingsOfManyBlocksTakeNoTime(t *testing.T) {
	for _, word := range []string{"stream {", "stream {}", "server {", "server { listen 80; }", "a:1 {\n", "frontend x\n  bind :1\n"} {
		settings := strings.Repeat(word, (1<<20)/len(word))
		began := time.Now()
		HTTPServers(settings)
		OnlyRedirects(settings+"https://", 80)
		CaddyServers(settings, func(string) string { return "" })
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q: %s", word, took)
		}
	}
}

func TestCaddyServers(t *testing.T) {
	const caddyfile = ":2015 {\n}\nhttp://a.example.com:2016 {\n}\nshop.example.com:3015, :{$PORT} {\n}\nshop.example.com {\n}\n"
	variable := func(name string) string { return map[string]string{"PORT": "2017"}[name] }
	want := map[int32]bool{2015: true, 2016: true, 3015: false, 2017: true}
	if got := CaddyServers(caddyfile, variable); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := CaddyServers("\":2015\" {\n}\n`http://a.example.com:2016` {\n}\n", variable); !maps.Equal(got, map[int32]bool{2015: true, 2016: true}) {
		t.Errorf("in quotes: %v", got)
	}
	if got := CaddyServers("{\n  auto_https off\n}\n"+caddyfile, variable); !got[3015] {
		t.Errorf("without HTTPS: %v", got)
	}
}

func FuzzServers(f *testing.F) {
	for _, seed := range []string{"server { listen 443 ssl; }", "stream { server { listen 1; } }", "defaults\n mode http\nfrontend w\n bind :8404 ssl\n", "<VirtualHost *:81>\n</VirtualHost>", ":2015 {\n}\n{$X:a:1} {\n}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, settings string) {
		for _, ports := range []map[int32]bool{HTTPServers(settings), CaddyServers(settings, func(string) string { return "" })} {
			for port := range ports {
				if port < 1 || port > 65535 {
					t.Errorf("port %d", port)
				}
			}
		}
		OnlyRedirects(settings, 80)
	})
}
