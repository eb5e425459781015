package naming

import (
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/texts"
)

// anyAddress stands for all addresses of a machine where a program listens; who connects to it reaches localhost.
const anyAddress = "0.0.0.0"

// callsAny reports whether a mention of all addresses is one of the Docker host to which a program connects, as far as its form says: a URL with a port,
// in the network of the host.
func callsAny(m texts.Mention, by *input.Service) bool {
	return by.NetworkMode == "host" && m.Port != 0 && m.Scheme != ""
}

// listens matches options and variables by which a program is told the address on which it listens, or that it tells others.
var listens = pattern.New(`(?i)listen|advertise|announce|bind`)

// usual are the ports of programs by the words with which variables, options and keys for their hosts begin.
var usual = []struct {
	word  *pattern.Pattern
	ports []int32
}{
	{pattern.New(`(?i)(^|[^a-z])(pg|postgres(ql)?)`).Holding("pg", "postgres"), []int32{5432}},
	{pattern.New(`(?i)(^|[^a-z])(mysql|mariadb)`).Holding("mysql", "mariadb"), []int32{3306}},
	{pattern.New(`(?i)(^|[^a-z])(redis|valkey)`).Holding("redis", "valkey"), []int32{6379}},
	{pattern.New(`(?i)(^|[^a-z])(mqtt|mosquitto)`).Holding("mqtt", "mosquitto"), []int32{1883}},
	{pattern.New(`(?i)(^|[^a-z])(amqp|rabbit)`).Holding("amqp", "rabbit"), []int32{5672}},
	{pattern.New(`(?i)(^|[^a-z])mongo`).Holding("mongo"), []int32{27017}},
	{pattern.New(`(?i)(^|[^a-z])influx`).Holding("influx"), []int32{8086}},
	{pattern.New(`(?i)(^|[^a-z])kafka`).Holding("kafka"), []int32{9092}},
	{pattern.New(`(?i)(^|[^a-z])(elastic|opensearch|es[^a-z])`).Holding("elastic", "opensearch", "es"), []int32{9200}},
	{pattern.New(`(?i)(^|[^a-z])memcache`).Holding("memcache"), []int32{11211}},
	{pattern.New(`(?i)(^|[^a-z])nats`).Holding("nats"), []int32{4222}},
	{pattern.New(`(?i)(^|[^a-z])(mssql|sqlserver)`).Holding("mssql", "sqlserver"), []int32{1433}},
	{pattern.New(`(?i)(^|[^a-z])(smtp|mail)`).Holding("smtp", "mail"), []int32{25, 587, 465, 1025}},
	{pattern.New(`(?i)(^|[^a-z])(db|database|sql|data_?source)`).Holding("db", "database", "sql", "source"), []int32{5432, 3306, 27017, 1433}},
}

// usualPorts returns the ports that a program asks for at a host that is named without one: that of the scheme, or those of the programs after which
// the variable or the key that said has is called; none where number says the port or the text says one that is not known.
func usualPorts(m texts.Mention, said string, number int32) []int32 {
	if number != 0 || m.Unknown || !m.Host && !m.Bare {
		return nil
	}
	if m.Scheme != "" {
		return []int32{texts.SchemePort(m.Scheme)}
	}
	if listens.MatchString(said) {
		return nil
	}
	for _, u := range usual {
		if u.word.MatchString(said) {
			return u.ports
		}
	}
	return nil
}
