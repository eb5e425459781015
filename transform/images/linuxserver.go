package images

// linuxserver are images of LinuxServer.io: their init starts as root and becomes the user of PUID.
var linuxserver = []Image{
	{
		Repositories: []string{"docker.io/linuxserver/bazarr", "lscr.io/linuxserver/bazarr", "ghcr.io/linuxserver/bazarr"},
		Source:       "https://github.com/linuxserver/docker-bazarr/blob/master/Dockerfile",
		Ports:        []string{"6767/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/bookstack", "lscr.io/linuxserver/bookstack", "ghcr.io/linuxserver/bookstack"},
		Source:       "https://github.com/linuxserver/docker-bookstack/blob/master/Dockerfile",
		Ports:        []string{"80/tcp", "443/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/calibre-web", "lscr.io/linuxserver/calibre-web", "ghcr.io/linuxserver/calibre-web"},
		Source:       "https://github.com/linuxserver/docker-calibre-web/blob/master/Dockerfile",
		Ports:        []string{"8083/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/code-server", "lscr.io/linuxserver/code-server", "ghcr.io/linuxserver/code-server"},
		Source:       "https://github.com/linuxserver/docker-code-server/blob/master/Dockerfile",
		Ports:        []string{"8443/tcp"}, Process: root, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/duplicati", "lscr.io/linuxserver/duplicati", "ghcr.io/linuxserver/duplicati"},
		Source:       "https://github.com/linuxserver/docker-duplicati/blob/master/Dockerfile",
		Ports:        []string{"8200/tcp"}, Process: root, Volumes: []string{"/backups", "/config", "/source"},
		DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/heimdall", "lscr.io/linuxserver/heimdall", "ghcr.io/linuxserver/heimdall"},
		Source:       "https://github.com/linuxserver/docker-heimdall/blob/master/Dockerfile",
		Ports:        []string{"80/tcp", "443/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/jackett", "lscr.io/linuxserver/jackett", "ghcr.io/linuxserver/jackett"},
		Source:       "https://github.com/linuxserver/docker-jackett/blob/master/Dockerfile",
		Ports:        []string{"9117/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/jellyfin", "lscr.io/linuxserver/jellyfin", "ghcr.io/linuxserver/jellyfin"},
		Source:       "https://github.com/linuxserver/docker-jellyfin/blob/master/Dockerfile",
		Ports:        []string{"8096/tcp", "8920/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"},
		Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/lidarr", "lscr.io/linuxserver/lidarr", "ghcr.io/linuxserver/lidarr"},
		Source:       "https://github.com/linuxserver/docker-lidarr/blob/master/Dockerfile",
		Ports:        []string{"8686/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/mariadb", "lscr.io/linuxserver/mariadb", "ghcr.io/linuxserver/mariadb"},
		Source:       "https://github.com/linuxserver/docker-mariadb/blob/master/Dockerfile",
		Ports:        []string{"3306/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/nextcloud", "lscr.io/linuxserver/nextcloud", "ghcr.io/linuxserver/nextcloud"},
		Source:       "https://github.com/linuxserver/docker-nextcloud/blob/master/Dockerfile",
		Ports:        []string{"80/tcp", "443/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/plex", "lscr.io/linuxserver/plex", "ghcr.io/linuxserver/plex"},
		Source:       "https://github.com/linuxserver/docker-plex/blob/master/Dockerfile",
		Ports:        []string{"1900/udp", "5353/udp", "8324/tcp", "32400/tcp", "32410/udp", "32412/udp", "32413/udp", "32414/udp", "32469/tcp"},
		Process:      root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/prowlarr", "lscr.io/linuxserver/prowlarr", "ghcr.io/linuxserver/prowlarr"},
		Source:       "https://github.com/linuxserver/docker-prowlarr/blob/main/Dockerfile",
		Ports:        []string{"9696/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/qbittorrent", "lscr.io/linuxserver/qbittorrent", "ghcr.io/linuxserver/qbittorrent"},
		Source:       "https://github.com/linuxserver/docker-qbittorrent/blob/master/Dockerfile",
		Ports:        []string{"6881/tcp", "6881/udp", "8080/tcp"}, Process: root, Volumes: []string{"/config"},
		DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/radarr", "lscr.io/linuxserver/radarr", "ghcr.io/linuxserver/radarr"},
		Source:       "https://github.com/linuxserver/docker-radarr/blob/master/Dockerfile",
		Ports:        []string{"7878/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/sabnzbd", "lscr.io/linuxserver/sabnzbd", "ghcr.io/linuxserver/sabnzbd"},
		Source:       "https://github.com/linuxserver/docker-sabnzbd/blob/master/Dockerfile",
		Ports:        []string{"8080/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/sonarr", "lscr.io/linuxserver/sonarr", "ghcr.io/linuxserver/sonarr"},
		Source:       "https://github.com/linuxserver/docker-sonarr/blob/master/Dockerfile",
		Ports:        []string{"8989/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/syncthing", "lscr.io/linuxserver/syncthing", "ghcr.io/linuxserver/syncthing"},
		Source:       "https://github.com/linuxserver/docker-syncthing/blob/master/Dockerfile",
		Ports:        []string{"8384/tcp", "21027/udp", "22000/tcp", "22000/udp"}, Process: root, Volumes: []string{"/config"},
		DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/overseerr", "lscr.io/linuxserver/overseerr", "ghcr.io/linuxserver/overseerr"},
		Source:       "https://github.com/linuxserver/docker-overseerr/blob/main/Dockerfile",
		Ports:        []string{"5055/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/tautulli", "lscr.io/linuxserver/tautulli", "ghcr.io/linuxserver/tautulli"},
		Source:       "https://github.com/linuxserver/docker-tautulli/blob/master/Dockerfile",
		Ports:        []string{"8181/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/deluge", "lscr.io/linuxserver/deluge", "ghcr.io/linuxserver/deluge"},
		Source:       "https://github.com/linuxserver/docker-deluge/blob/master/Dockerfile",
		Ports:        []string{"8112/tcp", "58846/tcp", "58946/tcp", "58946/udp"}, Process: root, Volumes: []string{"/config"},
		DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/emby", "lscr.io/linuxserver/emby", "ghcr.io/linuxserver/emby"},
		Source:       "https://github.com/linuxserver/docker-emby/blob/master/Dockerfile",
		Ports:        []string{"8096/tcp", "8920/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"},
		Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/openssh-server", "lscr.io/linuxserver/openssh-server", "ghcr.io/linuxserver/openssh-server"},
		Source:       "https://github.com/linuxserver/docker-openssh-server/blob/master/Dockerfile",
		Ports:        []string{"2222/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/homeassistant", "lscr.io/linuxserver/homeassistant", "ghcr.io/linuxserver/homeassistant"},
		Source:       "https://github.com/linuxserver/docker-homeassistant/blob/main/Dockerfile",
		Ports:        []string{"8123/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/grocy", "lscr.io/linuxserver/grocy", "ghcr.io/linuxserver/grocy"},
		Source:       "https://github.com/linuxserver/docker-grocy/blob/master/Dockerfile",
		Ports:        []string{"80/tcp", "443/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/healthchecks", "lscr.io/linuxserver/healthchecks", "ghcr.io/linuxserver/healthchecks"},
		Source:       "https://github.com/linuxserver/docker-healthchecks/blob/master/Dockerfile",
		Ports:        []string{"8000/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/nginx", "lscr.io/linuxserver/nginx", "ghcr.io/linuxserver/nginx"},
		Source:       "https://github.com/linuxserver/docker-nginx/blob/master/Dockerfile",
		Ports:        []string{"80/tcp", "443/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/ombi", "lscr.io/linuxserver/ombi", "ghcr.io/linuxserver/ombi"},
		Source:       "https://github.com/linuxserver/docker-ombi/blob/master/Dockerfile",
		Ports:        []string{"3579/tcp"}, Process: root, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/unifi-network-application", "lscr.io/linuxserver/unifi-network-application", "ghcr.io/linuxserver/unifi-network-application"},
		Source:       "https://github.com/linuxserver/docker-unifi-network-application/blob/main/Dockerfile",
		Ports:        []string{"8080/tcp", "8443/tcp", "8843/tcp", "8880/tcp"}, Process: root, Volumes: []string{"/config"},
		DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/wikijs", "lscr.io/linuxserver/wikijs", "ghcr.io/linuxserver/wikijs"},
		Source:       "https://github.com/linuxserver/docker-wikijs/blob/master/Dockerfile",
		Ports:        []string{"3000/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/freshrss", "lscr.io/linuxserver/freshrss", "ghcr.io/linuxserver/freshrss"},
		Source:       "https://github.com/linuxserver/docker-freshrss/blob/master/Dockerfile",
		Ports:        []string{"80/tcp", "443/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/nzbget", "lscr.io/linuxserver/nzbget", "ghcr.io/linuxserver/nzbget"},
		Source:       "https://github.com/linuxserver/docker-nzbget/blob/master/Dockerfile",
		Ports:        []string{"6789/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/hedgedoc", "lscr.io/linuxserver/hedgedoc", "ghcr.io/linuxserver/hedgedoc"},
		Source:       "https://github.com/linuxserver/docker-hedgedoc/blob/main/Dockerfile",
		Ports:        []string{"3000/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/smokeping", "lscr.io/linuxserver/smokeping", "ghcr.io/linuxserver/smokeping"},
		Source:       "https://github.com/linuxserver/docker-smokeping/blob/master/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, Volumes: []string{"/config", "/data"}, DataDirs: []string{"/config", "/data"},
		Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/swag", "lscr.io/linuxserver/swag", "ghcr.io/linuxserver/swag"},
		Source:       "https://github.com/linuxserver/docker-swag/blob/master/Dockerfile",
		Ports:        []string{"80/tcp", "443/tcp"}, Process: root, Volumes: []string{"/config"}, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/transmission", "lscr.io/linuxserver/transmission", "ghcr.io/linuxserver/transmission"},
		Source:       "https://github.com/linuxserver/docker-transmission/blob/master/Dockerfile",
		Ports:        []string{"9091/tcp", "51413/tcp", "51413/udp"}, Process: root, Volumes: []string{"/config"},
		DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/linuxserver/wireguard", "lscr.io/linuxserver/wireguard", "ghcr.io/linuxserver/wireguard"},
		Source:       "https://github.com/linuxserver/docker-wireguard/blob/master/Dockerfile",
		Ports:        []string{"51820/udp"}, Process: root, DataDirs: []string{"/config"}, Shell: true,
	},
}
