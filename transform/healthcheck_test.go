package transform

import (
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
)

// mainContainer returns the first container of a Deployment.
func mainContainer(t testing.TB, r Result, name string) corev1.Container {
	t.Helper()
	return find[*appsv1.Deployment](t, r, name).Spec.Template.Spec.Containers[0]
}

func withFacts(service string, facts source.ImageFacts) func(*Input) {
	return func(in *Input) { in.Images[service] = facts }
}

func TestHealthcheckIsReadiness(t *testing.T) {
	c := mainContainer(t, convertYAML(t, `services: {x: {image: a, healthcheck: {test: [CMD, pg_isready], interval: 10500ms, timeout: 5s, retries: 5}}}`), "x")
	if c.LivenessProbe != nil || c.StartupProbe != nil {
		t.Error("trap 6: a healthcheck is no reason to kill the container")
	}
	p := c.ReadinessProbe
	if p == nil || p.PeriodSeconds != 11 || p.TimeoutSeconds != 5 || p.FailureThreshold != 5 || p.InitialDelaySeconds != 0 {
		t.Fatalf("readinessProbe %+v", p)
	}
	if !slices.Equal(p.Exec.Command, []string{"pg_isready"}) {
		t.Errorf("command %q", p.Exec.Command)
	}
}

func TestHealthcheckDefaultsAreWrittenOut(t *testing.T) {
	p := mainContainer(t, convertYAML(t, `services: {x: {image: a, healthcheck: {test: "true", interval: 0s, retries: 0}}}`), "x").ReadinessProbe
	if p.TimeoutSeconds != 30 {
		t.Errorf("trap 7: timeoutSeconds %d, want Docker's 30, not Kubernetes' 1", p.TimeoutSeconds)
	}
	if p.PeriodSeconds != 30 || p.FailureThreshold != 3 {
		t.Errorf("period %d, threshold %d, want Docker's defaults", p.PeriodSeconds, p.FailureThreshold)
	}
}

func TestStartPeriodIsAStartupProbe(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, expose: [80], healthcheck: {test: "true", interval: 10s, retries: 5, start_period: 40s}}}`)
	c := mainContainer(t, r, "x")
	if c.ReadinessProbe.InitialDelaySeconds != 0 {
		t.Error("trap 8: initialDelaySeconds holds back success as well")
	}
	s := c.StartupProbe
	if s == nil || s.PeriodSeconds != 5 || s.FailureThreshold != 180 {
		t.Fatalf("startupProbe %+v, want every 5 s and 180 times (ten times 40 s + 5·10 s)", s)
	}
	finding(t, r, "start-period")
}

// Nobody asks for the health of a service without a port that nobody waits for: a startupProbe would only kill it.
func TestNoStartupProbeWhereNobodyAsks(t *testing.T) {
	const check = `healthcheck: {test: "true", interval: 10s, start_period: 40s}`
	alone := convertYAML(t, `services: {x: {image: a, restart: always, `+check+`}}`)
	if c := mainContainer(t, alone, "x"); c.StartupProbe != nil || c.ReadinessProbe == nil {
		t.Errorf("startup %v, readiness %v", c.StartupProbe, c.ReadinessProbe)
	}
	paced := convertYAML(t, `services: {x: {image: a, restart: always, healthcheck: {test: "true", interval: 10m, start_period: 1m, start_interval: 1s}}}`)
	if c := mainContainer(t, paced, "x"); c.StartupProbe == nil || c.StartupProbe.PeriodSeconds != 1 {
		t.Errorf("startup %+v although start_interval says how often", c.StartupProbe)
	}
	awaited := convertYAML(t, `services: {x: {image: a, restart: always, `+check+`}, y: {image: b, depends_on: {x: {condition: service_healthy}}}}`)
	if c := mainContainer(t, awaited, "x"); c.StartupProbe == nil {
		t.Error("no startupProbe although y waits")
	}
}

func TestHealthcheckByAProgramThatIsNotThere(t *testing.T) {
	for text, want := range map[string]bool{
		`{image: "jaegertracing/all-in-one", healthcheck: {test: [CMD, curl, "http://localhost:16686"]}}`:                                                                     true,
		`{image: "nats:2-alpine", healthcheck: {test: [CMD, wget, "http://localhost:8222"]}}`:                                                                                 false,
		`{image: "mongo:7", healthcheck: {test: [CMD, mongo, --eval, "db.stats()"]}}`:                                                                                         true,
		`{image: a, environment: {JAVA_TOOL_OPTIONS: "-agentlib:jdwp=transport=dt_socket,server=y,address=*:9999"}, healthcheck: {test: [CMD, java, -jar, x]}}`:               true,
		`{image: a, environment: {JAVA_TOOL_OPTIONS: "-Xmx1g"}, healthcheck: {test: [CMD, java, -jar, x]}}`:                                                                   false,
		`{image: mariadb, healthcheck: {test: [CMD, mysqladmin, ping]}}`:                                                                                                      true,
		`{image: "mariadb:10.11", healthcheck: {test: [CMD, mysqladmin, ping]}}`:                                                                                              false,
		`{image: "mariadb:11", healthcheck: {test: [CMD, healthcheck.sh, --connect]}}`:                                                                                        false,
		`{image: "node:22-alpine", command: node x, healthcheck: {test: "curl -f http://localhost || exit 1"}}`:                                                               true,
		`{image: "node:22-alpine", command: node x, healthcheck: {test: "curl -f http://localhost || wget x"}}`:                                                               false,
		`{image: "node:22", command: node x, healthcheck: {test: "curl -f http://localhost || exit 1"}}`:                                                                      false,
		`{image: "quay.io/keycloak/keycloak:26.0", healthcheck: {test: [CMD, curl, "http://localhost:9000/x"]}}`:                                                              true,
		`{image: "apache/airflow:3.1.7-python3.12", command: api-server, healthcheck: {test: "curl --fail http://localhost:8080/api/v1/health || exit 1"}}`:                   true,
		`{image: "apache/airflow:3.1.7", command: api-server, healthcheck: {test: [CMD, curl, --fail, "http://localhost:8080/health"]}}`:                                      true,
		`{image: "apache/airflow:3.1.7", command: api-server, healthcheck: {test: [CMD, curl, --fail, "http://localhost:8080/api/v2/monitor/health"]}}`:                       false,
		`{image: "apache/airflow:3.1.7", command: scheduler, healthcheck: {test: [CMD, curl, --fail, "http://localhost:8974/health"]}}`:                                       false,
		`{image: "apache/airflow:2.10.1", command: webserver, healthcheck: {test: [CMD, curl, --fail, "http://localhost:8080/health"]}}`:                                      false,
		`{image: "docker.elastic.co/kibana/kibana:8.15.0", healthcheck: {test: "curl -s https://localhost:5601/login || exit 1"}}`:                                            true,
		`{image: "docker.elastic.co/kibana/kibana:8.15.0", healthcheck: {test: "curl -s http://localhost:5601/login || exit 1"}}`:                                             false,
		`{image: "docker.elastic.co/kibana/kibana:8.15.0", environment: {SERVER_SSL_ENABLED: "true"}, healthcheck: {test: "curl -s https://localhost:5601/login || exit 1"}}`: false,
		`{image: "elasticsearch:8.15.0", environment: {xpack.security.enabled: "false"}, healthcheck: {test: "curl -ks https://localhost:9200 || exit 1"}}`:                   true,
		`{image: "elasticsearch:8.15.0", healthcheck: {test: "curl -ks https://localhost:9200 || exit 1"}}`:                                                                   false,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "curl -f http://localhost && echo ok || (echo bad && exit 1)"}}`:                                        true,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "curl -f http://localhost || exit 1; exit 0"}}`:                                                         true,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "exit 1"}}`:                                                                                             false,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "echo QUIT | nc -w 5 localhost 25 | grep -q '^220' || exit 1"}}`:                                        true,
		`{image: "node:22", command: node x, healthcheck: {test: "nc -z localhost 80"}}`:                                                                                      true,
		`{image: "node:22-alpine", command: node x, healthcheck: {test: "nc -z localhost 80"}}`:                                                                               false,
		`{image: "node:22-alpine", command: node x, healthcheck: {test: "bash -c '</dev/tcp/localhost/80'"}}`:                                                                 true,
		`{image: "node:22", command: node x, healthcheck: {test: "bash -c '</dev/tcp/localhost/80'"}}`:                                                                        false,
		`{image: "node:22", command: node x, healthcheck: {test: "echo > /dev/tcp/localhost/80"}}`:                                                                            true,
		`{image: "node:22", command: node x, healthcheck: {test: [CMD, bash, -c, "echo > /dev/tcp/localhost/80"]}}`:                                                           false,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "test $$(curl -s -o /dev/null -w x http://localhost) = 200"}}`:                                          true,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "[ \"$$(curl -s http://localhost)\" = \"\" ]"}}`:                                                        false,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "! curl http://localhost"}}`:                                                                            false,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "curl http://localhost; exit 0"}}`:                                                                      false,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "curl http://localhost | cat"}}`:                                                                        false,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "node a && timeout -k 1 5 curl http://localhost"}}`:                                                     true,
		`{image: "node:22-slim", command: node x, healthcheck: {test: "if curl http://localhost; then exit 0; else exit 1; fi"}}`:                                             true,
		`{image: "confluentinc/cp-kafka:7.3.0", healthcheck: {test: "kafka-topics.sh --bootstrap-server localhost:9092 --list"}}`:                                             true,
		`{image: "confluentinc/cp-kafka:7.3.0", healthcheck: {test: "kafka-topics --bootstrap-server localhost:9092 --list || exit 1"}}`:                                      false,
		`{image: "confluentinc/cp-kafka:7.3.0", healthcheck: {test: [CMD, /usr/bin/kafka-topics, --list]}}`:                                                                   false,
		`{image: "confluentinc/cp-kafka:7.3.0", healthcheck: {test: [CMD, /opt/kafka/bin/kafka-broker-api-versions.sh, --bootstrap-server, "localhost:9092"]}}`:               true,
		`{image: "confluentinc/cp-zookeeper:7.3.0", healthcheck: {test: "zookeeper-shell.sh localhost:2181 ls /"}}`:                                                           true,
		`{image: "apache/kafka:3.8.0", healthcheck: {test: [CMD-SHELL, "kafka-topics.sh --bootstrap-server localhost:9092 --list || exit 1"]}}`:                               true,
		`{image: "apache/kafka:3.8.0", healthcheck: {test: [CMD-SHELL, "/opt/kafka/bin/kafka-topics.sh --bootstrap-server localhost:9092 --list"]}}`:                          false,
		`{image: "apache/kafka:3.8.0", healthcheck: {test: [CMD-SHELL, "PATH=$$PATH:/opt/kafka/bin kafka-topics.sh --list"]}}`:                                                false,
		`{image: "apache/kafka:3.8.0", environment: {PATH: "/opt/kafka/bin:/bin"}, healthcheck: {test: "kafka-topics.sh --list"}}`:                                            false,
		`{image: "apache/kafka-native:3.8.0", healthcheck: {test: "/opt/kafka/bin/kafka-topics.sh --list"}}`:                                                                  true,
		`{image: "bitnami/kafka:3.6", healthcheck: {test: "kafka-topics.sh --bootstrap-server localhost:9092 --list"}}`:                                                       false,
		`{image: "bitnamilegacy/kafka:3.6", healthcheck: {test: "kafka-topics --bootstrap-server localhost:9092 --list"}}`:                                                    true,
		`{image: "bitnami/kafka:3.6", healthcheck: {test: "/opt/kafka/bin/kafka-topics.sh --list"}}`:                                                                          true,
		`{image: "wurstmeister/kafka", healthcheck: {test: "kafka-topics.sh --list"}}`:                                                                                        false,
		`{image: "wurstmeister/kafka", healthcheck: {test: "kafka-topics --list"}}`:                                                                                           true,
		`{image: "debezium/kafka:2.4", healthcheck: {test: "./bin/kafka-topics.sh --list"}}`:                                                                                  false,
		`{image: "zookeeper:3.9", healthcheck: {test: "zkServer.sh status"}}`:                                                                                                 false,
		`{image: "zookeeper:3.9", healthcheck: {test: [CMD, zkServer, status]}}`:                                                                                              true,
		`{image: "chrislusf/seaweedfs:3.71", command: server, healthcheck: {test: [CMD, curl, -f, "http://localhost:9333"]}}`:                                                 true,
		`{image: "nginx:1.27", healthcheck: {test: [CMD, wget, -q, "http://localhost"]}}`:                                                                                     true,
		`{image: "nginx:1.27", healthcheck: {test: [CMD, curl, "http://localhost"]}}`:                                                                                         false,
		`{image: "nginx:1.27-alpine", healthcheck: {test: [CMD, wget, -q, "http://localhost"]}}`:                                                                              false,
		`{image: "gcr.io/distroless/java21-debian12", command: x, healthcheck: {test: [CMD, curl, "http://localhost"]}}`:                                                      true,
	} {
		r := convertYAML(t, "services: {x: "+text+"}")
		if got := len(messages(r, "healthcheck-missing")) == 1; got != want || (mainContainer(t, r, "x").ReadinessProbe == nil) != want {
			t.Errorf("%s: told %v, want %v", text, got, want)
		}
		awaited := convertYAML(t, "services: {x: "+text+", y: {image: b, depends_on: {x: {condition: service_healthy}}}}")
		probe := mainContainer(t, awaited, "x").ReadinessProbe
		if isChecked := probe != nil && probe.Exec != nil; isChecked == want || len(messages(awaited, "healthcheck-missing")) == 1 != want || len(messages(awaited, "no-healthcheck")) == 1 != want {
			t.Errorf("%s: y waits for %+v, and %q is said", text, probe, messages(awaited, "healthcheck-missing"))
		}
	}
}

func TestStartupProbeIsNoKillSwitch(t *testing.T) {
	s := mainContainer(t, convertYAML(t, `services: {x: {image: a, expose: [80], healthcheck: {test: "true", interval: 1s, retries: 1, start_period: 1s, start_interval: 500ms}}}`), "x").StartupProbe
	if s.PeriodSeconds != 1 || s.FailureThreshold != 60 {
		t.Errorf("every %d s, %d times, want each second and never fewer than 60 times", s.PeriodSeconds, s.FailureThreshold)
	}
}

func TestLivenessOnlyOnRequest(t *testing.T) {
	c := mainContainer(t, convertYAML(t, `services: {x: {image: a, healthcheck: {test: "true", interval: 10s, retries: 5, start_period: 40s}, x-kubernetes: {liveness: true}}}`), "x")
	if c.LivenessProbe == nil || c.LivenessProbe.FailureThreshold != 5 {
		t.Fatalf("livenessProbe %+v", c.LivenessProbe)
	}
	if c.StartupProbe == nil || c.StartupProbe.FailureThreshold != 18 {
		t.Errorf("startupProbe %+v, want 90 s in steps of 5 s before liveness counts", c.StartupProbe)
	}
}

func TestReadinessOptOut(t *testing.T) {
	c := mainContainer(t, convertYAML(t, `services: {x: {image: a, healthcheck: {test: "true", start_period: 5s}, x-kubernetes: {readiness: false}}}`), "x")
	if c.ReadinessProbe != nil || c.StartupProbe != nil {
		t.Errorf("probes %v, %v, want none", c.ReadinessProbe, c.StartupProbe)
	}
}

func TestHealthcheckCommands(t *testing.T) {
	for name, c := range map[string]struct {
		yaml string
		want []string
	}{
		"string":                    {`test: "pg_isready -U x || exit 1"`, []string{"/bin/sh", "-c", "pg_isready -U x || exit 1"}},
		"CMD-SHELL":                 {`test: [CMD-SHELL, "curl -f localhost"]`, []string{"/bin/sh", "-c", "curl -f localhost"}},
		"CMD-SHELL with arguments":  {`test: [CMD-SHELL, "echo $$0 $$1", a, b]`, []string{"/bin/sh", "-c", "echo $0 $1", "a", "b"}},
		"CMD":                       {`test: [CMD, curl, -f, localhost]`, []string{"curl", "-f", "localhost"}},
		"trap 5: $(…) is expanded":  {`test: "[ $$(cat /ok) = 1 ]"`, []string{"/bin/sh", "-c", "[ $$(cat /ok) = 1 ]"}},
		"a variable stays":          {`test: "echo $${X}"`, []string{"/bin/sh", "-c", "echo ${X}"}},
		"relative in a shell":       {`test: "./check.sh || exit 1"`, []string{"/bin/sh", "-c", "cd /app || exit 1; ./check.sh || exit 1"}},
		"relative without a shell":  {`test: [CMD, ./bin/check, --fast]`, []string{"/app/bin/check", "--fast"}},
		"a program of the path":     {`test: [CMD, check, ./here]`, []string{"check", "./here"}},
		"a shell with no such path": {`test: "curl http://localhost/a/./b"`, []string{"/bin/sh", "-c", "curl http://localhost/a/./b"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := mainContainer(t, convertYAML(t, `services: {x: {image: a, working_dir: /app, healthcheck: {`+c.yaml+`}}}`), "x").ReadinessProbe
			if p == nil || !slices.Equal(p.Exec.Command, c.want) {
				t.Errorf("got %+v, want %q", p, c.want)
			}
		})
	}
}

func TestHealthcheckOfTheImage(t *testing.T) {
	facts := source.ImageFacts{Source: "Dockerfile web/Dockerfile", Healthcheck: &source.ImageHealthcheck{
		Test: []string{"CMD", "check"}, Interval: int64(7 * time.Second), Retries: 9,
	}}
	t.Run("trap 9: carried", func(t *testing.T) {
		r := convertYAML(t, `services: {x: {image: a}}`, withFacts("x", facts))
		p := mainContainer(t, r, "x").ReadinessProbe
		if p == nil || p.Exec.Command[0] != "check" || p.PeriodSeconds != 7 || p.FailureThreshold != 9 || p.TimeoutSeconds != 30 {
			t.Errorf("readinessProbe %+v, want that of the image", p)
		}
		finding(t, r, "image-healthcheck")
	})
	t.Run("the file wins field by field", func(t *testing.T) {
		p := mainContainer(t, convertYAML(t, `services: {x: {image: a, healthcheck: {interval: 3s}}}`, withFacts("x", facts)), "x").ReadinessProbe
		if p == nil || p.Exec.Command[0] != "check" || p.PeriodSeconds != 3 || p.FailureThreshold != 9 {
			t.Errorf("readinessProbe %+v", p)
		}
	})
	t.Run("with the shell of the image", func(t *testing.T) {
		own := source.ImageFacts{ShellForm: []string{"/bin/bash", "-ec"}, WorkingDir: "/app"}
		p := mainContainer(t, convertYAML(t, `services: {x: {image: a, healthcheck: {test: "./check"}}}`, withFacts("x", own)), "x").ReadinessProbe
		if p == nil || !slices.Equal(p.Exec.Command, []string{"/bin/bash", "-ec", "cd /app || exit 1; ./check"}) {
			t.Errorf("readinessProbe %+v", p)
		}
	})
	for _, off := range []string{"{disable: true}", "{test: [NONE]}"} {
		t.Run("turned off by "+off, func(t *testing.T) {
			if p := mainContainer(t, convertYAML(t, `services: {x: {image: a, healthcheck: `+off+`}}`, withFacts("x", facts)), "x").ReadinessProbe; p != nil {
				t.Errorf("readinessProbe %+v, want none", p)
			}
		})
	}
	t.Run("unknown", func(t *testing.T) {
		r := convertYAML(t, `services: {x: {image: a, healthcheck: {interval: 3s}}}`)
		if p := mainContainer(t, r, "x").ReadinessProbe; p != nil {
			t.Errorf("readinessProbe %+v, want none", p)
		}
		finding(t, r, "healthcheck-unknown")
	})
}

func TestHealthyWithoutHealthcheck(t *testing.T) {
	const web = "\n  web: {image: web, depends_on: {x: {condition: service_healthy}}}"
	t.Run("trap 9: its port stands in", func(t *testing.T) {
		r := convertYAML(t, "services:\n  x: {image: a, expose: [\"53/udp\", \"5432\"]}"+web)
		p := mainContainer(t, r, "x").ReadinessProbe
		if p == nil || p.TCPSocket == nil || p.TCPSocket.Port.IntVal != 5432 {
			t.Fatalf("readinessProbe %+v, want a connection to its first TCP port", p)
		}
		if f := finding(t, r, "no-healthcheck"); f.Path.String() != "services.web.depends_on.x.condition" {
			t.Errorf("reported at %s", f.Path)
		}
	})
	t.Run("turned off", func(t *testing.T) {
		r := convertYAML(t, "services:\n  x: {image: a, expose: [\"5432\"], healthcheck: {disable: true}}"+web)
		finding(t, r, "no-healthcheck")
	})
	t.Run("no port either", func(t *testing.T) {
		r := convertYAML(t, "services:\n  x: {image: a}"+web)
		if p := mainContainer(t, r, "x").ReadinessProbe; p != nil {
			t.Errorf("readinessProbe %+v out of nothing", p)
		}
		finding(t, r, "no-healthcheck")
	})
	t.Run("nobody waits", func(t *testing.T) {
		r := convertYAML(t, `services: {x: {image: a, expose: ["5432"]}}`)
		if p := mainContainer(t, r, "x").ReadinessProbe; p != nil || hasCode(r, "no-healthcheck") {
			t.Errorf("readinessProbe %+v, %v, want neither", p, codes(r))
		}
	})
}
