package texts

import "strings"

// schemePorts are the default ports of URL schemes. Sources: the IANA registry of service names and port numbers, and the
// documentation of the drivers for those that are not registered.
var schemePorts = map[string]int32{
	"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ssh": 22, "sftp": 22, "ldap": 389, "ldaps": 636,
	"smtp": 25, "smtps": 465, "imap": 143, "imaps": 993,
	"postgres": 5432, "postgresql": 5432, "postgis": 5432, "pgsql": 5432, "psql": 5432,
	"mysql": 3306, "mysql2": 3306, "mariadb": 3306, "sqlserver": 1433, "mssql": 1433,
	"redis": 6379, "rediss": 6379, "valkey": 6379, "mongodb": 27017, "mongo": 27017, "cassandra": 9042,
	"amqp": 5672, "amqps": 5671, "nats": 4222, "mqtt": 1883, "mqtts": 8883, "stomp": 61613, "kafka": 9092,
	"memcached": 11211, "memcache": 11211, "etcd": 2379, "bolt": 7687, "neo4j": 7687, "rtsp": 554, "rtmp": 1935,
}

// SchemePort returns the default port of a URL scheme, 0 if it has none. postgresql+asyncpg is postgresql, as drivers of
// several languages write it.
func SchemePort(scheme string) int32 {
	base, driver, _ := strings.Cut(strings.ToLower(scheme), "+")
	if driver == "srv" || driver == "unix" { // the port comes from DNS, or there is none
		return 0
	}
	return schemePorts[base]
}
