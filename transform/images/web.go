package images

// phpDocs is where the PHP images that serve a program of their own keep it; their entrypoints fill it when it is empty, so a
// volume there needs nothing from the image.
var phpDocs = []string{"/var/www/html"}

// nextcloudDirs are directories that Nextcloud fills and takes over only while they are empty, where they are volumes of their own.
// Source: https://github.com/nextcloud/docker/blob/master/docker-entrypoint.sh (directory_empty)
var nextcloudDirs = []string{"/var/www/html/config", "/var/www/html/data", "/var/www/html/custom_apps", "/var/www/html/themes"}

// phpConfig is where the PHP images have the configuration of the language and of its server.
var phpConfig = []string{"/usr/local/etc"}

// web are web servers, proxies and programs that are used through a browser.
var web = []Image{
	{
		Repositories: []string{"docker.io/library/nginx"},
		Source:       "https://github.com/nginx/docker-nginx/blob/master/stable/debian/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, ContentDirs: []string{"/etc/nginx", "/usr/share/nginx/html"}, Shell: true,
		Users: []User{{"nginx", Owner{101, 101}}},
	},
	{
		Repositories: []string{"docker.io/nginxinc/nginx-unprivileged"},
		Source:       "https://github.com/nginx/docker-nginx-unprivileged/blob/main/stable/debian/Dockerfile",
		Ports:        []string{"8080/tcp"}, User: "101", NamedTags: `^1\.(\d|1[0-7])(\D|$)`, Process: &Owner{101, 101}, ContentDirs: []string{"/etc/nginx", "/usr/share/nginx/html"}, Shell: true,
		Users: []User{{"nginx", Owner{101, 101}}},
	},
	{
		Repositories: []string{"docker.io/library/httpd"},
		Source:       "https://github.com/docker-library/httpd/blob/master/2.4/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, ContentDirs: []string{"/usr/local/apache2/conf", "/usr/local/apache2/htdocs"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/library/traefik"},
		Source:       "https://github.com/traefik/traefik-library-image/blob/master/v3.7/alpine/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root,
	},
	{
		Repositories: []string{"docker.io/library/caddy"},
		Source:       "https://github.com/caddyserver/caddy-docker/blob/master/2.11/alpine/Dockerfile",
		Ports:        []string{"80/tcp", "443/tcp", "443/udp", "2019/tcp"}, Process: root, DataDirs: []string{"/data"},
		ContentDirs: []string{"/etc/caddy", "/usr/share/caddy"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/library/haproxy"},
		Source:       "https://github.com/docker-library/haproxy/blob/master/2.6/Dockerfile",
		User:         "haproxy", Process: &Owner{99, 99}, Shell: true, Users: []User{{"haproxy", Owner{99, 99}}},
	},
	{
		Repositories: []string{"docker.io/library/wordpress", "docker.io/library/nextcloud"},
		Tags:         `fpm.*alpine`,
		Source:       "https://github.com/docker-library/wordpress/blob/master/latest/php8.5/fpm-alpine/Dockerfile",
		Ports:        []string{"9000/tcp"}, Process: root, Volumes: phpDocs, DataDirs: phpDocs, ContentDirs: phpConfig, Shell: true, EmptyDirs: nextcloudDirs,
		Users: []User{{"www-data", Owner{82, 82}}},
	},
	{
		Repositories: []string{"docker.io/library/wordpress", "docker.io/library/nextcloud"},
		Tags:         `fpm`,
		Source:       "https://github.com/docker-library/wordpress/blob/master/latest/php8.5/fpm/Dockerfile",
		Ports:        []string{"9000/tcp"}, Process: root, Volumes: phpDocs, DataDirs: phpDocs, ContentDirs: phpConfig, Shell: true, EmptyDirs: nextcloudDirs,
		Users: []User{{"www-data", Owner{33, 33}}},
	},
	{
		Repositories: []string{"docker.io/library/wordpress", "docker.io/library/nextcloud"},
		Tags:         `^(?:[^c]|c[^l])*$`, // wordpress:cli is a tool
		Source:       "https://github.com/nextcloud/docker/blob/master/34/apache/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, Volumes: phpDocs, DataDirs: phpDocs, ContentDirs: phpConfig, Shell: true, EmptyDirs: nextcloudDirs,
		Users: []User{{"www-data", Owner{33, 33}}},
	},
	{
		Repositories: []string{"docker.io/searxng/searxng"},
		Source:       "https://github.com/searxng/searxng/blob/master/container/dist.dockerfile",
		Ports:        []string{"8080/tcp"}, Volumes: []string{"/etc/searxng"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/library/ghost"},
		Source:       "https://github.com/docker-library/ghost/blob/master/6/bookworm/Dockerfile",
		Ports:        []string{"2368/tcp"}, Process: root, Volumes: []string{"/var/lib/ghost/content"}, DataDirs: []string{"/var/lib/ghost/content"}, Shell: true,
		Users: []User{{"node", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/library/phpmyadmin", "docker.io/phpmyadmin/phpmyadmin"},
		Tags:         `fpm`,
		Source:       "https://github.com/phpmyadmin/docker/blob/master/fpm/Dockerfile",
		Ports:        []string{"9000/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/library/phpmyadmin", "docker.io/phpmyadmin/phpmyadmin"},
		Source:       "https://github.com/phpmyadmin/docker/blob/master/apache/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/library/adminer"},
		Tags:         `^[^f]*$`,
		Source:       "https://github.com/TimWolla/docker-adminer/blob/master/5/Dockerfile",
		Ports:        []string{"8080/tcp"}, User: "adminer", Shell: true,
	},
	{
		Repositories: []string{"docker.io/nacos/nacos-server"},
		Tags:         `^v?[12]\.`,
		Source:       "https://github.com/nacos-group/nacos-docker/blob/master/build/Dockerfile",
		Process:      root, ContentDirs: []string{"/home/nacos/bin", "/home/nacos/conf"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/dpage/pgadmin4"},
		Source:       "https://github.com/pgadmin-org/pgadmin4/blob/master/Dockerfile",
		Ports:        []string{"80/tcp", "443/tcp"}, User: "5050", NamedTags: `^[1-7](\D|$)`, Process: &Owner{5050, 0}, Volumes: []string{"/var/lib/pgadmin"}, DataDirs: []string{"/var/lib/pgadmin"},
		Shell: true, Users: []User{{"pgadmin", Owner{5050, 0}}},
	},
	{
		Repositories: []string{"docker.io/gitea/gitea"},
		Tags:         `^(?:[^r]|r[^o])*$`, // not rootless
		Source:       "https://github.com/go-gitea/gitea/blob/main/Dockerfile",
		Ports:        []string{"22/tcp", "3000/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
		Users: []User{{"git", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/library/registry", "docker.io/distribution/distribution"},
		Source:       "https://github.com/distribution/distribution-library-image/blob/main/Dockerfile",
		Ports:        []string{"5000/tcp"}, Process: root, Volumes: []string{"/var/lib/registry"}, DataDirs: []string{"/var/lib/registry"}, DataVariables: []string{"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY"}, Shell: true,
	},
	{
		Repositories: []string{"quay.io/keycloak/keycloak", "docker.io/jboss/keycloak"},
		Tags:         `^(\d|1[0-6])(\.|$)`, // on WildFly
		Source:       "https://github.com/keycloak/keycloak-containers/blob/main/server/Dockerfile",
		Ports:        []string{"8080/tcp", "8443/tcp"}, User: "1000", Process: &Owner{1000, 0}, DataDirs: []string{"/opt/jboss/keycloak/standalone/data"},
		Users: []User{{"jboss", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"quay.io/keycloak/keycloak"},
		Source:       "https://github.com/keycloak/keycloak/blob/main/quarkus/container/Dockerfile",
		Ports:        []string{"8080/tcp", "8443/tcp"}, User: "1000", Process: &Owner{1000, 0}, DataDirs: []string{"/opt/keycloak/data"},
		Users: []User{{"keycloak", Owner{1000, 0}}},
	},
	{
		Repositories: []string{"docker.io/grafana/grafana", "docker.io/grafana/grafana-oss", "docker.io/grafana/grafana-enterprise"},
		Source:       "https://grafana.com/docs/grafana/latest/setup-grafana/installation/docker/",
		Ports:        []string{"3000/tcp"}, User: "472", NamedTags: `^[1-7](\D|$)`, Process: &Owner{472, 0}, DataDirs: []string{"/var/lib/grafana"}, DataVariables: []string{"GF_PATHS_DATA"}, ContentDirs: []string{"/etc/grafana"}, Shell: true,
		Users: []User{{"grafana", Owner{472, 0}}},
	},
	{
		Repositories: []string{"docker.io/grafana/loki"},
		Source:       "https://github.com/grafana/loki/blob/main/cmd/loki/Dockerfile", // which does not expose the ports of its peers
		User:         "10001", NamedTags: `^[0-2]\.|^3\.[0-4](\D|$)`, Process: &Owner{10001, 10001}, DataDirs: []string{"/loki"}, Shell: true,
		Users: []User{{"loki", Owner{10001, 10001}}},
	},
	{
		Repositories: []string{"docker.io/prom/prometheus", "quay.io/prometheus/prometheus"},
		Source:       "https://github.com/prometheus/prometheus/blob/main/Dockerfile",
		Ports:        []string{"9090/tcp"}, User: "nobody", Process: &Owner{65534, 65534}, Volumes: []string{"/prometheus"}, DataDirs: []string{"/prometheus"},
		ContentDirs: []string{"/etc/prometheus"}, Users: []User{{"nobody", Owner{65534, 65534}}},
	},
	{
		Repositories: []string{"docker.io/mailhog/mailhog"},
		Source:       "https://github.com/mailhog/MailHog/blob/master/Dockerfile",
		Ports:        []string{"1025/tcp", "8025/tcp"}, User: "mailhog", Process: &Owner{1000, 1000}, Shell: true, Users: []User{{"mailhog", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/axllent/mailpit", "ghcr.io/axllent/mailpit"},
		Source:       "https://github.com/axllent/mailpit/blob/develop/Dockerfile",
		Ports:        []string{"1025/tcp", "1110/tcp", "8025/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/graylog/graylog"},
		Source:       "https://github.com/Graylog2/graylog-docker/blob/6.1/docker/oss/Dockerfile",
		Ports:        []string{"9000/tcp"}, User: "graylog", Process: &Owner{1100, 1100}, Volumes: []string{"/usr/share/graylog/data"},
		DataDirs: []string{"/usr/share/graylog/data"}, ContentDirs: []string{"/usr/share/graylog/data"}, Shell: true,
		Users: []User{{"graylog", Owner{1100, 1100}}},
	},
}

// bases are images that others are built from; they have a shell and nothing else that a mount could meet.
var bases = []Image{
	{
		Repositories: []string{"docker.io/library/node"},
		Source:       "https://github.com/nodejs/docker-node/blob/main/22/bookworm/Dockerfile",
		Process:      root, Shell: true, Users: []User{{"node", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/library/php"},
		Tags:         `apache`,
		Source:       "https://github.com/docker-library/php/blob/master/8.4/bookworm/apache/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, ContentDirs: phpConfig, Shell: true, Users: []User{{"www-data", Owner{33, 33}}},
	},
	{
		Repositories: []string{"docker.io/library/php"},
		Tags:         `fpm`,
		Source:       "https://github.com/docker-library/php/blob/master/8.4/bookworm/fpm/Dockerfile",
		Ports:        []string{"9000/tcp"}, Process: root, ContentDirs: phpConfig, Shell: true,
	},
	{
		Repositories: []string{
			"docker.io/library/alpine", "docker.io/library/busybox", "docker.io/library/debian", "docker.io/library/ubuntu",
			"docker.io/library/python", "docker.io/library/golang", "docker.io/library/ruby", "docker.io/library/rust", "docker.io/library/php",
			"docker.io/library/eclipse-temurin", "docker.io/library/maven", "docker.io/library/gradle", "docker.io/library/openjdk",
		},
		Source:  "https://github.com/docker-library/official-images/tree/master/library",
		Process: root, Shell: true,
	},
	{
		Repositories: distrolessRepositories(),
		Tags:         `^nonroot`,
		Source:       "https://github.com/GoogleContainerTools/distroless/blob/main/common/variables.bzl",
		User:         "65532", Process: &Owner{65532, 65532}, NoShell: true, Users: []User{{"nonroot", Owner{65532, 65532}}},
	},
	{
		Repositories: distrolessRepositories(),
		Tags:         `^(latest|amd64|arm64|arm|s390x|ppc64le|riscv64)$`,
		Source:       "https://github.com/GoogleContainerTools/distroless/blob/main/README.md",
		Process:      root, NoShell: true, Users: []User{{"nonroot", Owner{65532, 65532}}},
	},
	{
		Repositories: distrolessRepositories(), // with a shell of busybox, in a directory of its own
		Tags:         `nonroot`,
		Source:       "https://github.com/GoogleContainerTools/distroless/blob/main/common/variables.bzl",
		User:         "65532", Process: &Owner{65532, 65532}, Users: []User{{"nonroot", Owner{65532, 65532}}},
	},
	{
		Repositories: []string{
			"mcr.microsoft.com/dotnet/aspnet", "mcr.microsoft.com/dotnet/runtime", "mcr.microsoft.com/dotnet/runtime-deps", "mcr.microsoft.com/dotnet/sdk",
		},
		Tags:    `^(8|9|10|latest)(?:[^w]|w[^i])*$`, // not those of Windows
		Source:  "https://github.com/dotnet/dotnet-docker/blob/main/src/runtime-deps/8.0/bookworm-slim/amd64/Dockerfile",
		Process: root, Shell: true, Users: []User{{"app", Owner{1654, 1654}}, {"$APP_UID", Owner{1654, 1654}}},
	},
}

// distrolessRepositories returns the repositories of images without a shell that have a variant for another user than root.
func distrolessRepositories() []string {
	var list []string
	for _, name := range []string{"static", "base", "base-nossl", "cc", "java", "java-base", "java17", "java21", "java25", "nodejs", "nodejs20", "nodejs22", "nodejs24", "python3"} {
		for _, system := range []string{"", "-debian11", "-debian12", "-debian13"} {
			list = append(list, "gcr.io/distroless/"+name+system)
		}
	}
	return list
}
