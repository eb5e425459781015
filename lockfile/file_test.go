package lockfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func sample() *File {
	return &File{Images: []Image{
		{Reference: "b", Platform: "linux/amd64", Source: "registry", Digest: digest, ImageID: digest, Services: []string{"x"}, Env: map[string]string{"B": "<&>", "A": "1"}},
		{Reference: "a", Platform: "linux/arm64", Source: "docker", ImageID: digest, Services: []string{"y"}, Users: map[string]*User{"gone": nil}, Paths: map[string]Path{"/d": {}}},
		{Reference: "a", Platform: "linux/amd64", Source: "docker", ImageID: digest, Services: []string{"y"}},
	}}
}

func TestTheSameContentGivesTheSameBytes(t *testing.T) {
	first, err := sample().marshal()
	if err != nil {
		t.Fatal(err)
	}
	other := sample()
	other.Images[0], other.Images[2] = other.Images[2], other.Images[0]
	second, _ := other.marshal()
	if string(first) != string(second) || !strings.HasSuffix(string(first), "}\n") {
		t.Errorf("first\n%s\nsecond\n%s", first, second)
	}
	read, err := parse(first)
	if err != nil {
		t.Fatal(err)
	}
	third, _ := read.marshal()
	if string(first) != string(third) {
		t.Errorf("written\n%s\nread and written\n%s", first, third)
	}
	if order := read.Images[0].Reference + read.Images[0].Platform + read.Images[2].Reference; order != "alinux/amd64b" {
		t.Errorf("order %s", order)
	}
	if !strings.Contains(string(first), `"B": "<&>"`) || !strings.Contains(string(first), `"gone": null`) {
		t.Errorf("%s", first)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, Name)
	for i, want := range []bool{true, false} {
		if changed, err := sample().Write(path); err != nil || changed != want {
			t.Fatalf("write %d: changed %v, %v", i, changed, err)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	for name, old := range map[string]string{
		"with the marks of a merge": strings.Replace(string(text), `"images"`, "<<<<<<< a\n=======\n>>>>>>> b\n  \"images\"", 1),
		"with Windows' line ends":   strings.ReplaceAll(string(text), "\n", "\r\n"),
	} {
		if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
			t.Fatal(err)
		}
		if changed, err := sample().Write(path); err != nil || !changed {
			t.Errorf("%s: changed %v, %v", name, changed, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestForeignFilesStay(t *testing.T) {
	dir := t.TempDir()
	for name, write := range map[string]func(string) error{
		"text":      func(p string) error { return os.WriteFile(p, []byte("mine\n"), 0o644) },
		"other":     func(p string) error { return os.WriteFile(p, []byte("{\n  \"lockfileVersion\": 3\n}\n"), 0o644) },
		"empty":     func(p string) error { return os.WriteFile(p, nil, 0o644) },
		"directory": func(p string) error { return os.Mkdir(p, 0o755) },
		"link":      func(p string) error { return os.Symlink("elsewhere", p) },
	} {
		path := filepath.Join(dir, name)
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadFile(path)
		foreign := (*foreignError)(nil)
		if _, err := sample().Write(path); !errors.As(err, &foreign) || foreign.Path != path {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s is now %q", name, after)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "elsewhere")); err == nil {
		t.Error("the link was followed")
	}
}

func TestPlatforms(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"linux/amd64", "linux/amd64", true},
		{"linux/x86_64", "linux/amd64", true},
		{"linux/arm64/v8", "linux/aarch64", true},
		{"linux/arm", "linux/arm/v7", true},
		{"linux/arm/v6", "linux/arm/v7", false},
		{"linux/amd64", "windows/amd64", false},
		{"linux/amd64/v2", "linux/amd64", false},
		{"linux/armhf", "linux/arm/v7", true},
	} {
		if SamePlatform(c.a, c.b) != c.same {
			t.Errorf("%s and %s: want %v", c.a, c.b, c.same)
		}
	}
	f := sample()
	for platform, want := range map[string]string{"": "linux/amd64", "linux/arm64": "linux/arm64", "linux/s390x": ""} {
		if got, _ := f.Find("a", platform); got.Platform != want {
			t.Errorf("a for %q is for %q", platform, got.Platform)
		}
	}
	var none *File
	if _, found := none.Find("a", ""); found || len(none.PlatformsOf("a")) > 0 {
		t.Error("no file has something")
	}
}

func TestUpdateKeepsWhatWasNotRead(t *testing.T) {
	read := []Image{{Reference: "a", Platform: "linux/arm64/v8", ImageID: "new"}}
	got := sample().Update(read, map[string]bool{"a": true, "c": true})
	var all []string
	for _, i := range got.Images {
		all = append(all, i.Reference+" "+i.Platform+" "+i.ImageID[:3])
	}
	if strings.Join(all, ", ") != "a linux/amd64 sha, a linux/arm64/v8 new" {
		t.Errorf("%v", all)
	}
}

func TestNeeds(t *testing.T) {
	volume := func(target string) types.ServiceVolumeConfig {
		return types.ServiceVolumeConfig{Type: "volume", Target: target}
	}
	build := &types.BuildConfig{}
	p := &types.Project{Name: "shop", Services: types.Services{
		"web":    {Name: "web", WorkloadSpec: types.WorkloadSpec{Build: build}, ContainerSpec: types.ContainerSpec{User: "app:crew", Volumes: []types.ServiceVolumeConfig{volume("/data/"), volume("rel")}, Tmpfs: types.StringList{"/tmp:size=1"}, VolumesFrom: []string{"db:ro"}}},
		"db":     {Name: "db", ContainerSpec: types.ContainerSpec{Image: "db:1", Volumes: []types.ServiceVolumeConfig{volume("/db")}, User: "7", GroupAdd: []string{"audio", "12"}}},
		"second": {Name: "second", ContainerSpec: types.ContainerSpec{Image: "db:1", Volumes: []types.ServiceVolumeConfig{volume("/other")}}},
		"named":  {Name: "named", WorkloadSpec: types.WorkloadSpec{Build: build}, ContainerSpec: types.ContainerSpec{Image: "named:1"}},
	}}
	var got []string
	for _, n := range Needs(p, map[string]string{"web": "base:1", "named": "scratch"}) {
		got = append(got, strings.Join([]string{n.Reference, strings.Join(n.Services, "+"), strings.Join(n.Paths, "+"), strings.Join(n.Users, "+"), strings.Join(n.Groups, "+"), n.At.String()}, " "))
	}
	want := []string{
		"base:1 web /data+/db+/tmp app crew services.web.build",
		"db:1 db+second /db+/other  audio services.db.image",
		"named:1 named    services.named.image",
		"shop-web web /data+/db+/tmp app crew services.web.build",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("needs\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
