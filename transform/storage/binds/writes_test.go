package binds

import "testing"

// What a script does to /etc/app or to what lies below it.
func TestChanges(t *testing.T) {
	for script, want := range map[string]string{
		"echo x > /etc/app":                             ">",
		"echo x >>/etc/app/a.conf":                      ">>",
		"cat a | tee -a '/etc/app/a.conf' >/dev/null":   "tee",
		"sed -i s/a/b/ /etc/app/a.conf":                 "sed",
		"sed -ri.bak s/a/b/ \"/etc/app/a.conf\"":        "sed",
		"sed -e s/i/b/ /etc/app/a.conf > /tmp/a.conf":   "",
		"cp /etc/app/a.conf /tmp/":                      "",
		"cp -r /defaults/. /etc/app/ && exec serve":     "cp",
		"A=1 sudo cp a /etc/app":                        "cp",
		"mkdir -p /etc/app":                             "",
		"mkdir -p /etc/app/sub":                         "mkdir",
		"curl -o /etc/app/a.crt https://example.com":    "curl",
		"grep -o /etc/app/a.crt":                        "",
		"chown -R app /etc":                             "chown",
		"chown app /etc":                                "",
		"chmod +x /etc/app; sed -i s/a/b/ /etc/app":     "sed",
		"serve --config /etc/app/a.conf":                "",
		"echo x > /etc/apples; echo y > /srv/etc/app":   "",
		"# rm /etc/app\nserve":                          "",
		"if true; then rm -f /etc/app/a.conf; fi":       "rm",
		"ln -s /etc/app /app; mv /etc/app/a /etc/other": "mv",
		"sed \\\n -i s/a/b/ \\\n /etc/app/a.conf":       "sed",
	} {
		if got := changes(script, "/etc/app"); got != want {
			t.Errorf("%q: %q, want %q", script, got, want)
		}
	}
}
