package images

import (
	"slices"

	"github.com/transship/transship/internal/pattern"
)

// Settings is where the program of an image looks for its settings.
type Settings struct {
	Repositories []string
	// Option matches the words that name others, in one of its groups. Variables are those whose values do.
	Option    *pattern.Pattern
	Variables []string
	// Places are those that it reads where nothing names others: files, directories with all that is in them, and files by a pattern of path.Match.
	Places []string
	// OfCommand tells that the CMD of the image names the places: with words of one's own the program reads none of them.
	OfCommand bool
}

// Options that name settings.
var (
	configOption   = pattern.New(`(?:^|\s)["']?(?:-c|--?config(?:[.-]file)?)(?:=|\s+)["']?([^\s"']+)`).Holding("-c")
	fileOption     = pattern.New(`(?:^|\s)["']?(?:-f|--config)(?:=|\s+)["']?([^\s"']+)`).Holding("-f", "--config")
	configFile     = pattern.New(`(?:^|\s)["']?--?config\.file(?:=|\s+)["']?([^\s"']+)`).Holding("-config.file")
	configDash     = pattern.New(`(?:^|\s)["']?--?config-(?:file|dir)(?:=|\s+)["']?([^\s"']+)`).Holding("-config-")
	defaultsOption = pattern.New(`(?:^|\s)["']?--defaults-file(?:=|\s+)["']?([^\s"']+)`).Holding("--defaults-file")
	postgresOption = pattern.New(`(?:^|\s)["']?(?:-c\s*|--)config[_-]file=["']?([^\s"']+)`).Holding("config_file=", "config-file=")
	redisOption    = pattern.New(`(?:(?:redis|valkey|keydb)-server|--sentinel)\s+["']?([^\s"'-][^\s"']*)|(?:^|\s)["']?([\w./-]+\.conf)(?:["'\s]|$)`).Holding("-server", "--sentinel", ".conf")
	clickOption    = pattern.New(`(?:^|\s)["']?(?:-C|--config(?:-file)?)(?:=|\s+)["']?([^\s"']+)`).Holding("-c")
	noOption       = pattern.New(`^$`)
)

// settings are the programs of which it is known. Sources: https://github.com/grafana/loki/blob/main/cmd/loki/Dockerfile,
// https://github.com/grafana/tempo/blob/main/cmd/tempo/Dockerfile, https://github.com/prometheus/prometheus/blob/main/Dockerfile,
// https://github.com/prometheus/alertmanager/blob/main/Dockerfile, https://github.com/grafana/loki/blob/main/clients/cmd/promtail/Dockerfile,
// https://grafana.com/docs/grafana/latest/setup-grafana/configure-docker/, https://github.com/eclipse-mosquitto/mosquitto/blob/master/docker/2.0/Dockerfile,
// https://github.com/docker-library/docs/tree/master (redis, valkey, mongo, mysql, mariadb, postgres, nats, haproxy, nginx, caddy, influxdb),
// https://clickhouse.com/docs/operations/configuration-files, https://www.elastic.co/docs/deploy-manage/deploy/self-managed/configure-elasticsearch,
// https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/, https://etcd.io/docs/v3.6/op-guide/configuration/,
// https://github.com/hashicorp/docker-consul/blob/master/0.X/docker-entrypoint.sh
var settings = []Settings{
	{Repositories: []string{"docker.io/grafana/loki"}, Option: configFile, Places: []string{"/etc/loki/local-config.yaml"}, OfCommand: true},
	{Repositories: []string{"docker.io/grafana/promtail"}, Option: configFile, Places: []string{"/etc/promtail/config.yml"}, OfCommand: true},
	{Repositories: []string{"docker.io/grafana/tempo"}, Option: configFile},
	{Repositories: []string{"docker.io/prom/prometheus", "quay.io/prometheus/prometheus"}, Option: configFile, Places: []string{"/etc/prometheus/prometheus.yml"}, OfCommand: true},
	{Repositories: []string{"docker.io/prom/alertmanager", "quay.io/prometheus/alertmanager"}, Option: configFile, Places: []string{"/etc/alertmanager/alertmanager.yml"}, OfCommand: true},
	{
		Repositories: []string{"docker.io/grafana/grafana", "docker.io/grafana/grafana-oss", "docker.io/grafana/grafana-enterprise"},
		Option:       configOption, Variables: []string{"GF_PATHS_CONFIG"}, Places: []string{"/etc/grafana", "/usr/share/grafana/conf"},
	},
	{Repositories: []string{"docker.io/library/eclipse-mosquitto"}, Option: configOption, Places: []string{"/mosquitto/config/mosquitto.conf"}, OfCommand: true},
	{Repositories: []string{"docker.io/library/redis", "docker.io/valkey/valkey"}, Option: redisOption},
	{Repositories: []string{"docker.io/library/mongo"}, Option: fileOption},
	{
		Repositories: []string{"docker.io/library/mysql", "docker.io/library/mariadb", "docker.io/library/percona", "docker.io/percona/percona-server"},
		Option:       defaultsOption, Places: []string{"/etc/my.cnf", "/etc/my.cnf.d", "/etc/mysql", "/docker-entrypoint-initdb.d"},
	},
	{
		Repositories: []string{"docker.io/library/postgres", "docker.io/postgis/postgis", "docker.io/pgvector/pgvector"},
		Option:       postgresOption, Places: []string{"/var/lib/postgresql", "/usr/share/postgresql", "/docker-entrypoint-initdb.d"},
	},
	{
		Repositories: []string{"docker.io/library/elasticsearch", "docker.elastic.co/elasticsearch/elasticsearch"},
		Option:       noOption, Variables: []string{"ES_PATH_CONF"}, Places: []string{"/usr/share/elasticsearch/config"},
	},
	{Repositories: []string{"docker.io/opensearchproject/opensearch"}, Option: noOption, Variables: []string{"OPENSEARCH_PATH_CONF"}, Places: []string{"/usr/share/opensearch/config"}},
	{Repositories: []string{"docker.io/library/kibana", "docker.elastic.co/kibana/kibana"}, Option: configOption, Variables: []string{"KBN_PATH_CONF"}, Places: []string{"/usr/share/kibana/config"}},
	{
		Repositories: []string{"docker.io/clickhouse/clickhouse-server", "docker.io/library/clickhouse"},
		Option:       clickOption, Variables: []string{"CLICKHOUSE_CONFIG"}, Places: []string{"/etc/clickhouse-server", "/docker-entrypoint-initdb.d"},
	},
	{Repositories: []string{"docker.io/library/nats"}, Option: configOption, Places: []string{"/nats-server.conf", "/etc/nats/nats-server.conf"}, OfCommand: true},
	{Repositories: []string{"gcr.io/etcd-development/etcd", "quay.io/coreos/etcd"}, Option: configDash, Variables: []string{"ETCD_CONFIG_FILE"}},
	{Repositories: []string{"docker.io/library/consul", "docker.io/hashicorp/consul"}, Option: noOption, Places: []string{"/consul/config"}},
	{
		Repositories: []string{"docker.io/library/influxdb"}, Option: configOption, Variables: []string{"INFLUXDB_CONFIG_PATH", "INFLUXD_CONFIG_PATH"},
		Places: []string{"/etc/influxdb", "/etc/influxdb2", "/root/.influxdb", "/config.*", "/docker-entrypoint-initdb.d"},
	},
	{
		Repositories: []string{"docker.io/library/nginx", "docker.io/nginxinc/nginx-unprivileged", "quay.io/nginx/nginx-unprivileged"}, Option: configOption,
		Places: []string{"/etc/nginx/nginx.conf", "/etc/nginx/conf.d/*.conf", "/etc/nginx/templates", "/docker-entrypoint.d"},
	},
	{Repositories: []string{"docker.io/library/caddy"}, Option: configOption, Places: []string{"/etc/caddy/Caddyfile"}, OfCommand: true},
	{Repositories: []string{"docker.io/library/haproxy"}, Option: fileOption, Places: []string{"/usr/local/etc/haproxy/haproxy.cfg"}, OfCommand: true},
}

// SettingsOf returns where the program of an image looks for its settings, if that is known.
func SettingsOf(reference string) (*Settings, bool) {
	repository, _ := split(reference)
	for i := range settings {
		if slices.Contains(settings[i].Repositories, repository) {
			return &settings[i], true
		}
	}
	return nil, false
}
