package convert_test

import "strings"

// wildTexts are texts that people write at a key, or try.
var wildTexts = map[string][]string{
	"image":               {"nginx", "postgres:16", "redis:7-alpine", "mysql:8", "example.com/a:1", "localhost:5000/x@sha256:" + strings.Repeat("a", 64), "${IMG:-busybox}", "traefik:v3", "UPPER", "a:b:c", "alpine", "mongo"},
	"ports":               {"80", "8080:80", "127.0.0.1:81:80", "53:53/udp", "80-82:80-82", "[::1]:80:80", "${P:-80}:80", "5432:5432", "6379", "0:80", "443:8443", "8080-8081:80"},
	"expose":              {"80", "90-91", "53/udp", "5432"},
	"published":           {"80", "8080-8082", "0", ""},
	"protocol":            {"tcp", "udp", "sctp"},
	"host_ip":             {"127.0.0.1", "0.0.0.0", "::1", "10.0.0.1"},
	"mode":                {"host", "ingress", "replicated", "global", "0440"},
	"volumes":             {"v:/data", "./file.txt:/etc/x.conf:ro", ".:/app", "/var/run/docker.sock:/var/run/docker.sock", "vol:/var/lib/postgresql/data", "/anonymous", "./dir:/d", "~/x:/x", "v:/data:nocopy", "./none:/n"},
	"type":                {"volume", "bind", "tmpfs", "cluster", "npipe", "image"},
	"source":              {"v", "./file.txt", ".", "c", "s", "/tmp"},
	"target":              {"/data", "/etc/x", "80", "/", "x", "stage"},
	"volumes_from":        {"a", "b:ro", "container:x"},
	"environment":         {"A=1", "B", "DB_PASSWORD=${DB_PASSWORD}", "URL=http://b:80/", "API_KEY=abc123def", "PORT=${P:-80}", "=x", "A=a=b", "X=$$HOME"},
	"labels":              {"a=b", "traefik.enable=true", "traefik.http.routers.r.rule=Host(`x.example.com`)", "kompose.service.type=nodeport", "kompose.service.expose=true", "kompose.cronjob.schedule=* * * * *", "com.example/x=y"},
	"annotations":         {"a=b", "kompose.volume.size=1Gi"},
	"env_file":            {"a.env", "none.env"},
	"label_file":          {"a.env"},
	"path":                {"a.env", "other.yaml", "./dir"},
	"command":             {"sleep 1", "sh -c 'echo $$A'", "--password=x", "redis-server --requirepass abc", "", "python manage.py migrate"},
	"entrypoint":          {"/x.sh", "", "sh -c"},
	"test":                {"curl -f http://localhost/", "CMD", "NONE", "CMD-SHELL", "true"},
	"depends_on":          {"a", "b", "db", "none"},
	"links":               {"a", "b:alias", "db:db"},
	"external_links":      {"x", "x:y"},
	"extends":             {"a", "b"},
	"service":             {"a", "base", "none"},
	"file":                {"other.yaml", "./file.txt", "./none", "compose.yaml"},
	"networks":            {"n", "m", "default"},
	"configs":             {"c"},
	"secrets":             {"s"},
	"network_mode":        {"host", "none", "bridge", "service:a", "service:db", "container:x"},
	"pid":                 {"host", "service:a"},
	"ipc":                 {"host", "shareable", "service:a", "none"},
	"uts":                 {"host"},
	"userns_mode":         {"host"},
	"user":                {"1000", "0:0", "app", "1000:app", "${U:-1}"},
	"group_add":           {"1000", "docker"},
	"restart":             {"always", "no", "on-failure:3", "unless-stopped", "on-failure"},
	"condition":           {"service_started", "service_healthy", "service_completed_successfully", "on-failure", "any", "none"},
	"interval":            {"30s", "1m", "1h2m", "0", "500ms"},
	"timeout":             {"3s", "1m"},
	"start_period":        {"1s"},
	"start_interval":      {"1s"},
	"stop_grace_period":   {"1m", "10s"},
	"stop_signal":         {"SIGTERM", "9", "SIGRTMIN+3"},
	"delay":               {"5s"},
	"window":              {"5s"},
	"monitor":             {"5s"},
	"memory":              {"64m", "1g", "1.5G", "0"},
	"mem_limit":           {"64m", "1g", "100"},
	"mem_reservation":     {"32m"},
	"memswap_limit":       {"-1", "1g"},
	"shm_size":            {"64m"},
	"size":                {"1m", "0"},
	"cpus":                {"0.5", "2", "0.001"},
	"cpuset":              {"0-1"},
	"tmpfs":               {"/t", "/t:size=1m"},
	"devices":             {"/dev/x:/dev/x", "/dev/fuse:/dev/fuse:rw", "nvidia.com/gpu=all"},
	"cap_add":             {"NET_ADMIN", "ALL", "cap_x"},
	"cap_drop":            {"ALL"},
	"security_opt":        {"no-new-privileges:true", "seccomp=unconfined", "apparmor:x", "label=disable"},
	"sysctls":             {"net.core.somaxconn=1", "kernel.shmmax=5"},
	"extra_hosts":         {"a:1.2.3.4", "host.docker.internal:host-gateway", "b=::1"},
	"dns":                 {"1.1.1.1", "8.8.8.8"},
	"dns_search":          {"example.com", "."},
	"hostname":            {"h", "web.example.com"},
	"container_name":      {"the-one", "b1"},
	"platform":            {"linux/amd64", "windows/amd64"},
	"pull_policy":         {"always", "build", "if_not_present", "every_12h", "daily"},
	"context":             {".", "./dir", "https://example.com/x.git"},
	"build":               {".", "./dir", "https://example.com/x.git#main:sub"},
	"dockerfile":          {"Dockerfile", "none"},
	"dockerfile_inline":   {"FROM nginx\nUSER 5\n", "FROM"},
	"driver":              {"local", "bridge", "host", "json-file", "nfs"},
	"driver_opts":         {"type=nfs", "/x"},
	"subnet":              {"10.0.0.0/8", "fd00::/64"},
	"ipv4_address":        {"10.0.0.5"},
	"constraints":         {"node.role == manager", "node.labels.x==y", "node.hostname!=n"},
	"preferences":         {"spread"},
	"spread":              {"node.labels.zone"},
	"profiles":            {"p", "tools"},
	"schedule":            {"* * * * *", "@daily", "0 25 * * *", "CRON_TZ=Asia/Tokyo 0 1 * * *"},
	"cron":                {"* * * * *", "@every 1h"},
	"timezone":            {"Asia/Tokyo", "x"},
	"working_dir":         {"/app", "app"},
	"name":                {"n", "proj", "A B", "${N:-n}"},
	"gpus":                {"all"},
	"include":             {"other.yaml", "none.yaml"},
	"driver_config":       {"x"},
	"additional_contexts": {"a=./dir", "b=service:a"},
	"pids_limit":          {"5", "-1"},
	"replicas":            {"2", "0"},
	"action":              {"sync", "rebuild", "restart"},
	"oom_score_adj":       {"5"},
	"device_ids":          {"0"},
	"umask":               {"022"},
	"mem_swappiness":      {"5"},
	"rate":                {"1m", "5"},
	"count":               {"all", "1"},
	"cpu_percent":         {"50"},
	"cpu_count":           {"2"},
	"scale":               {"3"},
}

var plainTexts = []string{"x", "a", "1", "true", "a b", "/a", "é", "a:b", "a=b", "${A}", "$$A", "*.x", "@x", "30s"}

// text returns a text for a key.
func (w *wild) text(key string) string {
	text := of(w.random, plainTexts...)
	if texts := wildTexts[key]; len(texts) > 0 && w.random.IntN(40) > 0 {
		text = of(w.random, texts...)
	}
	if w.secret != "" && w.random.IntN(60) == 0 {
		text = of(w.random, w.secret, text+w.secret, text+"${DB_PASSWORD}", "https://u:"+w.secret+"@example.com/")
	}
	return text
}

// name returns a key for a mapping whose keys are free.
func (w *wild) name(of string) string {
	switch of {
	case "networks":
		return []string{"n", "m", "default"}[w.random.IntN(3)]
	case "depends_on":
		return []string{"a", "b", "db", "none"}[w.random.IntN(4)]
	case "environment", "args":
		return []string{"A", "B", "DB_PASSWORD", "API_TOKEN", "PGDATA", "PORT", "a b", ""}[w.random.IntN(8)]
	case "labels", "annotations":
		return []string{"a", "traefik.enable", "traefik.http.services.s.loadbalancer.server.port", "kompose.service.type", "x/y", "caddy", "a b"}[w.random.IntN(7)]
	case "sysctls":
		return []string{"net.core.somaxconn", "kernel.x"}[w.random.IntN(2)]
	case "ulimits":
		return []string{"nofile", "memlock"}[w.random.IntN(2)]
	}
	return []string{"a", "b", "x-a", "A", "web", "default"}[w.random.IntN(6)]
}

// extension returns settings of x-kubernetes.
func (w *wild) extension() any {
	out := map[string]any{}
	for range 1 + w.random.IntN(3) {
		key := of(w.random, "as", "kind", "copyUp", "singleton", "fsGroup", "serviceAccountName", "autoscale", "requests", "request", "limit", "size", "storageClass", "accessMode", "ports", "liveness", "readiness",
			"podLabels", "podAnnotations", "labels", "annotations", "patches", "initContainers", "nodePort", "ingressClass", "tlsSecret", "accept", "namespace", "networkPolicies", "kubeVersion", "domain", "waitImage", "secretStore", "chart", "imagePullSecrets", "schedule", "x")
		out[key] = of[any](w.random, "x", "1Gi", "StatefulSet", "CronJob", "none", "secret", "shared", true, false, 1, 0, -1, 1.5, nil, []any{}, []any{"x"}, map[string]any{}, map[string]any{"a": "b"}, map[string]any{"min": 1, "max": 3, "cpu": 50},
			[]any{map[string]any{"name": "x", "image": "y"}}, map[string]any{"port": 80, "path": "/"}, []any{map[string]any{"op": "add", "path": "/x", "value": 1}}, "* * * * *", "1.30", "9999999999999Gi", "1e400")
	}
	return out
}
