package transform

import (
	"strings"
	"testing"
)

// Programs that look for their peers by multicast unless somebody says where they are.
func TestMulticastByDefaultAndByVariable(t *testing.T) {
	for _, c := range []struct {
		service string
		want    bool
	}{
		{`image: "quay.io/keycloak/keycloak:26.3", scale: 2, environment: {KC_CACHE_STACK: udp}`, true},
		{`image: "quay.io/keycloak/keycloak:26.3", scale: 2, command: start --cache-stack=udp`, true},
		{`image: "quay.io/keycloak/keycloak:26.3", scale: 2, command: start`, false},
		{`image: "quay.io/keycloak/keycloak:25.0.6", scale: 2, command: start`, true},
		{`image: "quay.io/keycloak/keycloak:25.0.6", scale: 2, command: start --cache=local`, false},
		{`image: "quay.io/keycloak/keycloak:25.0.6", command: start`, false},
		{`image: "hazelcast/hazelcast:5.4", scale: 2`, true},
		{`image: "hazelcast/hazelcast:5.4", scale: 2, environment: {HZ_NETWORK_JOIN_TCPIP_ENABLED: "true"}`, false},
		{`image: "hazelcast/management-center:5.4", scale: 2`, false},
		{`image: "apacheignite/ignite:2.16.0", scale: 3`, true},
		{`image: "apacheignite/ignite:3.0.0", scale: 3`, false},
	} {
		r := convertYAML(t, "services: {s: {restart: always, "+c.service+"}}\n")
		if got := strings.Contains(strings.Join(codes(r), "\n"), "warning[multicast]"); got != c.want {
			t.Errorf("%s: multicast %v, want %v", c.service, got, c.want)
		}
	}
}

// The gateway of a network is the Docker host, and the address of a service is that of the service.
func TestAddressesOfNetworksAreNamed(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: acme/db, networks: {back: {ipv4_address: 172.28.0.5}}}
  api: {image: acme/api, networks: [back], environment: {DB: "172.28.0.5:5432", AGENT: "http://172.28.0.254:9000"}}
  agent: {image: acme/agent, network_mode: host, expose: ["9000"]}
networks: {back: {ipam: {config: [{subnet: 172.28.0.0/16, gateway: 172.28.0.254}]}}}
`)
	if f := finding(t, r, "static-address-used"); f.Help != "use db" {
		t.Errorf("help %q", f.Help)
	}
	if f := finding(t, r, "host-gateway"); f.Path.String() != "services.api.environment.AGENT" || f.Help != "use agent:9000" {
		t.Errorf("%s: %s", f.Path, f.Help)
	}
}

// What a program in the network of the host calls without a port is told where another service publishes the usual one, and not where it listens.
func TestLocalhostWithoutPort(t *testing.T) {
	for setting, want := range map[string]bool{
		`MQTT_HOST: localhost`:                    true,
		`STORE: "redis://127.0.0.1/0"`:            true,
		`MQTT_LISTEN_HOST: localhost`:             false,
		`MQTT_BIND: 0.0.0.0`:                      false,
		`LISTEN_URL: "tcp://0.0.0.0:1883"`:        false,
		`HOST: localhost`:                         false,
		`KAFKA_HOST: localhost`:                   false,
		`MQTT_HOST: localhost, MQTT_PORT: "1884"`: false,
	} {
		r := convertYAML(t, `
services:
  mq: {image: acme/mq, restart: always, ports: ["1883:1883"]}
  rd: {image: acme/rd, restart: always, ports: ["6379:6379"]}
  bot: {image: acme/bot, restart: always, network_mode: host, environment: {`+setting+`}}
`)
		if got := strings.Contains(strings.Join(messages(r, "localhost-published"), "\n"), " is a published port of "); got != want {
			t.Errorf("%s: %v, want %v", setting, got, want)
		}
	}
}

func TestHostsThatAreLetIn(t *testing.T) {
	r := convertYAML(t, `services: {home: {image: a, ports: ["3000:3000"], environment: {HOME_ALLOWED_HOSTS: "192.168.2.2:3000"}}}`)
	if f := finding(t, r, "host-gateway"); f.Help != "add the host under which home is reachable" {
		t.Errorf("%q", f.Help)
	}
}

// A name that the certificate of a peer is to have is no host that anybody asks for.
func TestNamesOfCertificates(t *testing.T) {
	for setting, want := range map[string]bool{
		`NATS_URL: "nats://nats.internal:4222"`:                                  true,
		`NATS_SERVER_NAME: nats.internal`:                                        false,
		`CONF: '{"server_name": "nats.internal"}'`:                               false,
		`CONF: '{"server_name": "nats.internal", "addr": "nats.internal:4222"}'`: true,
		`TLS_SNI: nats.internal`:                                                 false,
	} {
		r := convertYAML(t, `
services:
  nats: {image: acme/nats, restart: always, networks: {default: {aliases: [nats.internal]}}}
  a: {image: acme/a, restart: always, environment: {`+setting+`}}
`)
		if got := strings.Contains(strings.Join(codes(r), "\n"), "name-unresolvable] services.a.environment"); got != want {
			t.Errorf("%s: %v, want %v", setting, got, want)
		}
	}
}
