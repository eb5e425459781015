package texts

import "testing"

func TestRefusedHost(t *testing.T) {
	const local = "server { listen 80; server_name localhost; location / { proxy_pass http://front; } }\n"
	for _, c := range []struct {
		name, settings, want string
		port                 int32
	}{
		{"closed", local + "server { listen 80 default; server_name _; return 444; }", "444", 80},
		{"closed first, with another option", "server { listen 80 default_server reuseport; listen [::]:80 default_server;\n return 403;\n}\n" + local, "403", 80},
		{"closed at the root", local + "server { listen 80 default_server; location /healthz { return 200; } location / { return 404; } }", "404", 80},
		{"the first one is the default", "server { server_name _; return 444; }\n" + local, "444", 80},
		{"a later one for no host is not", local + "server { listen 80; server_name _; return 444; }", "", 80},
		{"named", "server { listen 80 default_server; return 444; }\nserver { server_name Web.example.com; }", "", 80},
		{"named by a wildcard", "server { listen 80 default_server; return 444; }\nserver { server_name *.example.com; }", "", 80},
		{"named by a domain", "server { listen 80 default_server; return 444; }\nserver { server_name .example.com; }", "", 80},
		{"named by an expression", "server { listen 80 default_server; return 444; }\nserver { server_name ~^(?<x>.+)$; }", "", 80},
		{"named by a variable", "server { listen 80 default_server; return 444; }\nserver { server_name ${DOMAIN}; }", "", 80},
		{"named by another wildcard", "server { listen 80 default_server; return 444; }\nserver { server_name *.example.org; }", "444", 80},
		{"the default serves", "server { listen 80 default_server; location / { root /www; } location /x { return 404; } }\n" + local, "", 80},
		{"only if", "server { listen 80 default_server; if ($bad) { return 444; } root /www; }\n" + local, "", 80},
		{"no default said", local, "", 80},
		{"another port", local + "server { listen 8080 default_server; return 444; }", "", 80},
		{"that port", local + "server { listen 8080 default_server; return 444; }", "444", 8080},
		{"the fallback of an API", "server { listen 80; server_name _; location /api { proxy_pass http://api; } location /health { return 200; } location / { return 404; } }\n" + local, "", 80},
		{"challenges for certificates", "server { listen 80; server_name _; location /.well-known/acme-challenge/ { root /acme; } location / { return 404; } }\n" + local, "404", 80},
		{"no other one is meant", "server { listen 80 default_server; server_name _; return 444; }", "", 80},
		{"a remark", local + "# server { listen 80 default_server; return 444; }", "", 80},
	} {
		if got, refused := RefusedHost(c.settings, c.port, "web.example.com"); got != c.want || refused != (c.want != "") {
			t.Errorf("%s: %q, %v", c.name, got, refused)
		}
	}
}
