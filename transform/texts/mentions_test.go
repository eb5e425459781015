package texts

import (
	"fmt"
	"strings"
	"testing"
)

// show renders mentions as "name", "name!" in host position, "name!scheme:port" with what is known of it.
func show(list []Mention) string {
	var all []string
	for _, m := range list {
		text := m.Name
		if m.Host {
			text += "!" + m.Scheme
		}
		if m.Unknown && m.Scheme != "" {
			text += "?"
		}
		if m.Port != 0 {
			text += fmt.Sprintf(":%d", m.Port)
		}
		if m.Second != 0 {
			text += fmt.Sprintf(":%d", m.Second)
		}
		if m.Beside != 0 {
			text += fmt.Sprintf(" %d", m.Beside)
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ variable, text, want string }{
		// host positions
		{"X", "tcp://my_db", "my_db!tcp"},
		{"X", "jdbc:postgresql://my_db:5432/x", "my_db!postgresql:5432"},
		{"X", "postgresql+asyncpg://my_db/x", "my_db!postgresql+asyncpg"},
		{"X", "postgres://user:pw@my_db:5432/x", "my_db!postgres:5432"},
		{"X", "user:pw@my_db/", "my_db!"},
		{"X", "root:@tcp(my_db:3306)/x", "my_db!:3306"},
		{"X", "jdbc:oracle:thin:@//my_db:1521/x", "my_db!:1521"},
		{"X", "my_db:5432", "my_db!:5432"},
		{"X", "my_db:$PORT", "my_db!"},
		{"X", "http://my_db:[[ .Port ]]/", "my_db!http?"},
		{"X", "http://my_db:%PORT%/", "my_db!http?"},
		{"X", "http://my_db:~port~", "my_db!http?"},
		{"X", "http://my_db:/", "my_db!http"},
		{"X", "a_1:9092,my_db:9093", "my_db!:9093"},
		{"X", "http://MY_DB:80", "MY_DB!http:80"},
		{"X", "proxy_pass http://my_db;", "my_db!http"},
		{"X", "server my_db:80;", "my_db!:80"},
		{"X", "wait-for my_db:5432 -- run", "my_db!:5432"},
		{"X", "1@my_db:2888:3888;2181", "my_db!:2888:3888"},
		{"X", "my_db:6379:1", "my_db!:6379"},
		{"X", "my_db:80:/data", "my_db!:80"},
		// two keys of one mapping
		{"", "{\"mongo\": {\"host\": \"my_db\", \"port\": 27018}}", "my_db! 27018"},
		{"", "redis:\n  host: my_db\n  port: 6380\n", "my_db! 6380"},
		{"", "redis:\n  port: 6380\n  host: my_db\n", "my_db! 6380"},
		{"", "db.host=my_db\ndb.port=5433\n", "my_db! 5433"},
		{"", "redis:\n  host: my_db\n  db: 0\nreport: 6380\n", "my_db!"},
		// variables
		{"DB_HOST", "my_db", "my_db!"},
		{"PGHOST", "my_db", "my_db!"},
		{"KAFKA_BROKERS", "a_1, my_db", "my_db!"},
		{"SEED_NODES", "my_db;a_1", "my_db!"},
		{"cluster.initial_peers", "my_db", "my_db!"},
		{"DB_HOST", "my_db:5432", "my_db!:5432"},
		{"DATABASE", "my_db", "my_db"},
		{"NODEJS", "my_db", "my_db"},
		{"SERVER_OPTS", "-v my_db", "my_db"},
		{"DB_URL", "mydriver my_db/x", "my_db"},
		{"", "export DB_HOST=my_db && run", "my_db!"},
		{"", `DB_HOST="my_db"`, "my_db!"},
		{"", "--db-host=my_db", "my_db!"},
		{"", "--brokers=a_1,my_db", "my_db!"},
		{"", "--database=my_db", "my_db"},
		{"", "run --db-host my_db --database my_db", "my_db! my_db"},
		{"", "run --quiet my_db", "my_db"},
		{"", "pg_isready -U my_db -d my_db", ""},
		{"--redis-host", "my_db", "my_db!"},
		{"", "--url=my_db/x", "my_db"},
		{"HOSTS", `["my_db", "b"]`, "my_db!"},
		{"ES_HOSTS", `["http://my_db:9200"]`, "my_db!http:9200"},
		// lines of files
		{"", `{"host":"my_db"}`, "my_db!"},
		{"", `{"port": 1, "db_host": "my_db"}`, "my_db!"},
		{"", "db:\n  host: my_db\n  name: my_db\n", "my_db! my_db"},
		{"", "- server: 'my_db'", "my_db!"},
		{"", "[db]\nhost = my_db\n", "my_db!"},
		{"", `addr = "my_db"`, "my_db!"},
		{"", "host: my_db # the first\nport: 1", "my_db!"},
		{"", "say to the host: my_db", "my_db"},
		{"", "host: my_db is down", "my_db"},
		{"", "host:my_db", "my_db"},
		{"X", "Server=tcp:my_db,1433;Database=x", "my_db!"},
		{"X", "Data Source=my_db;x=y", "my_db!"},
		// one line of YAML or JSON
		{"", "address: {socket_address: {address: my_db, port_value: 4002}}", "my_db! 4002"},
		{"", "socket_address:\n  port_value: 4002\n  address: my_db\n", "my_db! 4002"},
		{"", "db: {host: my_db, name: x}", "my_db!"},
		{"", "say to the host: my_db, and go", "my_db"},
		// SQL
		{"", "CREATE SERVER f OPTIONS (host 'my_db', port '5433');", "my_db! 5433"},
		{"", "CREATE SERVER f OPTIONS (dbname 'my_db', port '5433');", "my_db"},
		{"", "SOURCE(MYSQL(PORT 3307 HOST 'my_db' DB 'my_db'))", "my_db! 3307 my_db"},
		{"", "CHANGE MASTER TO MASTER_HOST='my_db', MASTER_PORT=3307;", "my_db! 3307"},
		// destinations of logs, and plugins of collectd
		{"", "udp(\"my_db\" transport(x) port(514));", "my_db! 514"},
		{"", "Server \"my_db\" \"25826\"\n", "my_db! 25826"},
		{"", "gelf { host => \"my_db\" port => 12201 }", "my_db! 12201"},
		{"", "'host' => 'my_db',\n'port' => 3307,\n", "my_db! 3307"},
		{"", "*.* @my_db\n", "my_db!"},
		// options with one beginning
		{"", "run --mqtt-host my_db --mqtt-user x --mqtt-port 1884", "my_db! 1884"},
		{"", "run --mqtt-host=my_db --http-port=8080", "my_db!"},
		// addresses without slashes
		{"X", "turn:my_db:3478?transport=udp", "my_db!turn:3478"},
		{"X", "stun:my_db", "my_db!stun"},
		{"X", "return:my_db", "my_db"},
		// nginx
		{"", "upstream other { server my_db max_fails=3; }\nproxy_pass http://my_db;", "my_db! my_db!http"},
		{"", "server my_db;", "my_db"},
		{"", "upstream \"my_db\" { server 'my_db'; }\nproxy_pass \"http://my_db\";", "my_db!http"},
		// HAProxy
		{"", "server s1 my_db check\n", "my_db!"},
		{"", "server s1 \"my_db:80\" check\n", "my_db!:80"},
		// paths
		{"", "echo > /dev/tcp/my_db/5432", "my_db!:5432"},
		{"", "echo > /dev/tcp/my_db/$PORT", "my_db!"},
		{"X", "rs0/my_db:27017,my_db:27018", "my_db!:27017 my_db!:27018"},
		{"", "mongos --configdb rs/my_db:27017", "my_db!:27017"},
		{"X", "docker.io/my_db:2016", "my_db"},
		{"X", "a/b/my_db:2016", "my_db"},
		// ports apart
		{"", "until nc -z my_db 5432; do sleep 1; done", "my_db! 5432"},
		{"", "nc -z -w 2 my_db 5432", "my_db! 5432"},
		{"", "telnet my_db 25", "my_db! 25"},
		{"", "./wait-for-it.sh my_db 5432", "my_db! 5432"},
		{"", "redis-cli -h my_db -p 6380 ping", "my_db! 6380"},
		{"", "psql --host=my_db --port=5433", "my_db! 5433"},
		{"X", "host=my_db port=5433 user=x", "my_db! 5433"},
		{"X", "Host=my_db;Port=5433;Database=x", "my_db! 5433"},
		{"", "sleep my_db 10", "my_db"},
		{"", "nc my_db 5432x", "my_db"},
		{"", "mkdir -p my_db -p 5432", "my_db"},
		// words
		{"X", "pg_isready -h my_db", "my_db"},
		{"X", "the service my_db.", "my_db"},
		{"X", "postgres://other/my_db", "my_db"},
		{"X", "postgres://my_db:5432@other/x", "my_db"},
		{"X", "postgres://my_db:1234@other/x", "my_db"},
		// groups of servers
		{"", "upstream my_db { server my_db:80; }\nproxy_pass http://my_db/x;\nuwsgi_pass my_db;", "my_db!:80"},
		{"", "http {\n  upstream MY_DB {\n    server my_db;\n  }\n proxy_pass http://my_db:81; }", "my_db! my_db!http:81"},
		{"", "upstream other { server my_db:80; }\nproxy_pass http://my_db;", "my_db!:80 my_db!http"},
		{"", "upstream other { server my_db:81; }\nproxy_pass http://other;", "my_db!http:81"},
		{"", "upstream other { server my_db:81; }\nserver { server_name my_db; }\nproxy_pass http://other/;", "my_db!http:81 my_db"},
		{"", "upstream other { server my_db:81; }\nlocation /a { proxy_pass http://other; }\nlocation /b { proxy_pass https://other; }", "my_db!:81"},
		{"", "proxy_pass http://my_db; # no upstream my_db", "my_db!http my_db"},
		// not this name
		{"X", "my_db2 xmy_db my_db-x my_db.local x.my_db émy_db", ""},
		{"X", "$my_db ${my_db} ${my_db:-x}", ""},
		// images
		{"DB_IMAGE", "my_db:16", "my_db"},
		{"X", "image: my_db:16", "my_db"},
		{"X", "registry/my_db:16", "my_db"},
		{"X", "my_db:16-alpine.3", "my_db"},
		{"X", "my_db:5432-5440", "my_db!:5432"},
		{"X", "my_db:16.2", "my_db"},
		{"X", "my_db:16a", "my_db"},
		{"X", "my_db:70000", "my_db"},
		{"X", "my_db:", "my_db"},
	} {
		got := show(Find(c.text, c.variable, func(name string) bool { return name == "my_db" }))
		if got != c.want {
			t.Errorf("%s=%q: %q, want %q", c.variable, c.text, got, c.want)
		}
	}
}

func TestFindGivesOffsets(t *testing.T) {
	text := "a http://db/x, db:80"
	for _, m := range Find(text, "", func(name string) bool { return name == "db" }) {
		if text[m.Start:m.End] != "db" {
			t.Errorf("%d:%d is %q", m.Start, m.End, text[m.Start:m.End])
		}
	}
}

func TestSchemePort(t *testing.T) {
	for scheme, want := range map[string]int32{"http": 80, "postgresql+asyncpg": 5432, "POSTGRES": 5432, "mongodb+srv": 0, "http+unix": 0, "tcp": 0, "": 0} {
		if got := SchemePort(scheme); got != want {
			t.Errorf("%s: %d, want %d", scheme, got, want)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, seed := range []string{"http://my_db:80", "@my_db", ":", "://", "my_db:", "=my_db", `"='my_db`, "${my_db"} {
		f.Add(seed, "DB_HOST")
	}
	f.Fuzz(func(t *testing.T, text, variable string) {
		for _, m := range Find(text, variable, func(string) bool { return true }) {
			if text[m.Start:m.End] != m.Name || m.Name == "" {
				t.Fatalf("%+v of %q", m, text)
			}
			if m.Port < 0 || m.Port > 65535 || m.Port != 0 && !m.Host {
				t.Fatalf("port of %+v", m)
			}
		}
	})
}

// What stands before a name is looked at where it is: a copy of it for every name would take seconds for a file that is full
// of names.
func TestFindCopiesNothing(t *testing.T) {
	text := strings.Repeat("db ", 1000)
	if n := testing.AllocsPerRun(1, func() { Find(text, "", func(string) bool { return true }) }); n > 100 {
		t.Errorf("%v allocations for 1000 names", n)
	}
}
