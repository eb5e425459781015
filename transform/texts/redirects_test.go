package texts

import "testing"

func TestOnlyRedirects(t *testing.T) {
	const tls = "server { listen 443 ssl; location / { proxy_pass http://app:8080; } }\n"
	for _, c := range []struct {
		name, settings string
		port           int32
		want           bool
	}{
		{"nginx", "server {\n  listen 80;\n  server_name _;\n  return 301 https://$host$request_uri;\n}\n" + tls, 80, true},
		{"nginx with a challenge", "server { listen [::]:80; listen 80 default_server;\n location /.well-known/acme-challenge/ { root /var/www; }\n location / { return 308 https://$host$request_uri; } }\n" + tls, 80, true},
		{"nginx without listen", "server { rewrite ^ https://$host$request_uri? permanent; }\n", 80, true},
		{"nginx that serves", "server { listen 80; location / { proxy_pass http://app; } location /old { return 301 https://other; } }", 80, false},
		{"nginx with another server", "server { listen 80; return 301 https://$host; }\nserver { listen 80; server_name inside; location / { proxy_pass http://app; } }", 80, false},
		{"nginx behind a proxy", "server { listen 80; if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; } root /www; }", 80, false},
		{"nginx, another port", "server { listen 8080; return 301 https://$host; }\n" + tls, 443, false},
		{"nginx, a remark", "server { listen 80;\n # return 301 https://$host;\n root /www; }", 80, false},
		{"Apache", "<VirtualHost *:80>\n  Redirect permanent / https://shop.example.com/\n</VirtualHost>\n<VirtualHost *:443>\n  ProxyPass / http://app/\n</VirtualHost>", 80, true},
		{"Apache, rewritten", "<VirtualHost *:80>\n  RewriteEngine On\n  RewriteRule ^(.*)$ https://%{HTTP_HOST}$1 [R=301,L]\n</VirtualHost>", 80, true},
		{"nginx, in quotes", "server { listen \"80\"; return 301 \"https://$host\"; }\n" + tls, 80, true},
		{"Apache, in quotes", "<VirtualHost \"*:80\">\n  Redirect permanent \"/\" \"https://shop.example.com/\"\n</VirtualHost>", 80, true},
		{"Apache that serves", "<VirtualHost *:80>\n  DocumentRoot /www\n  Redirect /old https://other.example.com\n</VirtualHost>", 80, false},
		{"nothing", "", 80, false},
	} {
		if got := OnlyRedirects(c.settings, c.port); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestCaddyOnlyRedirects(t *testing.T) {
	variables := map[string]string{"HOST": "https://chat.example.com", "PLAIN": ":80"}
	for caddyfile, want := range map[string]bool{
		"\"chat.example.com\" {\n  reverse_proxy app:8080\n}":                              true,
		"{$HOST} {\n  reverse_proxy app:8080\n}":                                           true,
		"chat.example.com, www.example.com {\n  reverse_proxy app:8080\n}":                 true,
		"{\n  email a@example.com\n}\n(common) {\n  encode gzip\n}\nchat.example.com {\n}": true,
		"{$OTHER:https://localhost} {\n}":                                                  true,
		"{$PLAIN} {\n  reverse_proxy app:8080\n}":                                          false,
		":80 {\n}\nchat.example.com {\n}":                                                  false,
		"http://chat.example.com {\n}":                                                     false,
		"{$UNKNOWN} {\n}":                                                                  false,
		"{\n  auto_https off\n}\nchat.example.com {\n}":                                    false,
		"": false,
	} {
		if got := CaddyOnlyRedirects(caddyfile, func(name string) string { return variables[name] }); got != want {
			t.Errorf("%q: %v", caddyfile, got)
		}
	}
}
