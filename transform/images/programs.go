package images

// jupyter returns the repositories of images of Jupyter, which moved from one registry to another.
func jupyter(names ...string) []string {
	var list []string
	for _, name := range names {
		list = append(list, "docker.io/jupyter/"+name, "quay.io/jupyter/"+name)
	}
	return list
}

// programs are what people run for themselves and their teams; many keep what is entered into them in a small database of their own.
var programs = []Image{
	{
		Repositories: []string{"docker.io/portainer/portainer-ce", "docker.io/portainer/portainer-ee"},
		Source:       "https://github.com/portainer/portainer/blob/develop/build/linux/Dockerfile",
		Ports:        []string{"8000/tcp", "9000/tcp", "9443/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"},
	},
	{
		Repositories: []string{"docker.io/jenkins/jenkins"},
		Source:       "https://github.com/jenkinsci/docker/blob/master/debian/Dockerfile",
		Ports:        []string{"8080/tcp", "50000/tcp"}, User: "jenkins", Process: &Owner{1000, 1000}, Volumes: []string{"/var/jenkins_home"},
		DataDirs: []string{"/var/jenkins_home"}, Shell: true, Users: []User{{"jenkins", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/vaultwarden/server"},
		Source:       "https://github.com/dani-garcia/vaultwarden/blob/main/docker/Dockerfile.debian",
		Ports:        []string{"80/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, DataVariables: []string{"DATA_FOLDER"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/louislam/uptime-kuma"},
		Source:       "https://github.com/louislam/uptime-kuma/blob/master/docker/dockerfile",
		Ports:        []string{"3001/tcp"}, Process: root, Volumes: []string{"/app/data"}, DataDirs: []string{"/app/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/syncthing/syncthing"},
		Source:       "https://github.com/syncthing/syncthing/blob/main/Dockerfile",
		Ports:        []string{"8384/tcp", "22000/tcp", "21027/udp"}, Process: root, Volumes: []string{"/var/syncthing"}, DataDirs: []string{"/var/syncthing"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/gogs/gogs"},
		Source:       "https://github.com/gogs/gogs/blob/main/Dockerfile",
		Ports:        []string{"22/tcp", "3000/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/ejabberd/ecs"},
		Source:       "https://github.com/processone/docker-ejabberd/blob/master/ecs/Dockerfile",
		User:         "ejabberd", Process: &Owner{9000, 9000}, Volumes: []string{"/home/ejabberd/conf", "/home/ejabberd/database", "/home/ejabberd/logs"},
		DataDirs: []string{"/home/ejabberd/database"}, ContentDirs: []string{"/home/ejabberd/conf"}, Shell: true, Users: []User{{"ejabberd", Owner{9000, 9000}}},
	},
	{
		Repositories: []string{"docker.io/nodered/node-red"},
		Source:       "https://github.com/node-red/node-red-docker/blob/master/docker-custom/Dockerfile.custom",
		Ports:        []string{"1880/tcp"}, User: "node-red", Process: &Owner{1000, 1000}, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
		Users: []User{{"node-red", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/n8nio/n8n", "docker.n8n.io/n8nio/n8n"},
		Source:       "https://github.com/n8n-io/n8n/blob/master/docker/images/n8n/Dockerfile",
		Ports:        []string{"5678/tcp"}, User: "node", Process: &Owner{1000, 1000}, DataDirs: []string{"/home/node/.n8n"}, DataVariables: []string{"N8N_USER_FOLDER"}, Shell: true,
		Users: []User{{"node", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/sonatype/nexus3"},
		Source:       "https://github.com/sonatype/docker-nexus3/blob/main/Dockerfile.java17",
		Ports:        []string{"8081/tcp"}, User: "nexus", Process: &Owner{200, 200}, Volumes: []string{"/nexus-data"}, DataDirs: []string{"/nexus-data"}, Shell: true,
		Users: []User{{"nexus", Owner{200, 200}}},
	},
	{
		Repositories: []string{"ghcr.io/open-webui/open-webui"},
		Source:       "https://github.com/open-webui/open-webui/blob/main/Dockerfile",
		Ports:        []string{"8080/tcp"}, Process: root, DataDirs: []string{"/app/backend/data"}, ContentDirs: []string{"/app/backend", "/app/backend/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/ollama/ollama"},
		Source:       "https://github.com/ollama/ollama/blob/main/Dockerfile",
		Ports:        []string{"11434/tcp"}, Process: root, DataDirs: []string{"/root/.ollama"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/homeassistant/home-assistant", "ghcr.io/home-assistant/home-assistant"},
		Source:       "https://github.com/home-assistant/core/blob/dev/Dockerfile",
		Process:      root, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/adguard/adguardhome"},
		Source:       "https://github.com/AdguardTeam/AdGuardHome/blob/master/docker/Dockerfile",
		Ports:        []string{"53/tcp", "53/udp", "67/udp", "68/udp", "80/tcp", "443/tcp", "443/udp", "853/tcp", "853/udp", "3000/tcp", "3000/udp", "5443/tcp", "5443/udp", "6060/tcp"},
		Process:      root, DataDirs: []string{"/opt/adguardhome/work", "/opt/adguardhome/conf"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/esphome/esphome", "ghcr.io/esphome/esphome"},
		Source:       "https://github.com/esphome/esphome/blob/dev/docker/Dockerfile",
		Ports:        []string{"6052/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/jc21/nginx-proxy-manager"},
		Source:       "https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/Dockerfile",
		Ports:        []string{"80/tcp", "81/tcp", "443/tcp"}, Process: root, Volumes: []string{"/data", "/etc/letsencrypt"},
		DataDirs: []string{"/data", "/etc/letsencrypt"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/apache/airflow"},
		Source:       "https://github.com/apache/airflow/blob/main/Dockerfile", // which does not expose where workers serve their logs
		User:         "50000", NamedTags: `^1\.`, Process: &Owner{50000, 0}, Shell: true,
		Users: []User{{"airflow", Owner{50000, 0}}},
	},
	{
		Repositories: jupyter("base-notebook", "minimal-notebook", "scipy-notebook", "r-notebook", "julia-notebook", "datascience-notebook", "tensorflow-notebook", "pytorch-notebook", "pyspark-notebook", "all-spark-notebook"),
		Source:       "https://github.com/jupyter/docker-stacks/blob/main/images/docker-stacks-foundation/Dockerfile", // drivers of Spark open ports of their own
		Process:      &Owner{1000, 100}, Shell: true,
		Users: []User{{"jovyan", Owner{1000, 100}}},
	},
	{
		Repositories: []string{"docker.io/gitlab/gitlab-ce", "docker.io/gitlab/gitlab-ee"},
		Source:       "https://gitlab.com/gitlab-org/omnibus-gitlab/-/blob/master/docker/Dockerfile",
		Ports:        []string{"22/tcp", "80/tcp", "443/tcp"}, Process: root, Volumes: []string{"/etc/gitlab", "/var/log/gitlab", "/var/opt/gitlab"},
		DataDirs: []string{"/etc/gitlab", "/var/opt/gitlab"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/gitlab/gitlab-runner"},
		Source:       "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/main/dockerfiles/runner/ubuntu/Dockerfile",
		Process:      root, Volumes: []string{"/etc/gitlab-runner", "/home/gitlab-runner"}, Shell: true,
	},
}
