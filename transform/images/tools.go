package images

// tools are programs beside an application: proxies, renderers, mail traps, consoles, mock servers.
var tools = []Image{
	{
		Repositories: []string{"docker.io/traefik/whoami"},
		Source:       "https://github.com/traefik/whoami/blob/master/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/selenium/hub"},
		Tags:         `^([^23]|[23][^.])`,
		Source:       "https://github.com/SeleniumHQ/docker-selenium/blob/trunk/Hub/Dockerfile",
		Ports:        []string{"4442/tcp", "4443/tcp", "4444/tcp"}, User: "1200", Process: &Owner{1200, 1201}, Shell: true,
		Users: []User{{"seluser", Owner{1200, 1201}}},
	},
	{
		Repositories: []string{"docker.io/selenium/node-chrome", "docker.io/selenium/node-chromium", "docker.io/selenium/node-edge", "docker.io/selenium/node-firefox"},
		Tags:         `^([^23]|[23][^.])`,
		Source:       "https://github.com/SeleniumHQ/docker-selenium/blob/trunk/NodeBase/Dockerfile",
		User:         "1200", Process: &Owner{1200, 1201}, Shell: true, // it exposes 5900 and not 5555, at which the hub calls it
		Users: []User{{"seluser", Owner{1200, 1201}}},
	},
	{
		Repositories: []string{"docker.io/selenium/standalone-chrome", "docker.io/selenium/standalone-chromium", "docker.io/selenium/standalone-edge", "docker.io/selenium/standalone-firefox"},
		Tags:         `^([^23]|[23][^.])`,
		Source:       "https://github.com/SeleniumHQ/docker-selenium/blob/trunk/Standalone/Dockerfile",
		Ports:        []string{"4444/tcp", "5900/tcp"}, User: "1200", Process: &Owner{1200, 1201}, Shell: true,
		Users: []User{{"seluser", Owner{1200, 1201}}},
	},
	{
		Repositories: []string{"docker.io/gotenberg/gotenberg"},
		Tags:         `^([78](\.\d+)*|latest|edge)$`,
		Source:       "https://github.com/gotenberg/gotenberg/blob/main/build/Dockerfile",
		Ports:        []string{"3000/tcp"}, User: "gotenberg", Process: &Owner{1001, 1001}, Shell: true,
		Users: []User{{"gotenberg", Owner{1001, 1001}}},
	},
	{
		Repositories: []string{"docker.io/apache/tika"},
		Tags:         `^([2-9]\.|latest)`,
		Source:       "https://github.com/apache/tika-docker/blob/main/full/Dockerfile",
		Ports:        []string{"9998/tcp"}, User: "35002:35002", Process: &Owner{35002, 35002}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/sj26/mailcatcher"},
		Source:       "https://github.com/sj26/mailcatcher/blob/main/Dockerfile",
		Ports:        []string{"1025/tcp", "1080/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/maildev/maildev"},
		Tags:         `^([2-9]|latest)`,
		Source:       "https://github.com/maildev/maildev/blob/main/Dockerfile",
		Ports:        []string{"1025/tcp", "1080/tcp"}, User: "node", Process: &Owner{1000, 1000}, Shell: true,
		Users: []User{{"node", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/nginxproxy/nginx-proxy", "docker.io/jwilder/nginx-proxy", "ghcr.io/nginx-proxy/nginx-proxy"},
		Source:       "https://github.com/nginx-proxy/nginx-proxy/blob/main/Dockerfile.debian",
		Ports:        []string{"80/tcp"}, Process: root, ContentDirs: []string{"/etc/nginx", "/usr/share/nginx/html"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/provectuslabs/kafka-ui", "ghcr.io/kafbat/kafka-ui", "docker.io/kafbat/kafka-ui"},
		Source:       "https://github.com/kafbat/kafka-ui/blob/main/api/Dockerfile",
		Ports:        []string{"8080/tcp"}, User: "kafkaui", Shell: true,
	},
	{
		Repositories: []string{"ghcr.io/berriai/litellm"},
		Source:       "https://github.com/BerriAI/litellm/blob/main/Dockerfile",
		Ports:        []string{"4000/tcp"},
	},
	{
		Repositories: []string{"ghcr.io/umami-software/umami", "docker.umami.is/umami-software/umami"},
		Source:       "https://github.com/umami-software/umami/blob/master/Dockerfile",
		Ports:        []string{"3000/tcp"}, User: "nextjs", Shell: true,
	},
	{
		Repositories: []string{"docker.io/pactfoundation/pact-broker"},
		Source:       "https://github.com/pact-foundation/pact-broker-docker/blob/master/Dockerfile",
		User:         "ruby", Shell: true,
	},
	{
		Repositories: []string{"docker.io/redis/redisinsight"},
		Source:       "https://github.com/redis/RedisInsight/blob/main/Dockerfile",
		Ports:        []string{"5540/tcp"}, User: "node", Process: &Owner{1000, 1000}, DataDirs: []string{"/data"}, Shell: true,
		Users: []User{{"node", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/library/mongo-express"},
		Source:       "https://github.com/mongo-express/mongo-express-docker/blob/master/1.0/20-alpine3.19/Dockerfile",
		Ports:        []string{"8081/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/swaggerapi/swagger-ui", "docker.swagger.io/swaggerapi/swagger-ui"},
		Source:       "https://github.com/swagger-api/swagger-ui/blob/master/Dockerfile",
		Ports:        []string{"80/tcp", "8080/tcp"}, Process: root, ContentDirs: []string{"/etc/nginx", "/usr/share/nginx/html"},
		Shell: true,
	},
	{
		Repositories: []string{"docker.io/library/kong", "docker.io/kong/kong"},
		Tags:         `^([23](\.|$)|latest)`,
		Source:       "https://github.com/Kong/docker-kong/blob/master/ubuntu/Dockerfile",
		Ports:        []string{"8000/tcp", "8001/tcp", "8443/tcp", "8444/tcp"}, User: "kong", Shell: true,
	},
	{
		Repositories: []string{"docker.io/mockserver/mockserver"},
		Tags:         `^(latest|(mockserver-)?5\.1[2-9]\.\d+)$`,
		Source:       "https://github.com/mock-server/mockserver/blob/master/docker/Dockerfile",
		Ports:        []string{"1080/tcp"}, User: "nonroot", Process: &Owner{65532, 65532}, NoShell: true,
		Users: []User{{"nonroot", Owner{65532, 65532}}},
	},
	{
		Repositories: []string{"docker.io/wiremock/wiremock"},
		Source:       "https://github.com/wiremock/wiremock-docker/blob/main/Dockerfile",
		Ports:        []string{"8080/tcp", "8443/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"ghcr.io/browserless/chrome", "ghcr.io/browserless/chromium"},
		Source:       "https://github.com/browserless/browserless/blob/main/docker/base/Dockerfile",
		Ports:        []string{"3000/tcp"}, User: "blessuser", Shell: true,
	},
	{
		Repositories: []string{"docker.io/libretranslate/libretranslate"},
		Source:       "https://github.com/LibreTranslate/LibreTranslate/blob/main/docker/Dockerfile",
		Ports:        []string{"5000/tcp"}, User: "libretranslate", DataDirs: []string{"/home/libretranslate/.local"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/cloudflare/cloudflared"},
		Source:       "https://github.com/cloudflare/cloudflared/blob/master/Dockerfile",
		User:         "65532:65532", NamedTags: `^(20(1\d|2[0-4])\.|2025\.[1-7]\.)`, Process: &Owner{65532, 65532}, NoShell: true,
		Users: []User{{"nonroot", Owner{65532, 65532}}},
	},
	{
		Repositories: []string{"docker.io/tailscale/tailscale", "ghcr.io/tailscale/tailscale"},
		Source:       "https://github.com/tailscale/tailscale/blob/main/build_docker.sh", // which does not say what its base exposes
		Shell:        true,
	},
}
