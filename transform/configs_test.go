package transform

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

func TestConfigs(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: example
    configs:
    - inline
    - {source: file, target: /etc/app/app.conf, mode: 0440}
    - {source: file, target: relative.conf}
    - {source: tree, target: /etc/tree}
    - {source: script, target: /run.sh}
configs:
  inline: {content: "a: $$(HOME)\n"}
  file: {file: ./conf/App.conf, labels: {team: shop}}
  tree: {file: ./tree}
  script: {file: ./run.sh}
  unused: {content: x}
`, files(map[string]*source.File{
		"conf/App.conf": text("x=1\n"), "run.sh": executable("#!/bin/sh\n"), "unused": text("x"),
		"tree": directory("a.txt", text("a"), "b/c.bin", &source.File{Kind: source.Regular, Data: []byte{0xff, 0xfe}}),
	}))
	pod := podOf(t, r, "web")
	for target, want := range map[string]struct {
		config, subPath, key string
		mode                 int32
	}{
		"/inline":           {"inline", "inline", "inline", 0o444},
		"/etc/app/app.conf": {"file", "app.conf", "App.conf", 0o440},
		"/relative.conf":    {"file", "relative.conf", "App.conf", 0o644},
		"/run.sh":           {"script", "run.sh", "run.sh", 0o755},
		"/etc/tree":         {"tree", "", "", 0o644},
	} {
		m, v := mountAt(t, pod, target)
		if v.ConfigMap == nil || v.ConfigMap.Name != want.config || m.SubPath != want.subPath || !m.ReadOnly {
			t.Errorf("%s: %+v of %+v, want %s of %s", target, m, v.VolumeSource, want.subPath, want.config)
			continue
		}
		if key, mode := projected(find[*corev1.ConfigMap](t, r, want.config), v.ConfigMap, want.subPath); key != want.key || mode != want.mode {
			t.Errorf("%s: key %q with mode %#o, want %q with %#o", target, key, mode, want.key, want.mode)
		}
	}
	if got := find[*corev1.ConfigMap](t, r, "inline").Data["inline"]; got != "a: $(HOME)\n" {
		t.Errorf("content %q: a ConfigMap is not expanded, so nothing must be escaped", got)
	}
	tree := find[*corev1.ConfigMap](t, r, "tree")
	if tree.Data["a.txt"] != "a" || string(tree.BinaryData["b__c.bin"]) != "\xff\xfe" {
		t.Errorf("the directory becomes %v and %v", tree.Data, tree.BinaryData)
	}
	if got := find[*corev1.ConfigMap](t, r, "file").Annotations["team"]; got != "shop" {
		t.Error("the labels of the config are lost")
	}
	if has[*corev1.ConfigMap](r, "unused") {
		t.Error("a config that nothing uses is emitted")
	}
	finding(t, r, "content-unused")
}

// projected returns the key behind a path of a ConfigMap volume, and its mode, as the kubelet would have it.
func projected(object *corev1.ConfigMap, v *corev1.ConfigMapVolumeSource, path string) (string, int32) {
	mode := int32(0o644)
	if v.DefaultMode != nil {
		mode = *v.DefaultMode
	}
	for _, item := range v.Items {
		if item.Path == path {
			if item.Mode != nil {
				mode = *item.Mode
			}
			return item.Key, mode
		}
	}
	if _, has := object.Data[path]; has && len(v.Items) == 0 {
		return path, mode
	}
	return "", mode
}

func TestTrap24ContentRollsExactlyThePodsThatUseIt(t *testing.T) {
	project := func(content string) Result {
		return convertYAML(t, `
services:
  user: {image: example, configs: [conf], secrets: [pw], volumes: ["./app.ini:/app.ini:ro"]}
  other: {image: example, configs: [fixed]}
configs: {conf: {content: "`+content+`"}, fixed: {content: fixed}}
secrets: {pw: {file: ./pw}}
`, files(map[string]*source.File{"pw": text(content), "app.ini": text(content)}))
	}
	before, after := project("one"), project("two")
	for _, name := range []string{"conf", "pw", "user-app-ini"} {
		key := AnnotationChecksum + name
		was, is := podOf(t, before, "user").Annotations[key], podOf(t, after, "user").Annotations[key]
		if was == "" || was == is {
			t.Errorf("%s: the checksum is %q before and %q after a change", name, was, is)
		}
		if podOf(t, before, "other").Annotations[key] != "" {
			t.Errorf("a change of %s rolls Pods that do not use it", name)
		}
	}
	if a, b := podOf(t, before, "other").Annotations, podOf(t, after, "other").Annotations; len(a) != 1 || a[AnnotationChecksum+"fixed"] != b[AnnotationChecksum+"fixed"] {
		t.Errorf("the Pods of other roll without reason: %v, %v", a, b)
	}
}

// TestTrap24ConfigAndSecretOfOneName changes one of two objects that share a name, and with it an annotation.
func TestTrap24ConfigAndSecretOfOneName(t *testing.T) {
	sum := func(config, secret string) string {
		r := convertYAML(t, "services:\n  web: {image: example, configs: [app], secrets: [app]}\nconfigs: {app: {content: "+config+"}}\nsecrets: {app: {file: ./pw}}\n",
			files(map[string]*source.File{"pw": text(secret)}))
		return podOf(t, r, "web").Annotations[AnnotationChecksum+"app"]
	}
	was := sum("one", "one")
	if is := sum("two", "one"); is == was {
		t.Error("a changed config does not roll the Pods")
	}
	if is := sum("one", "two"); is == was {
		t.Error("a changed secret does not roll the Pods")
	}
	if again := sum("one", "one"); again != was {
		t.Errorf("%s and %s for the same content", was, again)
	}
}

func TestChecksumAnnotationOfLongNamesIsLegal(t *testing.T) {
	long := strings.Repeat("long-", 13) + "name"
	r := convertYAML(t, "services:\n  web: {image: example, configs: ["+long+"]}\nconfigs: {"+long+": {content: x}}\n")
	for key := range podOf(t, r, "web").Annotations {
		if len(validation.IsQualifiedName(key)) > 0 {
			t.Errorf("the API server refuses the annotation %q", key)
		}
	}
}

func TestTrap21DirectoryThatSomethingIsMountedInto(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: example
    volumes:
    - ./html:/www:ro
    - uploads:/www/uploads
    - ./other.conf:/www/sub/b.html:ro
volumes: {uploads: {}}
`, files(map[string]*source.File{
		"html": directory("a.html", text("a"), "empty", &source.File{Kind: source.Directory}, "sub/b.html", text("b")), "other.conf": text("c"),
	}))
	pod := podOf(t, r, "web")
	if _, v := mountAt(t, pod, "/www"); v.EmptyDir == nil {
		t.Errorf("/www is %+v: in a read-only volume there is no place to mount uploads on", v.VolumeSource)
	}
	if m, v := mountAt(t, pod, "/www/a.html"); v.ConfigMap == nil || m.SubPath != "a.html" {
		t.Errorf("a.html is %+v of %+v", m, v)
	}
	if _, v := mountAt(t, pod, "/www/empty"); v.EmptyDir == nil {
		t.Errorf("the empty directory is %+v", v)
	}
	if _, v := mountAt(t, pod, "/www/sub/b.html"); v.ConfigMap == nil || v.ConfigMap.Name != "web-other-conf" {
		t.Errorf("the file mounted over the directory's is %+v", v)
	}
}

func TestDirectoryWithEmptyDirectories(t *testing.T) {
	r := convertYAML(t, "services:\n  web: {image: example, volumes: ['./d:/d:ro']}\n", files(map[string]*source.File{
		"d": directory("a", text("a"), "empty", &source.File{Kind: source.Directory}),
	}))
	if _, v := mountAt(t, podOf(t, r, "web"), "/d/empty"); v.EmptyDir == nil {
		t.Errorf("the empty directory is %+v", v.VolumeSource)
	}
	if m, _ := mountAt(t, podOf(t, r, "web"), "/d/a"); m.SubPath != "a" {
		t.Errorf("the file is %+v", m)
	}
}

func TestTrap22LargeContent(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: example, configs: [large, huge]}
configs: {large: {file: ./large}, huge: {file: ./huge}}
`, files(map[string]*source.File{"large": text(strings.Repeat("x", 300<<10)), "huge": text(strings.Repeat("x", 1<<20+1))}))
	if f := finding(t, r, "apply-server-side"); f.Path.String() != "configs.large" {
		t.Errorf("reported at %s", f.Path)
	}
	if f := finding(t, r, "object-too-large"); f.Path.String() != "configs.huge" {
		t.Errorf("reported at %s", f.Path)
	}
}

// TestTrap22LargeContentCountsAsWritten holds the bound to what the annotation of a client-side apply takes: JSON for text, base64 for
// Secrets. A live client applies on the server.
func TestTrap22LargeContentCountsAsWritten(t *testing.T) {
	for name, c := range map[string]struct {
		yaml string
		data *source.File
		said bool
	}{
		"plain":  {"services: {web: {image: example, configs: [x]}}\nconfigs: {x: {file: ./x}}\n", text(strings.Repeat("x", 250<<10)), false},
		"quotes": {"services: {web: {image: example, configs: [x]}}\nconfigs: {x: {file: ./x}}\n", text(strings.Repeat(`"`, 130<<10)), true},
		"marks":  {"services: {web: {image: example, configs: [x]}}\nconfigs: {x: {file: ./x}}\n", text(strings.Repeat("<", 45<<10)), true},
		"secret": {"services: {web: {image: example, secrets: [x]}}\nsecrets: {x: {file: ./x}}\n", text(strings.Repeat("x", 200<<10)), true},
	} {
		r := convertYAML(t, c.yaml, files(map[string]*source.File{"x": c.data}))
		if hasCode(r, "apply-server-side") != c.said {
			t.Errorf("%s: said %v", name, !c.said)
		}
	}
}

// TestTrap22BinaryContentCountsInBytes fills a ConfigMap to the last byte with what is written in base64.
func TestTrap22BinaryContentCountsInBytes(t *testing.T) {
	full := text(strings.Repeat("\xff", 1<<20))
	r := convertYAML(t, "services: {web: {image: nginx, volumes: ['./full:/full:ro']}}\n", files(map[string]*source.File{"full": full}))
	if m := find[*corev1.ConfigMap](t, r, "web-full"); len(m.BinaryData["full"]) != 1<<20 {
		t.Errorf("%d bytes", len(m.BinaryData["full"]))
	}
	for _, f := range r.Findings {
		if f.Severity > diag.Info && f.Code != "restart-unclear" {
			t.Errorf("%s: %s", f.Code, f.Message)
		}
	}
}

func TestContentSources(t *testing.T) {
	for name, c := range map[string]struct{ config, code string }{
		"missing file":    {"{file: ./none}", "missing-file"},
		"file not read":   {"{file: ./unread}", "missing-file"},
		"empty directory": {"{file: ./empty}", "missing-file"},
		"unset variable":  {"{environment: NOT_SET}", "unset-source"},
		"external":        {"{external: true, name: Prod.Conf}", "content-external"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  web: {image: example, configs: [conf]}\nconfigs:\n  conf: "+c.config+"\n",
				files(map[string]*source.File{"none": missing(), "empty": directory()}))
			finding(t, r, c.code)
		})
	}
	r := convertYAML(t, "services:\n  web: {image: example, configs: [conf]}\nconfigs:\n  conf: {environment: CONF}\n", func(in *Input) {
		in.Project.Environment["CONF"] = "value"
	})
	if got := find[*corev1.ConfigMap](t, r, "conf").Data["conf"]; got != "value" {
		t.Errorf("the variable's value is %q", got)
	}
	r = convertYAML(t, "services:\n  web: {image: example, configs: [conf]}\nconfigs:\n  conf: {external: true, name: prod.conf, x-kubernetes: {key: nginx.conf}}\n")
	_, v := mountAt(t, podOf(t, r, "web"), "/conf")
	if v.ConfigMap.Name != "prod.conf" || v.ConfigMap.Items[0].Key != "nginx.conf" || len(r.Objects) != 2 {
		t.Errorf("the reference is %+v among %d objects", v.ConfigMap, len(r.Objects))
	}
}

func TestModes(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: example
    user: "103"
    configs: [{source: conf, target: /a, mode: 440}, {source: conf, target: /b, mode: 0o2755}, {source: conf, target: /c, mode: 0400, uid: "103", gid: "104"}]
configs: {conf: {content: x}}
`)
	pod := podOf(t, r, "web")
	finding(t, r, "mode-decimal")
	finding(t, r, "content-mode")
	if _, v := mountAt(t, pod, "/b"); *v.ConfigMap.DefaultMode != 0o755 {
		t.Errorf("mode %#o", *v.ConfigMap.DefaultMode)
	}
	if group := pod.Spec.SecurityContext.FSGroup; group == nil || *group != 104 {
		t.Errorf("fsGroup %v: nobody but root can read /c", group)
	}
}

func TestContentKeys(t *testing.T) {
	r := convertYAML(t, "services:\n  web: {image: 'nginx:1', volumes: ['./d:/d:ro']}\n", files(map[string]*source.File{
		"d": directory("a b.conf", text("1"), "a_b.conf", text("2"), "x/y.conf", text("3"), "x__y.conf", text("4"), "..weird/é", text("5")),
	}))
	data := find[*corev1.ConfigMap](t, r, "web-d").Data
	_, v := mountAt(t, podOf(t, r, "web"), "/d")
	seen := map[string]string{}
	for _, item := range v.ConfigMap.Items {
		seen[item.Path] = data[item.Key]
		if strings.HasPrefix(item.Path, "..") {
			t.Errorf("the API server refuses the path %q", item.Path)
		}
	}
	for path, want := range map[string]string{"a b.conf": "1", "a_b.conf": "2", "x/y.conf": "3", "x__y.conf": "4"} {
		if seen[path] != want {
			t.Errorf("%s has the content %q, want %q", path, seen[path], want)
		}
	}
}
