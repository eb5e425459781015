package images

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Programs that base systems do not have, although healthchecks often ask for them. A full image of a language comes with curl, wget and ps.
// "/dev/tcp" stands for the files by which bash opens connections: /bin/sh of Debian is dash, that of Alpine the one of busybox.
// Sources: https://github.com/docker-library/buildpack-deps, https://github.com/debuerreotype/docker-debian-artifacts,
// https://gitlab.alpinelinux.org/alpine/aports/-/blob/master/main/busybox/busyboxconfig, https://wiki.ubuntu.com/DashAsBinSh
var (
	leanTools   = []string{"nc", "ncat", "netcat", "telnet", "netstat", "ss", "dig", "nslookup", "ping", "lsof", "cgi-fcgi", "/dev/tcp"}
	fetchTools  = []string{"curl", "wget"}
	debianTools = slices.Concat(leanTools, fetchTools, []string{"jq", "ps", "pgrep", "pkill"})
	ubuntuTools = slices.Concat(leanTools, fetchTools, []string{"jq"})
	phpTools    = slices.Concat(leanTools, []string{"wget", "jq", "ps", "pgrep", "pkill"}) // with curl
	alpineTools = []string{"curl", "bash", "jq", "ncat", "netcat", "telnet", "dig", "ss", "cgi-fcgi", "/dev/tcp"}
	alpineBash  = []string{"curl", "jq", "ncat", "netcat", "telnet", "dig", "ss", "cgi-fcgi", "/dev/tcp"}
	alpineCurl  = []string{"bash", "jq", "ncat", "netcat", "telnet", "dig", "ss", "cgi-fcgi", "/dev/tcp"}
	noTools     = slices.Concat(debianTools, []string{"sh", "bash", "python", "python3"})
)

// missing are the programs that images do not have; the first row that matches counts. Sources: the Dockerfiles of
// https://github.com/docker-library/official-images/tree/master/library, https://github.com/MariaDB/mariadb-docker/issues/512 (11 and later),
// https://www.keycloak.org/observability/health (the image has no curl), https://github.com/qdrant/qdrant/issues/4250,
// https://github.com/nats-io/nats-docker, https://github.com/open-telemetry/opentelemetry-collector-releases, https://github.com/jaegertracing/jaeger,
// https://github.com/hashicorp/vault/blob/main/Dockerfile, https://github.com/eclipse-mosquitto/mosquitto/tree/master/docker,
// https://github.com/dotnet/dotnet-docker/blob/main/documentation/image-variants.md, https://github.com/ollama/ollama/issues/9781,
// https://github.com/GoogleContainerTools/distroless, https://github.com/nginx/docker-nginx, https://github.com/docker-library/php,
// https://github.com/seaweedfs/seaweedfs/pull/7709 (curl since then), https://github.com/open-webui/open-webui/blob/main/Dockerfile, https://github.com/minio/minio/blob/master/Dockerfile.release
var missing = []struct {
	repositories []string
	tags         string // a regular expression
	programs     []string
}{
	{[]string{"docker.io/library/mariadb"}, `^(1[1-9]|[2-9]\d|latest|lts)([.-]|$)`, []string{"mysqladmin", "mysql", "mysqlcheck", "mysqldump", "mysqld", "curl", "wget", "/dev/tcp"}},
	{[]string{"docker.io/library/mariadb"}, ``, []string{"curl", "wget", "/dev/tcp"}},
	{languages, `alpine`, alpineTools},
	{languages, `slim`, debianTools},
	{languages, ``, slices.Concat(leanTools, []string{"jq"})},
	{[]string{"docker.io/library/eclipse-temurin", "docker.io/library/amazoncorretto", "docker.io/library/openjdk"}, `alpine`, []string{"curl"}},
	{[]string{"docker.io/library/openjdk"}, `slim`, debianTools},
	{[]string{"docker.io/library/postgres", "docker.io/library/rabbitmq"}, `alpine`, alpineBash},
	{[]string{"docker.io/library/redis", "docker.io/library/memcached", "docker.io/library/httpd", "docker.io/library/haproxy"}, `alpine`, alpineTools},
	{[]string{"docker.io/library/mongo"}, `^(latest|[6-9]|[1-9]\d)([.-]|$)`, append([]string{"mongo"}, withoutJQ...)},
	{[]string{"docker.io/library/mongo"}, ``, withoutJQ},
	{[]string{"docker.io/library/debian"}, ``, debianTools},
	{[]string{"docker.io/library/ubuntu"}, ``, ubuntuTools},
	{[]string{"docker.io/library/redis", "docker.io/library/postgres", "docker.io/library/memcached", "docker.io/library/httpd", "docker.io/library/haproxy"}, ``, debianTools},
	{[]string{"docker.io/library/rabbitmq"}, ``, slices.Concat(leanTools, fetchTools)},
	{[]string{"docker.io/library/nginx", "docker.io/nginxinc/nginx-unprivileged", "docker.io/library/php"}, `alpine`, alpineCurl},
	{[]string{"docker.io/library/nginx", "docker.io/nginxinc/nginx-unprivileged", "docker.io/library/php"}, ``, phpTools},
	{[]string{"docker.io/library/alpine"}, ``, alpineTools},
	{[]string{"docker.io/library/busybox", "docker.io/library/caddy", "docker.io/library/traefik"}, ``, []string{"curl"}},
	{[]string{"docker.io/chrislusf/seaweedfs"}, `^[0-3]\.\d`, []string{"curl"}},
	{[]string{"docker.io/library/ghost"}, `alpine`, []string{"curl"}},
	{[]string{"docker.io/library/ghost"}, ``, debianTools},
	{[]string{"ghcr.io/open-webui/open-webui", "docker.io/minio/minio", "quay.io/minio/minio"}, ``, []string{"wget"}},
	{vaultwarden, `alpine`, alpineCurl},
	{vaultwarden, ``, phpTools},
	{[]string{"quay.io/keycloak/keycloak"}, ``, fetchTools},
	{[]string{"docker.io/qdrant/qdrant", "docker.io/ollama/ollama"}, ``, fetchTools},
	{aspnet, `alpine`, alpineTools},
	{aspnet, `^([89]|[1-9]\d)\.\d+(\.\d+)?(-(bookworm|trixie|noble|jammy)[\w-]*)?$`, ubuntuTools},
	{[]string{"docker.io/library/nats", "docker.io/portainer/portainer-ce", "docker.io/portainer/portainer-ee"}, `alpine`, []string{"curl"}},
	{[]string{"docker.io/library/nats", "docker.io/otel/opentelemetry-collector", "docker.io/otel/opentelemetry-collector-contrib", "docker.io/portainer/portainer-ce", "docker.io/portainer/portainer-ee"}, ``, fetchTools},
	{[]string{"docker.io/jaegertracing/all-in-one", "docker.io/jaegertracing/jaeger", "docker.io/grafana/loki", "docker.io/grafana/tempo", "docker.io/victoriametrics/victoria-metrics", "docker.io/library/eclipse-mosquitto", "docker.io/hashicorp/vault", "docker.io/library/vault"}, ``, []string{"curl"}},
	{[]string{"docker.io/prom/prometheus", "docker.io/prom/alertmanager", "docker.io/prom/node-exporter", "docker.io/prom/pushgateway"}, ``, []string{"curl"}},
}

var (
	languages = []string{"docker.io/library/node", "docker.io/library/python", "docker.io/library/ruby", "docker.io/library/golang"}
	// https://github.com/dani-garcia/vaultwarden/blob/main/docker/Dockerfile.debian, …/Dockerfile.alpine: curl is installed
	vaultwarden = []string{"docker.io/vaultwarden/server", "ghcr.io/dani-garcia/vaultwarden", "quay.io/vaultwarden/server"}

	aspnet    = []string{"mcr.microsoft.com/dotnet/aspnet", "mcr.microsoft.com/dotnet/runtime"}
	withoutJQ = slices.Concat(leanTools, fetchTools) // the image of mongo has jq and ps
)

// Lacks reports whether it is known that an image does not have a program. "/dev/tcp" asks for a /bin/sh that opens connections as bash does.
func Lacks(reference, program string) bool {
	repository, tag := split(reference)
	if place, known := placeOf(repository, program); known {
		return place.lacks(program)
	}
	if program != "/dev/tcp" {
		program = path.Base(program)
	}
	if strings.HasPrefix(repository, "gcr.io/distroless/") && !strings.Contains(tag, "debug") || reference == "scratch" {
		isOfPython := strings.Contains(repository, "/python") && strings.HasPrefix(program, "python")
		return slices.Contains(noTools, program) && !isOfPython
	}
	for _, row := range missing {
		if slices.Contains(row.repositories, repository) && (row.tags == "" || regexp.MustCompile(row.tags).MatchString(tag)) {
			return slices.Contains(row.programs, program)
		}
	}
	return false
}
