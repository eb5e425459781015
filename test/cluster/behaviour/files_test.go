package behaviour

import (
	"os"
	"path/filepath"
	"testing"
)

// blob is no text.
var blob = []byte{0, 1, 2, 0xff, 0xfe, '\n', 0x80, 0}

// withFiles adds to the project what version control does not keep.
func withFiles(t *testing.T) func(*project) {
	return func(p *project) {
		p.options.Load.Environ = []string{"FROM_SHELL=of the shell $(PATH)", "TOKEN=tok\"en $$"}
		for _, err := range []error{
			os.WriteFile(filepath.Join(p.dir, "blob.bin"), blob, 0o644),
			os.Chmod(filepath.Join(p.dir, "run.sh"), 0o755),
			os.MkdirAll(filepath.Join(p.dir, "site", "empty"), 0o755),
			os.MkdirAll(filepath.Join(p.dir, "empty"), 0o755),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// wantFile is what Docker promises about a file in a container.
type wantFile struct{ promise, path, mode, content string }

func checkFiles(t *testing.T, p *project, service string, rows []wantFile) {
	t.Helper()
	var paths []string
	for _, row := range rows {
		paths = append(paths, row.path)
	}
	got := p.report(t, service, paths...).Files
	for _, row := range rows {
		t.Run(row.promise, func(t *testing.T) {
			f := got[row.path]
			if f.Error != "" {
				t.Errorf("%s: %s", row.path, f.Error)
			}
			same(t, row.mode, f.Mode)
			same(t, row.content, string(f.Content))
		})
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	p := run(t, "files", withFiles(t))
	const text = "key = \"value\"\n\n# $(PATH) ${HOME} $$\nno newline at the end"
	checkFiles(t, p, "app", []wantFile{
		{"a config is at its name by default", "/plain", "0644", text},
		{"a config is at its target", "/etc/plain.conf", "0644", text},
		{"a config with content is interpolated and has its mode", "/etc/inline.conf", "0440", "$HOME is no variable, of the shell $(PATH) is\n\ta tab, \"quotes\", grüße\n"},
		{"a config of a variable has the value", "/usr/share/from-environment", "0444", "of the shell $(PATH)"},
		{"a secret is below /run/secrets", "/run/secrets/password", "0644", "p$(x)\"\n"},
		{"a secret of a variable is at its target", "/run/secrets/renamed", "0444", "tok\"en $$"},
		{"a file is bound with its content", "/etc/app.conf", "0644", text},
		{"an executable file stays one", "/bin/run.sh", "0755", "#!/probe\n"},
		{"a file that is no text is bound", "/opt/blob.bin", "0644", string(blob)},
		{"an empty file is bound", "/opt/empty.txt", "0644", ""},
		{"a file with blanks in its name is bound", "/opt/an odd name.txt", "0644", "odd\n"},
		{"a key is bound", "/etc/tls/server.key", "0644", "not a real key\n"},
		{"a directory is bound with its files", "/srv/site/index.html", "0644", "<h1>hello</h1>\n"},
		{"a directory is bound with its directories", "/srv/site/css/style.css", "0644", "h1 { color: red }\n"},
		{"a directory is bound with all below it", "/srv/site/deep/er/file.txt", "0644", "deep\n"},
		{"line ends stay as they are", "/srv/site/dos.txt", "0644", "\r\nno unix lines\r\n"},
	})
	checkFiles(t, p, "elsewhere", []wantFile{
		{"a secret is at an absolute target", "/etc/app/password", "0644", "p$(x)\"\n"},
		{"another secret beside it is below /run/secrets", "/run/secrets/token", "0444", "tok\"en $$"},
		{"a secret has its mode", "/run/secrets/sealed", "0400", "tok\"en $$"},
	})
	t.Run("directories hold what they should", func(t *testing.T) { directories(t, p) })
	t.Run("files that may be changed", func(t *testing.T) { writableFiles(t, p, text) })
	t.Run("files with which a volume begins", func(t *testing.T) { seededFiles(t, p) })
	checkFiles(t, p, "private", []wantFile{
		{"a file that its program refuses where others may read it is that of its user alone", "/etc/pass", "0600", text},
		{"other files keep their modes", "/home/user/.ssh/index.html", "0644", "<h1>hello</h1>\n"},
	})
	checkFiles(t, p, "ofroot", []wantFile{
		{"where no user is known it is that of root", "/var/.erlang.cookie", "0600", text},
	})
	t.Run("mounts below mounts", func(t *testing.T) { nestedMounts(t, p, text) })
}

func directories(t *testing.T, p *project) {
	got := p.report(t, "app", "/etc", "/bin", "/srv/site", "/srv/site/css", "/srv/site/empty", "/opt/empty", "/run/secrets", "/opt").Files
	for _, row := range []struct {
		promise, path string
		entries       []string
	}{
		{"beside a single file the files of the image stay", "/etc", []string{
			"app.conf", "group", "hostname", "hosts", "inline.conf", "passwd", "plain.conf", "resolv.conf", "tls",
		}},
		{"a bound directory has the entries of the source and no more", "/srv/site", []string{"css", "deep", "dos.txt", "empty", "index.html"}},
		{"so have the directories in it", "/srv/site/css", []string{"style.css"}},
		{"an empty directory in it is there", "/srv/site/empty", nil},
		{"an empty directory is bound", "/opt/empty", nil},
	} {
		t.Run(row.promise, func(t *testing.T) {
			if f := got[row.path]; f.Error != "" {
				t.Error(f.Error)
			}
			sameList(t, row.entries, got[row.path].Entries)
		})
	}
	t.Run("an empty directory that is bound can be written", func(t *testing.T) {
		pod := p.podRuns(t, "app")
		if _, err := p.Exec(t.Context(), p.namespace, pod.Name, "", "/probe", "write", "/opt/empty/file=text"); err != nil {
			t.Error(err)
		}
	})
}

func nestedMounts(t *testing.T, p *project, text string) {
	checkFiles(t, p, "nested", []wantFile{
		{"a file is bound below a volume", "/data/conf/app.conf", "0644", text},
		{"a file is bound over one of a bound directory", "/srv/site/index.html", "0644", text},
		{"a file is bound beside those of a bound directory", "/srv/site/css/more.conf", "0644", text},
		{"the other files of the directory stay", "/srv/site/css/style.css", "0644", "h1 { color: red }\n"},
		{"the other directories stay", "/srv/site/deep/er/file.txt", "0644", "deep\n"},
	})
	r := p.report(t, "nested")
	t.Run("a tmpfs is mounted below a volume", func(t *testing.T) {
		m, _ := r.mount("/data/tmp")
		same(t, "tmpfs", m.Type)
	})
	t.Run("a volume is mounted below a bound directory", func(t *testing.T) {
		if _, found := r.mount("/srv/site/deep/scratch"); !found {
			t.Error("it is not")
		}
	})
}

func seededFiles(t *testing.T, p *project) {
	checkFiles(t, p, "seeded", []wantFile{
		{"a volume begins with the files", "/srv/seeded/css/style.css", "0644", "h1 { color: red }\n"},
	})
	checkFiles(t, p, "reading", []wantFile{
		{"whoever mounts the same directory sees the volume", "/srv/begin/css/style.css", "0644", "h1 { color: red }\n"},
	})
	pod := p.podRuns(t, "seeded")
	p.write(t, pod, "/srv/seeded/index.html", "changed")
	p.write(t, pod, "/srv/seeded/new.txt", "new")
	pod = p.replace(t, "seeded", pod)
	for path, want := range map[string]string{"/srv/seeded/index.html": "changed", "/srv/seeded/new.txt": "new"} {
		t.Run("a volume keeps what is written over its files", func(t *testing.T) {
			same(t, want, string(p.reportOf(t, pod, path).Files[path].Content))
		})
	}
}

func writableFiles(t *testing.T, p *project, text string) {
	checkFiles(t, p, "changing", []wantFile{
		{"a file that may be changed has its content", "/etc/changed.conf", "0644", text},
		{"a directory that may be changed has its files", "/srv/changed/css/style.css", "0644", "h1 { color: red }\n"},
	})
	pod := p.podRuns(t, "changing")
	for _, row := range []struct{ promise, path string }{
		{"a bound file can be changed", "/etc/changed.conf"},
		{"a file of a bound directory can be changed", "/srv/changed/index.html"},
		{"a bound directory gets new files", "/srv/changed/css/new.css"},
	} {
		t.Run(row.promise, func(t *testing.T) {
			p.write(t, pod, row.path, "changed")
			same(t, "changed", string(p.reportOf(t, pod, row.path).Files[row.path].Content))
		})
	}
}
