package network

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// movedPort is a port on which a service tells the program of its image to listen.
type movedPort struct {
	number int32
	at     diag.Path
	isMain bool // it is that of the program itself, in place of the one that the image exposes
}

// Options and variables that move the port of a program, and those that give it another one beside. Sources:
// https://dev.mysql.com/doc/refman/8.4/en/server-options.html (--port, -P), https://www.postgresql.org/docs/current/app-postgres.html (-p, PGPORT),
// https://redis.io/docs/latest/operate/oss_and_stack/management/config/, https://www.mongodb.com/docs/manual/reference/program/mongod/ (--port),
// https://docs.nats.io/running-a-nats-service/introduction/flags (-p), https://prometheus.io/docs/prometheus/latest/command-line/prometheus/,
// https://min.io/docs/minio/linux/reference/minio-server/minio-server.html (--address), https://www.rabbitmq.com/docs/configure (RABBITMQ_NODE_PORT),
// https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/ (http_port), https://www.keycloak.org/server/all-config (http-port)
var (
	mainOption     = pattern.New(`(?:^|\s)(?:--?(?:port|http[._-]port|web\.listen-address|listen-address|address|listen|addr|tcp-port)|-[pP]|-c\s+port|--bind)(?:=|\s+|)["']?(?:[\w.*\[\]:-]*:)?(\d{2,5})(?:/\w+)?["']?(?:\s|$)`)
	otherOption    = pattern.New(`(?:^|\s)--?(?:[A-Za-z]\w*[._-])+(?:port|address|addr|listen|bind)(?:=|\s+)["']?(?:[\w.*\[\]-]*:)?(\d{2,5})(?:/\w+)?["']?(?:\s|$)`)
	mainVariables  = pattern.New(`^(MYSQL_TCP_PORT|PGPORT|GF_SERVER_HTTP_PORT|RABBITMQ_NODE_PORT|http\.port|KC_HTTP_PORT|ZOOKEEPER_CLIENT_PORT|PGADMIN_LISTEN_PORT|REGISTRY_HTTP_ADDR|MINIO_ADDRESS|NATS_PORT|[A-Z0-9_]+_PORT_NUMBER)$`).Holding("port", "registry_http_addr", "minio_address")
	otherVariables = pattern.New(`^(KAFKA_(CFG_)?LISTENERS|PORT|HTTPS?_PORT|transport\.port)$`).Holding("port", "kafka")
	listenerPort   = pattern.New(`(?:^|[:,\s])(\d{2,5})(?:,|\s|$)`)
)

// ownPorts are those that programs listen on if nobody tells them another one, the first of each image that exposes several.
var ownPorts = []int32{3306, 5432, 6379, 27017, 4222, 11211, 9000, 3000, 5672, 9200, 9090, 2181, 80, 8080, 5000, 8123}

// movedPorts returns the ports that a service gives to the program of an image whose ports are known, and which that does not expose.
func movedPorts(s *input.Service) []movedPort {
	if len(s.Facts.Ports) == 0 || runsScript(s) {
		return nil
	}
	exposed := map[int32]bool{}
	for _, text := range s.Facts.Ports {
		number, _, _ := strings.Cut(text, "/")
		if n, err := strconv.Atoi(number); err == nil && n <= 65535 {
			exposed[int32(n)] = true
		}
	}
	var found []movedPort
	add := func(text string, at diag.Path, isMain bool) {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 65535 || exposed[int32(n)] || slices.ContainsFunc(found, func(m movedPort) bool { return m.number == int32(n) }) {
			return
		}
		found = append(found, movedPort{int32(n), at, isMain})
	}
	for _, c := range []struct {
		words []string
		key   string
	}{{s.Config.Entrypoint, "entrypoint"}, {s.Config.Command, "command"}} {
		text := strings.Join(c.words, " ")
		if text == "" {
			continue
		}
		for _, m := range mainOption.FindAllStringSubmatch(text, -1) {
			add(m[1], s.Key(c.key), true)
		}
		for _, m := range otherOption.FindAllStringSubmatch(text, -1) {
			add(m[1], s.Key(c.key), false)
		}
	}
	elsewhere := !slices.ContainsFunc(s.Listened, func(text string) bool { n, err := strconv.Atoi(text); return err == nil && exposed[int32(n)] })
	for _, text := range s.Listened {
		add(text, s.Key("volumes"), elsewhere)
	}
	_, isKnownImage := s.ImageRow()
	isKnownImage = isKnownImage && s.Build() == nil
	for _, name := range sorted.Keys(s.Config.Environment) {
		value := s.Config.Environment[name]
		isMain := mainVariables.MatchString(name)
		if value == nil || !isMain && (!otherVariables.MatchString(name) || isShared(name) && isKnownImage) {
			continue
		}
		for _, m := range listenerPort.FindAllStringSubmatch(*value, -1) {
			add(m[1], s.Key("environment", name), isMain)
		}
	}
	return found
}

// isShared reports whether a variable is of those that programs written for a project read, and that an env file gives to all services.
func isShared(name string) bool { return name == "PORT" || name == "HTTP_PORT" || name == "HTTPS_PORT" }

// exposedPorts returns the ports that an image exposes, without the one that the service moves.
func exposedPorts(s *input.Service) []string {
	moved := movedPorts(s)
	if s.Build() != nil { // what the project builds itself says what it opens
		return s.Facts.Ports
	}
	if !slices.ContainsFunc(moved, func(m movedPort) bool { return m.isMain }) {
		return s.Facts.Ports
	}
	for _, own := range ownPorts {
		if i := slices.Index(s.Facts.Ports, strconv.Itoa(int(own))+"/tcp"); i >= 0 {
			return slices.Delete(slices.Clone(s.Facts.Ports), i, i+1)
		}
	}
	return s.Facts.Ports
}
