package images

// monitoring are programs that watch others: exporters, collectors of traces and metrics, their stores.
var monitoring = []Image{
	{
		Repositories: []string{"docker.io/jaegertracing/jaeger", "quay.io/jaegertracing/jaeger", "cr.jaegertracing.io/jaegertracing/jaeger"},
		Source:       "https://github.com/jaegertracing/jaeger/blob/main/cmd/jaeger/Dockerfile",
		Ports:        []string{"4317/tcp", "4318/tcp", "5778/tcp", "5779/tcp", "9411/tcp", "13132/tcp", "13133/tcp", "14250/tcp", "14268/tcp", "16686/tcp"},
		User:         "10001", Process: &Owner{10001, 0}, Volumes: []string{"/tmp"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/jaegertracing/all-in-one", "quay.io/jaegertracing/all-in-one"},
		Tags:         `^(latest|1\.(6[3-9]|7\d)(\D|$))`,
		Source:       "https://github.com/jaegertracing/jaeger/blob/v1.76.0/cmd/all-in-one/Dockerfile",
		Ports:        []string{"4317/tcp", "4318/tcp", "9411/tcp", "14250/tcp", "14268/tcp", "16686/tcp"}, User: "10001",
		Process: &Owner{10001, 0}, Volumes: []string{"/tmp"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/jaegertracing/all-in-one", "quay.io/jaegertracing/all-in-one"},
		Tags:         `^1\.(5[1-9]|6[0-2])(\D|$)`,
		Source:       "https://github.com/jaegertracing/jaeger/blob/v1.62.0/cmd/all-in-one/Dockerfile",
		Ports:        []string{"4317/tcp", "4318/tcp", "5775/udp", "5778/tcp", "6831/udp", "6832/udp", "9411/tcp", "14250/tcp", "14268/tcp", "16686/tcp"},
		User:         "10001", Process: &Owner{10001, 0}, Volumes: []string{"/tmp"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/grafana/tempo"},
		Tags:         `^(latest|main|(2\.([89]|\d\d)|[3-9])\.)`,
		Source:       "https://github.com/grafana/tempo/blob/main/cmd/tempo/Dockerfile",
		User:         "10001:10001", Process: &Owner{10001, 10001}, DataDirs: []string{"/var/tempo"}, NoShell: true,
		Users: []User{{"tempo", Owner{10001, 10001}}},
	},
	{
		Repositories: []string{"docker.io/grafana/tempo"},
		Tags:         `^2\.[5-7]\.`,
		Source:       "https://github.com/grafana/tempo/blob/v2.5.0/cmd/tempo/Dockerfile",
		User:         "10001:10001", Process: &Owner{10001, 10001}, DataDirs: []string{"/var/tempo"}, Shell: true,
		Users: []User{{"tempo", Owner{10001, 10001}}},
	},
	{
		Repositories: []string{"docker.io/prom/pushgateway", "quay.io/prometheus/pushgateway"},
		Tags:         `^(latest|master|main|v1\.([4-9]|\d\d)\.\d+)$`, // not distroless
		Source:       "https://github.com/prometheus/pushgateway/blob/master/Dockerfile",
		Ports:        []string{"9091/tcp"}, User: "65534", Process: &Owner{65534, 65534}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/victoriametrics/vmagent", "quay.io/victoriametrics/vmagent"},
		Tags:         `^(?:[^s]|s[^c])*$`, // not scratch
		Source:       "https://github.com/VictoriaMetrics/VictoriaMetrics/blob/master/app/vmagent/multiarch/Dockerfile",
		Ports:        []string{"8429/tcp"}, Process: root, DataDirs: []string{"/vmagent-remotewrite-data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/victoriametrics/vmalert", "quay.io/victoriametrics/vmalert"},
		Tags:         `^(?:[^s]|s[^c])*$`, // not scratch
		Source:       "https://github.com/VictoriaMetrics/VictoriaMetrics/blob/master/app/vmalert/multiarch/Dockerfile",
		Ports:        []string{"8880/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/grafana/mimir"},
		Source:       "https://github.com/grafana/mimir/blob/main/cmd/mimir/Dockerfile",
		Ports:        []string{"8080/tcp"}, Process: root,
	},
	{
		Repositories: []string{"quay.io/thanos/thanos", "docker.io/thanosio/thanos"},
		Tags:         `^(latest|main|v0\.(3[2-9]|[4-9]\d))`,
		Source:       "https://github.com/thanos-io/thanos/blob/main/Dockerfile",
		User:         "1001", Process: &Owner{1001, 1001}, Shell: true, Users: []User{{"thanos", Owner{1001, 1001}}},
	},
	{
		Repositories: []string{"quay.io/prometheus/node-exporter", "docker.io/prom/node-exporter"},
		Tags:         `^(?:[^d]|d[^i])*$`, // not distroless
		Source:       "https://github.com/prometheus/node_exporter/blob/master/Dockerfile",
		Ports:        []string{"9100/tcp"}, User: "nobody", Process: &Owner{65534, 65534}, Shell: true,
		Users: []User{{"nobody", Owner{65534, 65534}}},
	},
	{
		Repositories: []string{"docker.io/prom/alertmanager", "quay.io/prometheus/alertmanager"},
		Tags:         `^(?:[^d]|d[^i])*$`, // not distroless
		Source:       "https://github.com/prometheus/alertmanager/blob/main/Dockerfile",
		Ports:        []string{"9093/tcp"}, User: "nobody", Process: &Owner{65534, 65534}, Volumes: []string{"/alertmanager"},
		DataDirs: []string{"/alertmanager"}, ContentDirs: []string{"/etc/alertmanager"}, Shell: true,
		Users: []User{{"nobody", Owner{65534, 65534}}},
	},
	{
		Repositories: []string{"docker.io/prom/blackbox-exporter", "quay.io/prometheus/blackbox-exporter"},
		Tags:         `^(?:[^d]|d[^i])*$`, // not distroless
		Source:       "https://github.com/prometheus/blackbox_exporter/blob/master/Dockerfile",
		Ports:        []string{"9115/tcp"}, Process: root, ContentDirs: []string{"/etc/blackbox_exporter"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/prometheuscommunity/postgres-exporter", "quay.io/prometheuscommunity/postgres-exporter"},
		Tags:         `^(?:[^d]|d[^i])*$`, // not distroless
		Source:       "https://github.com/prometheus-community/postgres_exporter/blob/master/Dockerfile",
		Ports:        []string{"9187/tcp"}, User: "nobody", Process: &Owner{65534, 65534}, Shell: true,
		Users: []User{{"nobody", Owner{65534, 65534}}},
	},
	{
		Repositories: []string{"docker.io/oliver006/redis_exporter", "ghcr.io/oliver006/redis_exporter", "quay.io/oliver006/redis_exporter"},
		Tags:         `^(v1\..*|latest-)?alpine`,
		Source:       "https://github.com/oliver006/redis_exporter/blob/master/Dockerfile",
		Ports:        []string{"9121/tcp"}, User: "59000:59000", Process: &Owner{59000, 59000}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/oliver006/redis_exporter", "ghcr.io/oliver006/redis_exporter", "quay.io/oliver006/redis_exporter"},
		Tags:         `^(v1\.|latest$)`,
		Source:       "https://github.com/oliver006/redis_exporter/blob/master/Dockerfile",
		Ports:        []string{"9121/tcp"}, User: "59000:59000", Process: &Owner{59000, 59000}, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/danielqsj/kafka-exporter"},
		Source:       "https://github.com/danielqsj/kafka_exporter/blob/master/Dockerfile",
		Ports:        []string{"9308/tcp"}, User: "nobody", Process: &Owner{65534, 65534}, Shell: true,
		Users: []User{{"nobody", Owner{65534, 65534}}},
	},
	{
		Repositories: []string{"gcr.io/cadvisor/cadvisor", "ghcr.io/google/cadvisor", "docker.io/google/cadvisor"},
		Source:       "https://github.com/google/cadvisor/blob/master/deploy/Dockerfile",
		Ports:        []string{"8080/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/otel/opentelemetry-collector-contrib", "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib"},
		Tags:         `^(latest|0\.1(3[3-9]|[4-9]\d))`,
		Source:       "https://github.com/open-telemetry/opentelemetry-collector-releases/blob/main/distributions/otelcol-contrib/Dockerfile",
		Ports:        []string{"4317/tcp", "4318/tcp", "55679/tcp"}, User: "10001:10001", Process: &Owner{10001, 10001},
		ContentDirs: []string{"/etc/otelcol-contrib"}, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/otel/opentelemetry-collector-contrib", "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib"},
		Tags:         `^0\.1(2[2-9]|3[01])\.`,
		Source:       "https://github.com/open-telemetry/opentelemetry-collector-releases/blob/v0.130.0/distributions/otelcol-contrib/Dockerfile",
		Ports:        []string{"4317/tcp", "4318/tcp", "55678/tcp", "55679/tcp"}, User: "10001:10001", Process: &Owner{10001, 10001},
		ContentDirs: []string{"/etc/otelcol-contrib"}, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/otel/opentelemetry-collector-contrib", "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib"},
		Tags:         `^0\.(1[01]\d|[4-9]\d)\.`,
		Source:       "https://github.com/open-telemetry/opentelemetry-collector-releases/blob/v0.110.0/distributions/otelcol-contrib/Dockerfile",
		User:         "10001", Process: &Owner{10001, 0}, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/otel/opentelemetry-collector", "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector"},
		Tags:         `^(latest|0\.1(3[3-9]|[4-9]\d))`,
		Source:       "https://github.com/open-telemetry/opentelemetry-collector-releases/blob/main/distributions/otelcol/Dockerfile",
		Ports:        []string{"4317/tcp", "4318/tcp", "55679/tcp"}, User: "10001:10001", Process: &Owner{10001, 10001},
		ContentDirs: []string{"/etc/otelcol"}, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/otel/opentelemetry-collector", "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector"},
		Tags:         `^0\.1(2[2-9]|3[01])\.`,
		Source:       "https://github.com/open-telemetry/opentelemetry-collector-releases/blob/v0.130.0/distributions/otelcol/Dockerfile",
		Ports:        []string{"4317/tcp", "4318/tcp", "55678/tcp", "55679/tcp"}, User: "10001:10001", Process: &Owner{10001, 10001},
		ContentDirs: []string{"/etc/otelcol"}, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/otel/opentelemetry-collector", "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector"},
		Tags:         `^0\.(1[01]\d|[4-9]\d)\.`,
		Source:       "https://github.com/open-telemetry/opentelemetry-collector-releases/blob/v0.110.0/distributions/otelcol/Dockerfile",
		User:         "10001", Process: &Owner{10001, 0}, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/temporalio/ui"},
		Source:       "https://github.com/temporalio/ui/blob/main/server/Dockerfile",
		Ports:        []string{"8080/tcp"}, User: "temporal", Process: &Owner{1000, 1000}, ContentDirs: []string{"/home/ui-server/config"},
		Shell: true, Users: []User{{"temporal", Owner{1000, 1000}}},
	},
}
