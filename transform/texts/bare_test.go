package texts

import "testing"

// A name without a port is one that a program may connect to, wherever nothing says that it is something else.
func TestFindBareNames(t *testing.T) {
	for _, c := range []struct {
		variable, text string
		want           bool
	}{
		{"SEEDS", "a_1,my_db", true},
		{"COORDINATOR", "my_db", true},
		{"SEEDS", `["a_1", "my_db"]`, true},
		{"", "--seeds=a_1,my_db", true},
		{"", "-join=my_db", true},
		{"", "agent --retry-join my_db --quiet", true},
		{"", "coordinator: my_db\n", true},
		{"", "seeds: [a_1, my_db]\n", true},
		{"", `{"seeds": ["a_1", "my_db"]}`, true},
		{"", "seeds:\n  - a_1\n  - my_db\n", true},
		{"", "seeds:\n- a_1\n- \"my_db\" # the second\n", true},
		{"", "members = [\"my_db\"]\n", true},
		{"CLUSTER", `{"coordinator": "my_db"}`, true},
		{"JAVA_OPTS", "-Xmx1g -Dmembers=my_db", true},
		{"OPTS", "--join my_db", true},
		{"DSN", "user:pw@tcp(my_db)/x", true},
		{"PROXY", "//my_db", true},
		{"STORE_URL", "my_db/health", true},
		{"", "{\"seeds\": [\n  \"a_1\",\n  \"my_db\"\n]}", true},
		{"", "<host>my_db</host>", true},
		{"", "<property><name>hbase.zookeeper.quorum</name>\n<value>zk1, my_db,zk2:2181\n</value></property>", true},
		{"", "<property><name>hive.db.type</name><value>my_db</value></property>", false},
		{"", "<h1>Hello from my_db</h1>", false},
		{"", "connect('my_db')", true},
		{"", "a_1\nmy_db\n", true},
		{"", "zookeeper my_db;\n", true},
		{"", "set $up my_db;\n", true},
		{"", "curl -sf my_db/health", true},
		{"", ":80 {\n  reverse_proxy `my_db`\n}\n", true},
		{"", "ping -c1 my_db; run", true},
		{"", "pg_isready -h my_db", true},
		{"", "nc -z my_db $PORT", true},
		// lists on one line, and below one another
		{"", `{"up": {"x": 1}, "list": ["my_db"]}`, true},
		{"", "scrape_configs:\n  - static_configs: [{targets: ['my_db']}]\n", true},
		{"", "servers: [[a_1, 80], [my_db, 80]]\n", true},
		{"", "servers:\n  - [my_db, 80]\n", true},
		{"", `["a_1", {"x": "]"}, "my_db"]`, true},
		{"", `hosts => ["my_db"]`, true},
		{"", "{service: my_db, weight: 3}", true},
		{"", "{\"nodes\": [\n  \"a_1\", # one's own\n  \"my_db\"\n]}", true},
		{"", `{"plugins": ["a_1", "my_db"]}`, false},
		{"", "{name: my_db, weight: 3}", false},
		{"", "[my_db]\nx = 1\n", false},
		{"", "x[my_db]", false},
		{"", `{"up": {"my_db": ["a_1"]}}`, false},
		// something else
		{"DB_ENGINE", "my_db", false},
		{"DATABASE", "my_db", false},
		{"POSTGRES_USER", "my_db", false},
		{"QUEUE_CONNECTION", "my_db", false},
		{"TITLE", "all about my_db", false},
		{"CLUSTER", `{"name": "my_db"}`, false},
		{"OPTS", "--database my_db", false},
		{"DATA", "/data/my_db", false},
		{"", "<name>my_db</name>", false},
		{"", "{\n  \"my_db\": {}\n}", false},
		{"", "database('my_db')", false},
		{"", "CREATE DATABASE my_db;\n", false},
		{"", "cp my_db /x\n", false},
		{"", "# start my_db\n", false},
		{"", "-p my_db", false},
		{"", "plugins:\n  - a_1\n  - my_db\n", false},
		{"", "plugins: [my_db]\n", false},
		{"", "run my_db", false},
		{"", "# my_db\n", false},
		{"", "the seeds: my_db and others\n", false},
	} {
		found := Find(c.text, c.variable, func(name string) bool { return name == "my_db" })
		if len(found) != 1 {
			t.Fatalf("%s=%q: found %v", c.variable, c.text, found)
		}
		if got := found[0].Bare; got != c.want {
			t.Errorf("%s=%q: bare %v, want %v", c.variable, c.text, got, c.want)
		}
	}
	for _, c := range []struct {
		option, word string
		want         bool
	}{
		{"-join", "my_db", true},
		{"--scheduler", "my_db", true},
		{"--seeds", "a_1,my_db", true},
		{"-A", "my_db", false},
		{"--database", "my_db", false},
		{"--queue", "my_db", false},
		{"run", "my_db", false},
		{"--seeds", "all/my_db", false},
	} {
		if got := IsBareArgument(c.option, c.word); got != c.want {
			t.Errorf("%s %s: bare %v, want %v", c.option, c.word, got, c.want)
		}
	}
}

func TestFindLeavesNamesOfJobsOut(t *testing.T) {
	for _, text := range []string{"job_name: my_db\n", "{job: my_db}", `regex: "other|my_db"`} {
		if found := Find(text, "", func(name string) bool { return name == "my_db" }); len(found) > 0 {
			t.Errorf("%q: %v", text, found)
		}
	}
	if found := Find("job_name: my_db:5432\ntargets: [my_db:5432]\n", "", func(name string) bool { return name == "my_db" }); len(found) != 1 {
		t.Errorf("%v: the target is a host", found)
	}
}
