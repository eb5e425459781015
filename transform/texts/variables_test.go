package texts

import "testing"

func TestSaysHost(t *testing.T) {
	for variable, want := range map[string]bool{
		"DB_HOST": true, "PGHOST": true, "HOSTNAME": true, "dbHost": true, "VHOSTS": true, "REDIS_ADDR": true, "BASEURL": true, "MONGO_URI": true, "mongodb.uris": true,
		"SMTP_SERVER": true, "KAFKA_BROKERS": true, "ES_NODES": true, "ZOO_PEERS": true, "--bind": true, "-ip": true, "KAFKA_LISTENERS": true,
		"GF_SECURITY_ADMIN": false, "GHOST_NAME": false, "CORE_PEER_ID": false, "MONGO_SERVER_DB": false, "HOST_PORT": false, "SERVER_PASSWORD": false,
		"ZIP": false, "EQUIPMENT": false, "BINDINGS": false, "DB_NAME": false, "": false,
	} {
		if got := saysHost(variable); got != want {
			t.Errorf("SaysHost(%q) = %v, want %v", variable, got, want)
		}
	}
}

func TestOption(t *testing.T) {
	words := []string{"run", "--db-host", "db", "--port=80", "x", "-h", "y", "--a b", "z"}
	for i, want := range []string{"", "", "--db-host", "", "", "", "", "", "", ""} {
		if got := Option(words, i); got != want {
			t.Errorf("before word %d: %q, want %q", i, got, want)
		}
	}
}
