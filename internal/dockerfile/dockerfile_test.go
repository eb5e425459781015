package dockerfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
)

// context writes files below a new directory; a name that ends in "/" makes a directory.
func context(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		name, content, _ := strings.Cut(name, "=")
		file := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(file, 0o755)
		} else if err == nil {
			err = os.WriteFile(file, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func facts(t testing.TB, text string, in Input) source.ImageFacts {
	t.Helper()
	if in.Build == nil {
		in.Build = &types.BuildConfig{}
	}
	if in.Build.Context == "" {
		in.Build.Context = t.TempDir()
	}
	f, err := Facts([]byte(text), in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// numbers shows a user as uid:gid, with ? for what is not known, and further groups.
func numbers(uid, gid *int64, groups []int64) string {
	show := func(n *int64) string {
		if n == nil {
			return "?"
		}
		return strconv.FormatInt(*n, 10)
	}
	parts := []string{show(uid) + ":" + show(gid)}
	for _, g := range groups {
		parts = append(parts, strconv.FormatInt(g, 10))
	}
	return strings.Join(parts, "+")
}

func TestUsers(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"useradd with a number", "FROM debian:12\nRUN useradd -u 5000 -m app && install -d -o app /data\nUSER app", "5000:5000"},
		{"long options", "FROM registry.example.com/base:1\nRUN useradd --uid=5000 --gid 5001 --create-home --shell /bin/sh app\nUSER app", "5000:5001"},
		{"letters run together", "FROM debian\nRUN groupadd -rg 900 app && useradd -rMu900 -gapp -s/bin/false app\nUSER app", "900:900"},
		{"group by name, further groups", "FROM debian\nRUN groupadd --gid 7000 crew; useradd -u 6000 -g crew -G audio,video app\nUSER app", "6000:7000+29+44"},
		{"a number from an argument", "FROM debian\nARG UID=4000\nARG GID\nRUN groupadd -g $GID app && useradd -u ${UID} -g app app\nUSER app", "4000:4100"},
		{"a default of the shell", "FROM debian\nRUN useradd -u ${NUMBER:-4500} app\nUSER app", "4500:4500"},
		{"a variable of the script", "FROM debian\nRUN set -eux; id=4600; useradd -u \"$id\" app\nUSER app", "4600:4600"},
		{"busybox", "FROM alpine:3.20\nRUN addgroup -g 1234 -S app && adduser -S -D -H -h /srv -s /sbin/nologin -u 4321 -G app -g '' app\nUSER app", "4321:1234"},
		{"busybox, a system user has no group of its own", "FROM alpine\nRUN adduser -S -u 4321 app\nUSER app", "4321:65533"},
		{"Debian's adduser", "FROM debian\nRUN addgroup --gid 1234 --system app && adduser --system --disabled-password --gecos '' --uid 4321 --ingroup app app\nUSER app", "4321:1234"},
		{"Debian's adduser with a group of its own", "FROM debian\nRUN adduser --system --group --uid 444 app\nUSER app", "444:444"},
		{"Debian's adduser without", "FROM debian\nRUN adduser --system --uid 444 app\nUSER app", "444:65534"},
		{"the first of an image without others", "FROM python:3.12-slim\nRUN useradd --create-home app\nUSER app", "1000:1000"},
		{"the second", "FROM node:22\nRUN useradd app\nUSER app", "1001:1001"},
		{"Ubuntu since 23.04 has one", "FROM ubuntu:24.04\nRUN useradd app\nUSER app", "1001:1001"},
		{"Ubuntu before has none", "FROM ubuntu:22.04\nRUN useradd app\nUSER app", "1000:1000"},
		{"the first of busybox", "FROM python:3.12-alpine\nRUN adduser -D app\nUSER app", "1000:1000"},
		{"of an image that may have others", "FROM registry.example.com/base\nRUN useradd app\nUSER app", "?:?"},
		{"a system user without a number", "FROM debian\nRUN useradd -r app\nUSER app", "?:?"},
		{"known to everybody who runs Debian", "FROM debian:12-slim\nUSER www-data", "33:33"},
		{"by the package manager", "FROM registry.example.com/base\nRUN apt-get update\nUSER www-data", "33:33"},
		{"php on Alpine", "FROM php:8.3-fpm-alpine\nUSER www-data", "82:82"},
		{"Alpine has the group only", "FROM alpine\nUSER www-data", "?:?"},
		{"nobody", "FROM alpine\nUSER nobody", "65534:65534"},
		{"distroless", "FROM gcr.io/distroless/static\nUSER nonroot", "65532:65532"},
		{"node", "FROM node:20-alpine\nUSER node", "1000:1000"},
		{"only the base knows", "FROM registry.example.com/base:2\nUSER svc", "?:?"},
		{"number", "FROM registry.example.com/base\nUSER 1000", "1000:?"},
		{"number that no user has", "FROM debian\nUSER 1000", "1000:0"},
		{"number of a user", "FROM debian\nRUN useradd -u 5000 -g 100 app\nUSER 5000", "5000:100"},
		{"number and group", "FROM x\nUSER 1000:2000", "1000:2000"},
		{"names of both", "FROM debian\nRUN groupadd -g 900 crew && useradd -u 5000 app\nUSER app:crew", "5000:900"},
		{"argument", "FROM x\nARG UID=7\nUSER $UID", "7:?"},
		{"variable of the base image", "FROM x\nUSER $APP_UID", "?:?"},
		{"root", "FROM x\nUSER root", "0:0"},
		{"back to root", "FROM debian\nRUN useradd -u 5 app\nUSER app\nRUN true\nUSER root", "0:0"},
		{"usermod", "FROM debian\nRUN useradd -u 5000 app && groupmod -g 5500 app && usermod -u 5555 -g app -aG sudo app\nUSER app", "5555:5500+27"},
		{"adduser USER GROUP", "FROM debian\nRUN useradd -u 5000 app && adduser app sudo\nUSER app", "5000:5000+27"},
		{"removed and made again", "FROM node:22\nRUN userdel -r node && useradd app\nUSER app", "1000:?"},
		{"in a condition", "FROM x\nRUN if ! id app; then useradd -u 5000 app; fi\nUSER app", "5000:5000"},
		{"in a nested shell", "FROM x\nRUN [\"/bin/bash\", \"-c\", \"useradd -u 5000 app\"]\nUSER app", "5000:5000"},
		{"in exec form", "FROM x\nRUN [\"useradd\", \"-u\", \"5000\", \"app\"]\nUSER app", "5000:5000"},
		{"in a here-document", "FROM x\nRUN <<EOF\nset -e\nuseradd -u 5000 app\nEOF\nUSER app", "5000:5000"},
		{"over lines", "FROM x\nRUN apt-get update \\\n # comment\n && useradd \\\n  --uid 5000 \\\n  app\nUSER app", "5000:5000"},
		{"echo into passwd", "FROM x\nRUN echo \"app:x:5000:5001:App:/:/sbin/nologin\" >> /etc/passwd\nUSER app", "5000:5001"},
		{"passwd of another stage", "FROM alpine AS build\nRUN adduser -D -u 5000 app\nFROM scratch\nCOPY --from=build /etc/passwd /etc/passwd\nUSER app", "5000:5000"},
		{"a stage before", "FROM debian AS base\nRUN useradd -u 5000 app\nUSER app\nFROM base\nRUN true", "5000:5000"},
		{"a stage beside", "FROM debian AS one\nRUN useradd -u 5000 app\nFROM registry.example.com/base\nUSER app", "?:?"},
		{"text that no shell reads", "FROM x\nRUN useradd -u 5000 'app\nUSER app", "?:?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			gid := "4100"
			f := facts(t, c.text+"\n", Input{Build: &types.BuildConfig{Args: types.MappingWithEquals{"GID": &gid}}})
			if got := numbers(f.UID, f.GID, f.Groups); got != c.want {
				t.Errorf("%s is %s, want %s", f.User, got, c.want)
			}
		})
	}
}

// The users of the image are known by name also where USER does not name them.
func TestUsersByName(t *testing.T) {
	f := facts(t, "FROM debian:12-slim\nRUN useradd -u 5000 app && useradd -r sys1\n", Input{})
	for name, want := range map[string]string{"app": "5000:5000", "www-data": "33:33", "sys1": "?:?"} {
		u, ok := f.Users[name]
		if got := numbers(u.UID, u.GID, u.Groups); !ok || got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if _, ok := f.Users["ghost"]; ok || f.GroupIDs["audio"] != 29 || f.Distribution != "debian" || f.User != "" || f.UID != nil {
		t.Errorf("%+v", f)
	}
	if f := facts(t, "FROM registry.example.com/base\n", Input{}); len(f.Users)+len(f.GroupIDs) > 0 {
		t.Errorf("of an image that nobody knows: %v %v", f.Users, f.GroupIDs)
	}
}

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		name, text string
		files      []string
		target     string
		want       string // exists directory content owner mode from
	}{
		// What comes from the context.
		{"below a COPY target", "FROM x\nCOPY . /opt/shop", []string{"uploads/a.png"}, "/opt/shop/uploads", "yes yes yes ?:? - uploads"},
		{"below a COPY target, empty", "FROM x\nCOPY . /opt/shop", []string{"uploads/"}, "/opt/shop/uploads", "yes yes unknown ?:? - uploads"},
		{"below a COPY target, not there", "FROM x\nCOPY . /opt/shop", []string{"a"}, "/opt/shop/uploads", "unknown unknown unknown ?:? -"},
		{"at a COPY target", "FROM x\nCOPY src /srv/app", []string{"src/a"}, "/srv/app", "yes yes yes ?:? - src"},
		{"above a COPY target", "FROM x\nCOPY src /srv/app", []string{"src/a"}, "/srv", "yes yes yes ?:? -"},
		{"beside a COPY target", "FROM x\nCOPY src /srv/app", []string{"src/a"}, "/srv/application", "unknown unknown unknown ?:? -"},
		{"relative to WORKDIR", "FROM x\nWORKDIR /srv\nWORKDIR app\nCOPY . .", []string{"data/x"}, "/srv/app/data", "yes yes yes ?:? - data"},
		{"WORKDIR is no copy", "FROM x\nWORKDIR /var/www/html", []string{"index.php"}, "/var/www/html", "yes yes unknown 0:0 0755"},
		{"a WORKDIR that the base image decides", "FROM x\nCOPY . .", []string{"data/x"}, "/srv/app/data", "unknown unknown unknown ?:? -"},
		{"no COPY is no copy", "FROM php:8.3-apache\nRUN docker-php-ext-install mysqli", []string{"index.php"}, "/var/www/html", "unknown unknown unknown ?:? -"},
		{"copied by parts", "FROM x\nCOPY package.json /app/\nCOPY src /app/src", []string{"package.json", "src/a"}, "/app", "yes yes yes ?:? -"},
		{"ignored", "FROM x\nCOPY . /app", []string{".dockerignore=node_modules\n", "node_modules/a"}, "/app/node_modules", "unknown unknown unknown ?:? -"},
		{"ignored but for one file", "FROM x\nCOPY . /app", []string{".dockerignore=data/*\n!data/keep\n", "data/a", "data/keep"}, "/app/data", "yes yes yes ?:? - data"},
		{"all content ignored", "FROM x\nCOPY . /app", []string{".dockerignore=data/*\n", "data/a"}, "/app/data", "yes yes unknown ?:? -"},
		{"all but the Dockerfile ignored", "FROM x\nCOPY . /app", []string{"Dockerfile=FROM x\n", ".dockerignore=*.py\n", "a.py"}, "/app", "yes yes unknown ?:? -"},
		{"ignored by the file beside the Dockerfile", "FROM x\nCOPY . /app", []string{"Dockerfile.dockerignore=data\n", ".dockerignore=other\n", "data/a"}, "/app/data", "unknown unknown unknown ?:? -"},
		{"some are excluded", "# syntax=docker/dockerfile:1.19\nFROM x\nCOPY --exclude=*.js . /app", []string{"src/a.js", "src/b.json"}, "/app/src", "yes yes yes ?:? -"},
		{"others are excluded", "# syntax=docker/dockerfile:1.19\nFROM x\nCOPY --exclude=*.js --exclude=README.md . /app", []string{"src/a.py", "src/README.md", "b.js"}, "/app/src", "yes yes yes ?:? - src"},
		{"a directory in it is excluded", "# syntax=docker/dockerfile:1.19\nFROM x\nCOPY --exclude=node_modules . /app", []string{"src/a.js", "src/node_modules/b.js"}, "/app/src", "yes yes yes ?:? - src"},
		{"excluded", "# syntax=docker/dockerfile:1.19\nFROM x\nCOPY --exclude=data . /app", []string{"data/a"}, "/app/data", "unknown unknown unknown ?:? -"},
		{"wildcard of directories", "FROM x\nCOPY d* /app/", []string{"data/sub/a"}, "/app/sub", "yes yes yes ?:? - data/sub"},
		{"wildcard of files", "FROM x\nCOPY *.conf /etc/app/", []string{"a.conf"}, "/etc/app", "yes yes yes ?:? -"},
		{"a file at the mount", "FROM x\nCOPY a.conf /etc/app/a.conf", []string{"a.conf"}, "/etc/app/a.conf", "yes no no 0:0 - a.conf"},
		{"a file into a directory", "FROM x\nCOPY --chown=7:8 a.conf /etc/app/", []string{"a.conf"}, "/etc/app/a.conf", "yes no no 7:8 - a.conf"},
		{"what is made before the build", "FROM x\nCOPY dist /app/dist", nil, "/app/dist", "likely likely likely ?:? -"},
		{"below what is made before the build", "FROM x\nCOPY dist /app/dist", nil, "/app/dist/assets", "likely likely likely ?:? -"},
		{"here-document", "FROM x\nCOPY <<a.conf /etc/app/a.conf\nx\na.conf", nil, "/etc/app", "yes yes yes ?:? -"},
		{"archive", "FROM x\nADD a.tar.gz /data", []string{"a.tar.gz"}, "/data", "yes yes yes ?:? -"},
		{"archive, below", "FROM x\nADD a.tar.gz /", []string{"a.tar.gz"}, "/data", "likely likely likely ?:? -"},
		{"COPY does not unpack", "FROM x\nCOPY a.tar.gz /data", []string{"a.tar.gz"}, "/data", "yes no no 0:0 - a.tar.gz"},
		{"from a URL", "FROM x\nADD https://example.com/a /data/", nil, "/data", "yes yes yes ?:? -"},
		{"nothing from the outside", "FROM x\nCOPY ../other /app", []string{"a"}, "/app", "likely likely likely ?:? -"},
		{"scratch", "FROM scratch\nCOPY src /app", []string{"src/a"}, "/data", "no no no ?:? -"},
		{"scratch, owner", "FROM scratch\nCOPY --chown=5 src /app", []string{"src/a"}, "/app", "yes yes yes 5:5 - src"},
		{"two directories on one target", "FROM x\nCOPY a /app\nCOPY b /app", []string{"a/1", "b/2"}, "/app", "yes yes yes ?:? - a b"},
		{"a target with a variable of the base", "FROM x\nCOPY . $HOME/app", []string{"a"}, "/app", "unknown unknown unknown ?:? -"},

		// What comes from other stages and images.
		{"below COPY --from an image", "FROM x\nCOPY --from=docs:1 /out /usr/share/docs", nil, "/usr/share/docs/html", "likely likely likely ?:? -"},
		{"COPY --from a stage that copies", "FROM a AS build\nCOPY . /src\nFROM x\nCOPY --from=build /src/web /var/www", []string{"web/i.html"}, "/var/www", "yes yes yes ?:? -"},
		{"COPY --from a stage that builds", "FROM a AS build\nWORKDIR /src\nRUN make\nFROM x\nCOPY --from=0 /src/dist /var/www", nil, "/var/www", "likely likely likely ?:? -"},
		{"a stage that is not built", "FROM a AS dev\nCOPY . /app\nFROM x\nRUN true", []string{"data/a"}, "/app/data", "unknown unknown unknown ?:? -"},
		{"the stage it starts from", "FROM a AS dev\nCOPY . /app\nFROM dev", []string{"data/a"}, "/app/data", "yes yes yes ?:? - data"},

		// What RUN does.
		{"written by a tool", "FROM x\nCOPY . /opt/shop\nRUN cd /opt/shop && composer install", []string{"a"}, "/opt/shop/vendor", "likely likely likely ?:? -"},
		{"dependencies do not touch the rest", "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci", []string{"a"}, "/app/data", "unknown unknown unknown ?:? -"},
		{"gems for all", "FROM ruby:3.3\nWORKDIR /app\nCOPY Gemfile .\nRUN bundle install", nil, "/usr/local/bundle", "likely likely likely ?:? -"},
		{"a setting of Bundler", "FROM ruby:3.3\nRUN bundle config set path x", nil, "/usr/local/bundle", "unknown unknown unknown ?:? -"},
		{"packages of Python", "FROM python:3.12\nRUN pip install -r r.txt", nil, "/usr/local/lib/python3.12/site-packages", "likely likely likely ?:? -"},
		{"a virtual environment", "FROM python:3.12\nRUN python -m venv /opt/venv && pip install x", nil, "/opt/venv", "likely likely likely ?:? -"},
		{"a build may", "FROM node:22\nWORKDIR /app\nRUN npm run build", nil, "/app/public", "likely likely likely ?:? -"},
		{"mkdir", "FROM debian\nRUN mkdir -p /data", nil, "/data", "yes yes unknown 0:0 0755"},
		{"mkdir by braces", "FROM debian\nRUN mkdir -p /srv/{a,b}", nil, "/srv/b", "yes yes unknown 0:0 0755"},
		{"mkdir of a new one", "FROM debian\nRUN mkdir -m 700 /data", nil, "/data", "yes yes no 0:0 0700"},
		{"mkdir below", "FROM debian\nRUN mkdir -p /data/db", nil, "/data", "yes yes yes 0:0 0755"},
		{"mkdir by a user", "FROM debian\nRUN useradd -u 5000 app\nUSER app\nRUN mkdir /home/app/data", nil, "/home/app/data", "yes yes no 5000:5000 0755"},
		{"install", "FROM python:3.12\nRUN useradd -u 5000 -m app && install -d -o app -m 750 /data", nil, "/data", "yes yes unknown 5000:0 0750"},
		{"chown", "FROM debian\nRUN useradd -u 5000 app && mkdir /data && chown app: /data && chmod 2770 /data", nil, "/data", "yes yes no 5000:5000 2770"},
		{"chown by a pattern", "FROM debian\nRUN mkdir -p /var/log/app && chown -R 7:8 /var/*/ap*", nil, "/var/log/app", "yes yes unknown 7:8 0755"},
		{"chown by a pattern for others", "FROM debian\nRUN mkdir -p /var/log/app && chown -R 7:8 /var/*/x*", nil, "/var/log/app", "yes yes unknown 0:0 0755"},
		{"chown of all below", "FROM debian\nRUN mkdir -p /srv/data && chown -R 7:8 /srv", nil, "/srv/data", "yes yes unknown 7:8 0755"},
		{"chown after a copy", "FROM x\nCOPY . /app\nRUN chown -R www-data.www-data /app && apt-get clean", []string{"data/a"}, "/app/data", "yes yes yes ?:? - given data"},
		{"chown by names of the distribution", "FROM php:8.3-apache\nCOPY . /app\nRUN chown -R www-data:www-data /app", []string{"data/a"}, "/app/data", "yes yes yes 33:33 - data"},
		{"removed", "FROM debian\nRUN mkdir -p /data/x && rm -rf /data", nil, "/data", "no no no ?:? -"},
		{"touch", "FROM debian\nRUN touch /data/x", nil, "/data", "yes yes yes ?:? -"},
		{"output into a file", "FROM debian\nRUN echo x > /etc/app/x.conf", nil, "/etc/app", "yes yes yes ?:? -"},
		{"an argument", "FROM debian\nRUN tar -xzf /tmp/a.tgz -C /opt/app", nil, "/opt/app", "likely likely likely ?:? -"},
		{"a package of the name", "FROM debian\nRUN apt-get install -y nginx=1.2", nil, "/etc/nginx/conf.d", "likely likely likely ?:? -"},
		{"another package", "FROM debian\nRUN apt-get install -y curl", nil, "/etc/nginx/conf.d", "unknown unknown unknown ?:? -"},
		{"home of a new user", "FROM debian\nRUN useradd -u 5000 -m app", nil, "/home/app", "yes yes likely 5000:5000 -"},
		{"no step touches it", "FROM debian\nRUN apt-get update", nil, "/data", "unknown unknown unknown ?:? -"},
		{"a script that no parser reads", "FROM debian\nRUN unzip -d /opt/app 'x", nil, "/opt/app", "likely likely likely ?:? -"},
		{"a program that a script may install", "FROM debian\nRUN /srv/setup --all", nil, "/usr/bin/curl", "likely likely likely ?:? -"},
		{"a program that is not among the packages", "FROM debian\nRUN apt-get install -y git", nil, "/usr/bin/curl", "unknown unknown unknown ?:? -"},
		{"a program among the packages", "FROM debian\nRUN apt-get install -y git curl", nil, "/usr/bin/curl", "likely likely likely ?:? -"},
		{"moved away", "FROM debian\nRUN mkdir /a && mv /a /b", nil, "/a", "no no no ?:? -"},
		{"moved to", "FROM debian\nRUN cp -r /tmp/x/. /data/", nil, "/data", "likely likely likely ?:? -"},
		{"chown to a user without a number", "FROM debian\nRUN useradd -r svc && mkdir /data && chown svc /data", nil, "/data", "yes yes no ?:0 0755 given"},
		{"chown, and back", "FROM debian\nRUN useradd -r svc && mkdir /data && chown svc /data && chown root /data", nil, "/data", "yes yes no 0:0 0755"},
		{"install for a user without a number", "FROM debian\nRUN useradd -r svc && install -d -o svc /data", nil, "/data", "yes yes unknown ?:0 0755 given"},
		{"COPY for a user without a number", "FROM debian\nRUN useradd -r svc\nCOPY --chown=svc src /data", []string{"src/a"}, "/data", "yes yes yes ?:? - given src"},
		{"home of a new user without a number", "FROM debian\nRUN useradd -rm svc", nil, "/home/svc", "yes yes likely ?:? - given"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := context(t, c.files...)
			f := facts(t, c.text+"\n", Input{Build: &types.BuildConfig{Context: dir, Dockerfile: "Dockerfile"}, Paths: []string{c.target}})
			p := f.Paths[c.target]
			mode := p.Mode
			if mode == "" {
				mode = "-"
			}
			words := []string{p.Exists.String(), p.Directory.String(), p.Content.String(), numbers(p.UID, p.GID, nil), mode}
			if p.Given {
				words = append(words, "given")
			}
			for _, from := range p.CopiedFrom {
				rel, _ := filepath.Rel(dir, from)
				words = append(words, filepath.ToSlash(rel))
			}
			got := strings.Join(words, " ")
			if got != c.want {
				t.Errorf("at %s: %s, want %s (%s)", c.target, got, c.want, p.Evidence)
			}
			if p.Content >= source.Likely && p.Evidence == "" {
				t.Error("nothing says why there is content")
			}
		})
	}
}

// What the base image is known to have counts, until a step changes it.
func TestPathsOnAKnownBase(t *testing.T) {
	no := source.ImagePath{Exists: source.No, Directory: source.No, Content: source.No}
	seven := int64(7)
	full := source.ImagePath{Exists: source.Yes, Directory: source.Yes, Content: source.Yes, UID: &seven, GID: &seven, Mode: "0700"}
	base := func(string) (source.ImageFacts, bool) {
		return source.ImageFacts{ConfigKnown: true, Paths: map[string]source.ImagePath{"/none": no, "/full": full}, Users: map[string]source.ImageUser{"svc": {UID: &seven, GID: &seven}}}, true
	}
	for text, want := range map[string]string{
		"FROM b":                              "no no no ?:? / yes yes yes 7:7",
		"FROM b\nRUN mkdir -p /none":          "yes yes no ?:? / yes yes yes 7:7",
		"FROM b\nUSER svc\nRUN mkdir /none":   "yes yes no 7:7 / yes yes yes 7:7",
		"FROM b\nRUN ./configure":             "unknown unknown unknown ?:? / yes yes yes 7:7",
		"FROM b\nRUN rm -rf /full":            "no no no ?:? / no no no ?:?",
		"FROM b\nCOPY <<x /none/x\nx":         "yes yes yes 0:0 / yes yes yes 7:7",
		"FROM b AS a\nFROM a\nWORKDIR /none/": "yes yes no 0:0 / yes yes yes 7:7",
	} {
		f := facts(t, text+"\n", Input{Paths: []string{"/none", "/full"}, Base: base})
		a, b := f.Paths["/none"], f.Paths["/full"]
		got := fmt.Sprintf("%s %s %s %s / %s %s %s %s", a.Exists, a.Directory, a.Content, numbers(a.UID, a.GID, nil), b.Exists, b.Directory, b.Content, numbers(b.UID, b.GID, nil))
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// Stages that copy from each other again and again cost no more than their number.
func TestManyStages(t *testing.T) {
	var b strings.Builder
	b.WriteString("FROM scratch AS s0\nCOPY <<x /data/x\nx\n")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&b, "FROM scratch AS s%d\n", i)
		for range 3 {
			fmt.Fprintf(&b, "COPY --from=s%d / /\n", i-1)
		}
	}
	if p := facts(t, b.String(), Input{Paths: []string{"/data/sub", "/data"}}).Paths["/data"]; p.Content != source.Yes {
		t.Errorf("%+v", p)
	}
}
