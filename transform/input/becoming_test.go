package input

import "testing"

func TestChangesUser(t *testing.T) {
	for text, want := range map[string]string{
		"gosu app /x":                            "app",
		"tini -- gosu app /x":                    "app",
		"/sbin/su-exec 1000:1000 /x":             "1000",
		"set -e\nexec gosu \"$APP_USER\" \"$@\"": "$APP_USER",
		"setpriv --init-groups --reuid=app x":    "app",
		"setpriv --reuid 1000 --regid 1000 x":    "1000",
		"runuser -u app -- x":                    "app",
		"runuser -l app -c x":                    "app",
		"sh -c su -s /bin/sh app -c x":           "app",
		"su - app":                               "app",
		"sudo -E -u app x":                       "app",
		"cd /srv && s6-setuidgid abc x":          "abc",
		"chpst -u app x":                         "app",
		"apk add su-exec bash":                   "",
		"# with gosu app":                        "",
		"echo gosu app":                          "",
		"sudo x":                                 "",
		"su -c x":                                "",
		"submit app":                             "",
	} {
		got := ""
		if m := changesUser.FindStringSubmatch(text); m != nil {
			got = m[3]
		}
		if got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
