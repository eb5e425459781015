package transform

import (
	"reflect"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
)

// A project on a drive of Windows is converted as the same one elsewhere; what names a drive itself stays.
func TestPathsOfWindows(t *testing.T) {
	project := func(dir, slash, outside string) Input {
		at := func(name string) string { return dir + slash + name }
		return Input{
			Project: &types.Project{
				Name: "shop", WorkingDir: dir,
				Services: types.Services{"web": {
					Name: "web",
					ContainerSpec: types.ContainerSpec{
						Volumes: []types.ServiceVolumeConfig{
							{Type: "bind", Source: at("site"), Target: "/site"}, {Type: "bind", Source: outside, Target: "/queue"}, {Type: "volume", Source: "data", Target: "/data"},
						},
						EnvFiles:       []types.EnvFile{{Path: at("web.env")}},
						CredentialSpec: &types.CredentialSpecConfig{File: at("spec.json")},
					},
					WorkloadSpec: types.WorkloadSpec{Build: &types.BuildConfig{Context: at("web"), Dockerfile: "Dockerfile"}},
				}},
				Jobs:    types.Jobs{"night": {Name: "night", ContainerSpec: types.ContainerSpec{Volumes: []types.ServiceVolumeConfig{{Type: "bind", Source: at("night")}}}}},
				Configs: types.Configs{"c": {File: at("c.conf")}},
				Secrets: types.Secrets{"s": {File: at("s.txt")}},
				Volumes: types.Volumes{"data": {DriverOpts: map[string]string{"o": "bind", "device": at("data")}}},
			},
			Files:  source.Files{at("site"): {Kind: source.Directory}, outside: {Kind: source.Missing}},
			Images: map[string]source.ImageFacts{"web": {Paths: map[string]source.ImagePath{"/site": {CopiedFrom: []string{at("site")}}}}},
		}
	}
	written := project(`C:\projects\shop`, `\`, `D:\queue`)
	got, err := withSlashes(written)
	if err != nil {
		t.Fatal(err)
	}
	want := project("/C:/projects/shop", "/", `D:\queue`)
	for _, field := range []struct{ got, want any }{
		{got.Project.WorkingDir, want.Project.WorkingDir},
		{got.Project.Services["web"].ContainerSpec, want.Project.Services["web"].ContainerSpec},
		{got.Project.Services["web"].Build, want.Project.Services["web"].Build},
		{got.Project.Jobs["night"].Volumes, want.Project.Jobs["night"].Volumes},
		{got.Project.Configs, want.Project.Configs},
		{got.Project.Secrets, want.Project.Secrets},
		{got.Project.Volumes, want.Project.Volumes},
		{got.Files, want.Files},
		{got.Images, want.Images},
	} {
		if !reflect.DeepEqual(field.got, field.want) {
			t.Errorf("got  %v\nwant %v", field.got, field.want)
		}
	}
	if !reflect.DeepEqual(written, project(`C:\projects\shop`, `\`, `D:\queue`)) {
		t.Error("the input was changed")
	}
	if elsewhere := project("/projects/shop", "/", "/srv/queue"); !reflect.DeepEqual(must(withSlashes(elsewhere)), elsewhere) {
		t.Error("a project elsewhere was changed")
	}
}

func must(in Input, err error) Input {
	if err != nil {
		panic(err)
	}
	return in
}
