package lang_test

import (
	"testing"

	"github.com/transship/transship/internal/lang"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		named string
		env   map[string]string
		want  lang.Language
	}{
		{"ja", nil, lang.Japanese},
		{"en", map[string]string{"LC_ALL": "ja_JP.UTF-8"}, lang.English},
		{"auto", nil, lang.English},
		{"auto", map[string]string{"LANG": "ja_JP.UTF-8"}, lang.Japanese},
		{"auto", map[string]string{"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "de_DE"}, lang.English},
		{"auto", map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja"}, lang.Japanese},
		{"auto", map[string]string{"LC_MESSAGES": "ja", "LC_ALL": "C"}, lang.English},
		{"auto", map[string]string{"LANG": "japan"}, lang.English},
	} {
		if got := lang.Choose(c.named, func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%s with %v is %s, want %s", c.named, c.env, got, c.want)
		}
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	for english, want := range map[string]string{
		"port 8080 is public through the load balancer of web":        "ポート 8080 は web のロードバランサーで外部に公開される",
		`"eight" is not a port`:                                       `"eight" はポートではない`,
		"web starts without waiting for db, queue, mail and 3 others": "web は db, queue, mail ほか 3 件を待たずに起動する",
		"; use stop-first":                                            "。stop-first を使ってください",
		// a value that is Japanese needs no space beside it, a name does
		"x is started again also when it ends without failure: it publishes ports, so it is a Deployment": "x は失敗なしに終了したときも再起動される。ポートを公開しているため、Deployment になる",
		// two statements, of which each has an entry
		"use stop-first; --allow=update-order makes it a warning": "stop-first を使ってください。--allow=update-order で警告になります",
		// a masked value stays masked
		"the value of *** is part of the manifests":         "*** の値がマニフェストに含まれる",
		"something that nobody has translated":              "something that nobody has translated",
		"port x is public through the load balancer of web": "port x is public through the load balancer of web",
	} {
		if got := lang.Japanese.Say(english); got != want {
			t.Errorf("%q\n got %q\nwant %q", english, got, want)
		}
		if got := lang.English.Say(english); got != english {
			t.Errorf("English says %q", got)
		}
	}
}
