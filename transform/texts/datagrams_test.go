package texts

import "testing"

func TestDatagrams(t *testing.T) {
	for _, c := range []struct {
		variable, text string
		want           Datagrams
	}{
		{"", "global\n  log my_db:514 local0\n", OnlyDatagrams},
		{"", "global\n  log \"my_db:514\" local0\n", OnlyDatagrams},
		{"", "global\n  log udp@my_db:514 local0\n", OnlyDatagrams},
		{"", "global\n  log tcp@my_db:514 local0\n", NoDatagrams},
		{"", "ring r\n  server s my_db:514\n", NoDatagrams},
		{"", "global\n  log x:514 local0\nbackend b\n  server s my_db:80\n", NoDatagrams},
		{"", "error_log syslog:server=my_db:514 debug;\n", OnlyDatagrams},
		{"", "access_log syslog:server=my_db main;\n", OnlyDatagrams},
		{"", "access_log syslog:server=x main;\nproxy_pass http://my_db:80;\n", NoDatagrams},
		{"", "server {\n  listen 53 udp;\n  proxy_pass my_db:5300;\n}\n", PerhapsDatagrams},
		{"", "server {\n  listen 53;\n  proxy_pass my_db:5300;\n}\n", NoDatagrams},
		{"", "*.* @my_db:514\n", OnlyDatagrams},
		{"", "*.info;mail.none @(z9)my_db\n", OnlyDatagrams},
		{"", "if $x == 1 then @my_db:514\n", OnlyDatagrams},
		{"", "*.* @@my_db:514\n", NoDatagrams},
		{"", "action(type=\"omfwd\" target=\"my_db\" port=\"514\")\n", PerhapsDatagrams},
		{"", "action(type=\"omfwd\" protocol=\"tcp\" target=\"my_db\" port=\"514\")\n", NoDatagrams},
		{"", "d { udp(\"my_db\" port(514)); };\n", OnlyDatagrams},
		{"", "d { network(\"my_db\" port(514) transport(\"udp\")); };\n", PerhapsDatagrams},
		{"", "d {\n network(\n  \"my_db\"\n  port(514)\n  transport(\"udp\")\n ); };\n", PerhapsDatagrams},
		{"", "d { network(\"my_db\" port(514)); };\n", NoDatagrams},
		{"", "<Plugin network>\n  Server \"my_db\" \"25826\"\n</Plugin>\n", PerhapsDatagrams},
		{"", "[[outputs.graylog]]\n  servers = [\"my_db:12201\"]\n", PerhapsDatagrams},
		{"", "[[outputs.graylog]]\n  x = 1\n[[outputs.file]]\n  servers = [\"my_db:12201\"]\n", NoDatagrams},
		{"", "output { gelf { host => \"my_db\" port => 12201 } }\n", PerhapsDatagrams},
		{"", "output { redis { host => \"my_db\" port => 6379 } udp { host => \"x\" } }\n", NoDatagrams},
		{"", "output {\n  udp {\n    host => \"my_db\"\n    port => 5555\n  }\n}\n", PerhapsDatagrams},
		{"", "[OUTPUT]\n  Name gelf\n  Host my_db\n  Port 12201\n  Mode tcp\n", NoDatagrams},
		{"", "<match **>\n  @type gelf\n  host my_db\n</match>\n", PerhapsDatagrams},
		{"", "<graylogHost>udp:my_db</graylogHost>\n", OnlyDatagrams},
		{"", "<appender name=\"G\" class=\"de.siegmar.logbackgelf.GelfUdpAppender\">\n  <graylogHost>my_db</graylogHost>\n</appender>\n", PerhapsDatagrams},
		{"", `{"statsd": {"host": "my_db", "port": 8125}}`, PerhapsDatagrams},
		{"", `{"redis": {"host": "my_db", "port": 6379}, "statsd": {"host": "x"}}`, NoDatagrams},
		{"", "statsd:\n  host: my_db\n  port: 8125\n", PerhapsDatagrams},
		{"", "echo x > /dev/udp/my_db/514", OnlyDatagrams},
		{"", "echo x | nc -w 1 -u my_db 514", OnlyDatagrams},
		{"", "echo x | nc -w 1 my_db 514", NoDatagrams},
		{"", "logger --server my_db --port 514 --udp hello", PerhapsDatagrams},
		{"", "run --db-host my_db --statsd-host x", NoDatagrams},
		{"", "run --statsd-host x --db-host my_db", NoDatagrams},
		{"STATSD_ADDR", "my_db:8125", PerhapsDatagrams},
		{"AIRFLOW__METRICS__STATSD_HOST", "my_db", PerhapsDatagrams},
		{"SYSLOG_TCP_ADDR", "my_db:514", NoDatagrams},
		{"X", "udp://my_db:514", OnlyDatagrams},
		{"X", "statsd://my_db:8125", PerhapsDatagrams},
		{"SYSLOG_URL", "tcp://my_db:514", NoDatagrams},
		{"GRAYLOG_URL", "http://my_db:9000", NoDatagrams},
	} {
		found := Find(c.text, c.variable, func(name string) bool { return name == "my_db" })
		if len(found) != 1 || !found[0].Host && !found[0].Bare {
			t.Errorf("%s=%q: found %v", c.variable, c.text, found)
		} else if found[0].Datagrams != c.want {
			t.Errorf("%s=%q: %v, want %v", c.variable, c.text, found[0].Datagrams, c.want)
		}
	}
}
