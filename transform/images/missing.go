package images

import (
	"regexp"
	"slices"
	"strings"
)

// missing are the programs that images do not have, although healthchecks often ask for them. Sources: the Dockerfiles of
// https://github.com/docker-library/official-images/tree/master/library, https://github.com/MariaDB/mariadb-docker/issues/512 (11 and later),
// https://www.keycloak.org/observability/health (the image has no curl), https://github.com/qdrant/qdrant/issues/4250,
// https://github.com/nats-io/nats-docker, https://github.com/open-telemetry/opentelemetry-collector-releases, https://github.com/jaegertracing/jaeger,
// https://github.com/hashicorp/vault/blob/main/Dockerfile, https://github.com/eclipse-mosquitto/mosquitto/tree/master/docker,
// https://github.com/dotnet/dotnet-docker/blob/main/documentation/image-variants.md, https://github.com/ollama/ollama/issues/9781
var missing = []struct {
	repositories []string
	tags         string // a regular expression
	programs     []string
}{
	{[]string{"docker.io/library/mariadb"}, `^(1[1-9]|[2-9]\d|latest|lts)([.-]|$)`, []string{"mysqladmin", "mysql", "mysqlcheck", "mysqldump", "mysqld"}},
	{languages, `alpine`, []string{"curl"}},
	{[]string{"docker.io/library/eclipse-temurin", "docker.io/library/amazoncorretto", "docker.io/library/openjdk"}, `alpine`, []string{"curl"}},
	{languages, `slim`, []string{"curl", "wget"}},
	{[]string{"docker.io/library/redis", "docker.io/library/postgres", "docker.io/library/memcached"}, `alpine`, []string{"curl"}},
	{[]string{"docker.io/library/mongo"}, `^(latest|[6-9]|[1-9]\d)([.-]|$)`, []string{"mongo", "curl", "wget"}},
	{[]string{"docker.io/library/debian", "docker.io/library/ubuntu"}, ``, []string{"curl", "wget", "nc"}},
	{[]string{"docker.io/library/redis", "docker.io/library/postgres", "docker.io/library/memcached", "docker.io/library/mongo"}, ``, []string{"curl", "wget"}},
	{[]string{"docker.io/library/alpine", "docker.io/library/busybox", "docker.io/library/caddy", "docker.io/library/traefik"}, ``, []string{"curl"}},
	{[]string{"quay.io/keycloak/keycloak"}, ``, []string{"curl", "wget"}},
	{[]string{"docker.io/qdrant/qdrant", "docker.io/ollama/ollama"}, ``, []string{"curl", "wget"}},
	{[]string{"mcr.microsoft.com/dotnet/aspnet", "mcr.microsoft.com/dotnet/runtime"}, `^([89]|[1-9]\d)\.\d(-(bookworm|noble|jammy)[\w-]*)?$`, []string{"curl", "wget"}},
	{[]string{"docker.io/library/nats", "docker.io/portainer/portainer-ce", "docker.io/portainer/portainer-ee"}, `alpine`, []string{"curl"}},
	{[]string{"docker.io/library/nats", "docker.io/otel/opentelemetry-collector", "docker.io/otel/opentelemetry-collector-contrib", "docker.io/portainer/portainer-ce", "docker.io/portainer/portainer-ee"}, ``, []string{"curl", "wget"}},
	{[]string{"docker.io/jaegertracing/all-in-one", "docker.io/jaegertracing/jaeger", "docker.io/grafana/loki", "docker.io/grafana/tempo", "docker.io/victoriametrics/victoria-metrics", "docker.io/library/eclipse-mosquitto", "docker.io/hashicorp/vault", "docker.io/library/vault"}, ``, []string{"curl"}},
	{[]string{"docker.io/prom/prometheus", "docker.io/prom/alertmanager", "docker.io/prom/node-exporter", "docker.io/prom/pushgateway"}, ``, []string{"curl"}},
}

var languages = []string{"docker.io/library/node", "docker.io/library/python", "docker.io/library/ruby", "docker.io/library/golang"}

// Lacks reports whether it is known that an image does not have a program.
func Lacks(reference, program string) bool {
	repository, tag := split(reference)
	for _, row := range missing {
		if slices.Contains(row.repositories, repository) && (row.tags == "" || regexp.MustCompile(row.tags).MatchString(tag)) {
			return slices.Contains(row.programs, strings.TrimPrefix(program, "/usr/bin/"))
		}
	}
	return false
}
