package loader

import (
	"encoding/json"
	"testing"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// imageOf loads a project with one service, web, that is built from a Dockerfile.
func imageOf(t *testing.T, dockerfile, build string) source.ImageFacts {
	t.Helper()
	l := mustLoad(t, options(project(t, map[string]string{
		"compose.yaml":        "services:\n  web:\n    build:\n      context: src\n" + build,
		"src/Dockerfile":      dockerfile,
		"src/other.df":        "FROM other\n",
		"src/etc/app.conf":    "x",
		"src/html/index.html": "x",
	})))
	return l.Images["web"]
}

func TestDockerfileFacts(t *testing.T) {
	uid, gid := int64(1000), int64(2000)
	const from = "Dockerfile src/Dockerfile"
	for _, tt := range []struct {
		name, dockerfile, build string
		want                    source.ImageFacts
	}{
		{
			"everything", `FROM nginx:1
ENV A=1 B="x y"
EXPOSE 80 53/udp 7000-7001
WORKDIR /srv
WORKDIR app
USER 1000:2000
VOLUME /data cache
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=5s --timeout=3s --start-period=1m --retries=4 CMD curl -f http://localhost/
ENTRYPOINT ["/entry", "-x"]
CMD ["serve"]
ONBUILD EXPOSE 1
`, "",
			source.ImageFacts{
				Source: from, BaseImage: "nginx:1", Env: map[string]string{"A": "1", "B": "x y"},
				Ports: []string{"53/udp", "7000/tcp", "7001/tcp", "80/tcp"}, WorkingDir: "/srv/app", User: "1000:2000", UID: &uid, GID: &gid,
				Volumes: []string{"/data", "/srv/app/cache"}, StopSignal: "SIGQUIT", EntryKnown: true,
				Entrypoint: []string{"/entry", "-x"}, Cmd: []string{"serve"},
				Healthcheck: &source.ImageHealthcheck{
					Test: []string{"CMD-SHELL", "curl -f http://localhost/"}, Interval: 5e9, Timeout: 3e9, StartPeriod: 60e9, Retries: 4,
				},
				Paths: map[string]source.ImagePath{"/usr/bin/curl": {}}, // which the healthcheck runs
			},
		},
		{
			"shell form honours SHELL, and RUN proves /bin/sh", "FROM a\nRUN true\nCMD echo $HOME\nSHELL [\"/bin/bash\", \"-c\"]\nENTRYPOINT start it\n", "",
			source.ImageFacts{
				Source: from, BaseImage: "a", Env: map[string]string{}, Shell: true, ShellKnown: true, EntryKnown: true, ShellForm: []string{"/bin/bash", "-c"},
				Entrypoint: []string{"/bin/bash", "-c", "start it"}, Cmd: []string{"/bin/sh", "-c", "echo $HOME"},
			},
		},
		{
			"CMD alone leaves the entrypoint unknown", "FROM a\nCMD [\"x\"]\n", "",
			source.ImageFacts{Source: from, BaseImage: "a", Env: map[string]string{}, Cmd: []string{"x"}},
		},
		{
			"ENTRYPOINT drops an inherited CMD", "FROM a AS one\nCMD [\"x\"]\nFROM one\nENTRYPOINT [\"e\"]\n", "",
			source.ImageFacts{Source: from, BaseImage: "a", Env: map[string]string{}, Entrypoint: []string{"e"}, EntryKnown: true},
		},
		{
			"scratch has nothing", "FROM scratch\nCOPY --from=x a b\n", "",
			source.ImageFacts{Source: from, BaseImage: "scratch", Env: map[string]string{}, ConfigKnown: true, PortsKnown: true, EntryKnown: true, UID: new(int64(0)), GID: new(int64(0)), ShellKnown: true, WorkingDir: "/", CopyTargets: []string{"/b"}},
		},
		{
			"target and stages", "FROM a AS base\nEXPOSE 1\nFROM base AS dev\nEXPOSE 2\nFROM b AS prod\nEXPOSE 3\n", "      target: Dev\n",
			source.ImageFacts{Source: from, BaseImage: "a", Env: map[string]string{}, Ports: []string{"1/tcp", "2/tcp"}},
		},
		{
			"arguments", "ARG V=1\nARG R=reg\nFROM $R/a:${V}\nARG V\nARG PORT=80\nARG NONE\nENV PORT2=$PORT\nEXPOSE $PORT ${V}00 $NONE\nUSER $NONE\n",
			"      args: {V: \"2\", PORT: \"81\"}\n",
			source.ImageFacts{Source: from, BaseImage: "reg/a:2", Env: map[string]string{"PORT2": "81"}, User: "$NONE", Ports: []string{"200/tcp", "81/tcp"}},
		},
		{
			"copied content", "FROM a\nCOPY html /html\nCOPY etc/app.conf /etc/app.conf\nCOPY x ./unknown-workdir\nWORKDIR /w\nCOPY . .\nADD a b /many/\nCOPY <<EOF /inline/file\nhi\nEOF\n", "",
			source.ImageFacts{
				Source: from, BaseImage: "a", Env: map[string]string{}, WorkingDir: "/w",
				CopyTargets: []string{"/html", "/etc/app.conf", "/w", "/many", "/inline/file"},
				ContentDirs: []string{"/html", "/etc", "/w", "/many", "/inline"},
				Texts:       []source.ImageText{{Place: "/etc/app.conf", File: "etc/app.conf", Text: "x"}},
			},
		},
		{
			"another file", "", "      dockerfile: other.df\n",
			source.ImageFacts{Source: "Dockerfile src/other.df", BaseImage: "other", Env: map[string]string{}},
		},
		{
			"inline", "", "      dockerfile_inline: |\n        FROM inline\n        EXPOSE 9\n",
			source.ImageFacts{Source: "dockerfile_inline of services.web.build", BaseImage: "inline", Env: map[string]string{}, Ports: []string{"9/tcp"}},
		},
		{"missing", "", "      dockerfile: none.df\n", source.ImageFacts{}},
		{"remote context", "FROM a\n", "      context: https://example.com/x.git\n", source.ImageFacts{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			build := tt.build
			if tt.name == "remote context" {
				l := compose(t, "services:\n  web:\n    build:\n"+build)
				if len(l.Images) != 0 {
					t.Fatalf("facts about a remote context: %v", l.Images)
				}
				return
			}
			facts := imageOf(t, tt.dockerfile, build)
			facts.Users, facts.GroupIDs, facts.Distribution = nil, nil, "" // internal/dockerfile tests them
			got, _ := json.Marshal(facts)
			want, _ := json.Marshal(tt.want)
			if string(got) != string(want) {
				t.Errorf("facts\n %s\nwant\n %s", got, want)
			}
		})
	}
}

func TestDockerfileThatCannotBeParsed(t *testing.T) {
	for name, text := range map[string]string{
		"unknown instruction": "FROM a\nFOO bar\n", "no FROM": "# nothing\n", "empty": "", "unknown target": "FROM a\n", "binary": "\x00\xff\xfe",
	} {
		t.Run(name, func(t *testing.T) {
			build := "services:\n  web:\n    build:\n      context: .\n"
			if name == "unknown target" {
				build += "      target: nope\n"
			}
			l := mustLoad(t, options(project(t, map[string]string{"compose.yaml": build, "Dockerfile": text})))
			f := find(t, l.Findings, "dockerfile")
			if f.Severity != diag.Info || place(f.Range) != "compose.yaml:3:5-10" {
				t.Errorf("finding %v at %s", f, place(f.Range))
			}
		})
	}
}
