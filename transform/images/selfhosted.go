package images

// selfHosted are applications that people run for themselves: media, home automation, notes, games.
var selfHosted = []Image{
	{
		Repositories: []string{"docker.io/library/odoo"},
		Source:       "https://github.com/odoo/docker/blob/master/17.0/Dockerfile", // the package of the system gives the user its number
		Ports:        []string{"8069/tcp", "8071/tcp", "8072/tcp"}, User: "odoo", Volumes: []string{"/var/lib/odoo", "/mnt/extra-addons"}, DataDirs: []string{"/var/lib/odoo"},
		ContentDirs: []string{"/etc/odoo"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/mattermost/mattermost-team-edition", "docker.io/mattermost/mattermost-enterprise-edition"},
		Source:       "https://github.com/mattermost/mattermost/blob/master/server/build/Dockerfile",
		Ports:        []string{"8065/tcp", "8067/tcp", "8074/tcp", "8075/tcp"}, User: "mattermost", Process: &Owner{2000, 2000},
		Volumes:  []string{"/mattermost/data", "/mattermost/logs", "/mattermost/config", "/mattermost/plugins", "/mattermost/client/plugins"},
		DataDirs: []string{"/mattermost/data"}, ContentDirs: []string{"/mattermost", "/mattermost/config"}, Users: []User{{"mattermost", Owner{2000, 2000}}},
	},
	{
		Repositories: []string{"docker.io/prosody/prosody", "docker.io/prosodyim/prosody"},
		Source:       "https://github.com/prosody/prosody-docker/blob/master/Dockerfile", // its entrypoint gives the owner of the data to the user, which must not be root
		Ports:        []string{"80/tcp", "443/tcp", "5222/tcp", "5269/tcp", "5280/tcp", "5281/tcp", "5347/tcp"}, Process: root,
		DataDirs: []string{"/var/lib/prosody"}, ContentDirs: []string{"/etc/prosody", "/var/lib/prosody"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/matrixdotorg/synapse", "ghcr.io/element-hq/synapse"},
		Tags:         `^(latest|v1\.14[5-9](\D|$)|v1\.1[5-9]\d)`,
		Source:       "https://github.com/element-hq/synapse/blob/develop/docker/Dockerfile",
		Ports:        []string{"8008/tcp", "8448/tcp", "19090/tcp"}, Process: root, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/matrixdotorg/synapse", "ghcr.io/element-hq/synapse"},
		Tags:         `^v1\.(5[3-9]|[6-9]\d|1[0-3]\d|14[0-4])(\D|$)`,
		Source:       "https://github.com/element-hq/synapse/blob/v1.144.0/docker/Dockerfile",
		Ports:        []string{"8008/tcp", "8009/tcp", "8448/tcp"}, Process: root, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/photoprism/photoprism"},
		Source:       "https://github.com/photoprism/photoprism/blob/develop/docker/photoprism/questing/Dockerfile",
		Ports:        []string{"2342/tcp", "2442/tcp", "2443/tcp"}, Process: root,
		DataDirs: []string{"/photoprism/storage", "/photoprism/originals", "/photoprism/import"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/jellyfin/jellyfin", "ghcr.io/jellyfin/jellyfin"},
		Source:       "https://github.com/jellyfin/jellyfin-packaging/blob/master/docker/Dockerfile",
		Ports:        []string{"8096/tcp"}, Process: root, Volumes: []string{"/cache", "/config"}, DataDirs: []string{"/config"},
		Shell: true,
	},
	{
		Repositories: []string{"docker.io/nocodb/nocodb"},
		Source:       "https://github.com/nocodb/nocodb/blob/develop/packages/nocodb/Dockerfile",
		Ports:        []string{"8080/tcp"}, Process: root, DataDirs: []string{"/usr/app/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/pihole/pihole", "ghcr.io/pi-hole/pihole"},
		Tags:         `^(latest|nightly|development|202[5-9]\.)`, // from version 6 on
		Source:       "https://github.com/pi-hole/docker-pi-hole/blob/master/src/Dockerfile",
		Ports:        []string{"53/tcp", "53/udp", "67/udp", "80/tcp", "123/udp", "443/tcp"}, Process: root,
		DataDirs: []string{"/etc/pihole"}, ContentDirs: []string{"/etc/pihole"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/etherpad/etherpad"},
		Tags:         `^(latest|develop|stable|2(\.|$))`,
		Source:       "https://github.com/ether/etherpad-lite/blob/develop/Dockerfile",
		Ports:        []string{"9001/tcp"}, User: "etherpad", Process: &Owner{5001, 0}, DataDirs: []string{"/opt/etherpad-lite/var"},
		ContentDirs: []string{"/opt/etherpad-lite/var"}, Shell: true, Users: []User{{"etherpad", Owner{5001, 0}}},
	},
	{
		Repositories: []string{"docker.io/authelia/authelia", "ghcr.io/authelia/authelia"},
		Source:       "https://github.com/authelia/authelia/blob/master/Dockerfile", // which does not say what its base exposes
		Process:      root, DataDirs: []string{"/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/actualbudget/actual-server", "ghcr.io/actualbudget/actual-server"},
		Source:       "https://github.com/actualbudget/actual/blob/master/packages/sync-server/docker/ubuntu.Dockerfile",
		Ports:        []string{"5006/tcp"}, Process: root, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"ghcr.io/linkwarden/linkwarden"},
		Source:       "https://github.com/linkwarden/linkwarden/blob/main/Dockerfile",
		Ports:        []string{"3000/tcp"}, Process: root, DataDirs: []string{"/data/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/freshrss/freshrss"},
		Source:       "https://github.com/FreshRSS/FreshRSS/blob/edge/Docker/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, DataDirs: []string{"/var/www/FreshRSS/data", "/var/www/FreshRSS/extensions"},
		ContentDirs: []string{"/var/www/FreshRSS/data", "/var/www/FreshRSS/extensions"}, Shell: true,
	},
	{
		Repositories: []string{"ghcr.io/paperless-ngx/paperless-ngx", "docker.io/paperlessngx/paperless-ngx"},
		Source:       "https://github.com/paperless-ngx/paperless-ngx/blob/dev/Dockerfile",
		Ports:        []string{"8000/tcp"}, Process: root,
		Volumes:  []string{"/usr/src/paperless/consume", "/usr/src/paperless/data", "/usr/src/paperless/export", "/usr/src/paperless/media"},
		DataDirs: []string{"/usr/src/paperless/data", "/usr/src/paperless/media"}, Shell: true,
		Users: []User{{"paperless", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"ghcr.io/immich-app/immich-server"},
		Tags:         `^(release|latest|v[2-9])`,
		Source:       "https://github.com/immich-app/immich/blob/main/docker/docker-compose.yml",
		DataDirs:     []string{"/data", "/usr/src/app/upload"}, Shell: true, // it takes the one that is mounted: server/src/services/storage.service.ts
	},
	{
		Repositories: []string{"ghcr.io/immich-app/immich-server"},
		Tags:         `^v1\.(9[4-9]|1[0-2]\d|13[0-2])(\D|$)`,
		Source:       "https://github.com/immich-app/immich/blob/v1.94.0/server/Dockerfile",
		Volumes:      []string{"/usr/src/app/upload"}, DataDirs: []string{"/usr/src/app/upload"}, Shell: true,
	},
	{
		Repositories: []string{"ghcr.io/immich-app/immich-machine-learning"},
		Source:       "https://github.com/immich-app/immich/blob/main/machine-learning/Dockerfile",
		DataDirs:     []string{"/cache"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/advplyr/audiobookshelf", "ghcr.io/advplyr/audiobookshelf"},
		Source:       "https://github.com/advplyr/audiobookshelf/blob/master/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, DataDirs: []string{"/config", "/metadata"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/deluan/navidrome", "ghcr.io/navidrome/navidrome"},
		Source:       "https://github.com/navidrome/navidrome/blob/master/Dockerfile",
		Ports:        []string{"4533/tcp"}, Process: root, Volumes: []string{"/data", "/music"}, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/drone/drone"},
		Tags:         `^(latest|[12](\.|$))`,
		Source:       "https://github.com/drone/drone/blob/master/docker/Dockerfile.server.linux.amd64",
		Ports:        []string{"80/tcp", "443/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/woodpeckerci/woodpecker-server", "quay.io/woodpeckerci/woodpecker-server"},
		Tags:         `^(v3|next).*alpine`,
		Source:       "https://github.com/woodpecker-ci/woodpecker/blob/main/docker/Dockerfile.server.alpine.multiarch.rootless",
		Ports:        []string{"80/tcp", "443/tcp", "8000/tcp", "9000/tcp"}, User: "woodpecker", Process: &Owner{1000, 1000},
		DataDirs: []string{"/var/lib/woodpecker"}, Shell: true, Users: []User{{"woodpecker", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/woodpeckerci/woodpecker-server", "quay.io/woodpeckerci/woodpecker-server"},
		Tags:         `^(v3|next)`,
		Source:       "https://github.com/woodpecker-ci/woodpecker/blob/main/docker/Dockerfile.server.multiarch.rootless",
		Ports:        []string{"80/tcp", "443/tcp", "8000/tcp", "9000/tcp"}, User: "woodpecker", Process: &Owner{1000, 1000},
		DataDirs: []string{"/var/lib/woodpecker"}, NoShell: true, Users: []User{{"woodpecker", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/verdaccio/verdaccio"},
		Tags:         `^([4-9]|latest|nightly)`,
		Source:       "https://github.com/verdaccio/verdaccio/blob/master/Dockerfile",
		Ports:        []string{"4873/tcp"}, User: "10001", Process: &Owner{10001, 65533}, Volumes: []string{"/verdaccio/storage"},
		DataDirs: []string{"/verdaccio/storage"}, ContentDirs: []string{"/verdaccio/conf"}, Shell: true,
		Users: []User{{"verdaccio", Owner{10001, 65533}}},
	},
	{
		Repositories: []string{"docker.io/koenkk/zigbee2mqtt", "ghcr.io/koenkk/zigbee2mqtt"},
		Tags:         `^latest`,
		Source:       "https://github.com/Koenkk/zigbee2mqtt/blob/master/docker/Dockerfile",
		Ports:        []string{"8080/tcp"}, Process: root, DataDirs: []string{"/app/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/koenkk/zigbee2mqtt", "ghcr.io/koenkk/zigbee2mqtt"},
		Source:       "https://github.com/Koenkk/zigbee2mqtt/blob/master/docker/Dockerfile",
		Process:      root, DataDirs: []string{"/app/data"}, Shell: true,
	},
	{
		Repositories: []string{"ghcr.io/blakeblackshear/frigate", "docker.io/blakeblackshear/frigate"},
		Tags:         `^(stable|0\.(1[4-9]|[2-9]\d)\.\d+)$`, // not those for other graphics cards
		Source:       "https://github.com/blakeblackshear/frigate/blob/dev/docker/main/Dockerfile",
		Ports:        []string{"5000/tcp", "8554/tcp", "8555/tcp", "8555/udp"}, Process: root,
		DataDirs: []string{"/config", "/media/frigate"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/metabase/metabase", "docker.io/metabase/metabase-enterprise"},
		Source:       "https://github.com/metabase/metabase/blob/master/bin/docker/Dockerfile",
		Ports:        []string{"3000/tcp"}, DataDirs: []string{"/metabase.db"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/apache/superset"},
		Source:       "https://github.com/apache/superset/blob/master/Dockerfile",
		Ports:        []string{"8088/tcp"}, User: "superset", DataDirs: []string{"/app/superset_home"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/directus/directus"},
		Source:       "https://github.com/directus/directus/blob/main/Dockerfile",
		Ports:        []string{"8055/tcp"}, User: "node", Process: &Owner{1000, 1000},
		DataDirs: []string{"/directus/database", "/directus/extensions", "/directus/uploads"}, Shell: true,
		Users: []User{{"node", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/strapi/strapi"},
		Source:       "https://github.com/strapi/strapi-docker/blob/master/strapi/Dockerfile",
		Ports:        []string{"1337/tcp"}, Process: root, Volumes: []string{"/srv/app"}, DataDirs: []string{"/srv/app"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/baserow/baserow"},
		Source:       "https://github.com/bram2w/baserow/blob/master/deploy/all-in-one/Dockerfile",
		Ports:        []string{"80/tcp"}, Process: root, DataDirs: []string{"/baserow/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/budibase/budibase"},
		Source:       "https://github.com/Budibase/budibase/blob/master/hosting/single/Dockerfile", // which does not say what its base exposes
		DataDirs:     []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/tooljet/tooljet-ce"},
		Source:       "https://github.com/ToolJet/ToolJet/blob/main/docker/ce-production.Dockerfile",
		User:         "appuser", Shell: true,
	},
	{
		Repositories: []string{"docker.io/appsmith/appsmith-ce", "docker.io/appsmith/appsmith-ee"},
		Source:       "https://github.com/appsmithorg/appsmith/blob/release/Dockerfile", // which does not say what its base exposes
		Volumes:      []string{"/appsmith-stacks"}, DataDirs: []string{"/appsmith-stacks"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/puckel/docker-airflow"},
		Source:       "https://github.com/puckel/docker-airflow/blob/master/Dockerfile",
		Ports:        []string{"5555/tcp", "8080/tcp", "8793/tcp"}, User: "airflow",
		ContentDirs: []string{"/usr/local/airflow"}, Shell: true, Users: []User{{"airflow", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/apache/zeppelin"},
		Tags:         `^0\.(9|1\d)\.`,
		Source:       "https://github.com/apache/zeppelin/blob/master/scripts/docker/zeppelin/bin/Dockerfile",
		Ports:        []string{"8080/tcp"}, User: "1000", Process: &Owner{1000, 0}, DataDirs: []string{"/opt/zeppelin/notebook"},
		ContentDirs: []string{"/opt/zeppelin/conf", "/opt/zeppelin/notebook"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/rocker/rstudio", "ghcr.io/rocker-org/rstudio"},
		Tags:         `^(4|latest|devel)`,
		Source:       "https://github.com/rocker-org/rocker-versioned2/blob/master/dockerfiles/rstudio_4.6.1.Dockerfile",
		Ports:        []string{"8787/tcp"}, Process: root, DataDirs: []string{"/home/rstudio"}, ContentDirs: []string{"/home/rstudio"},
		Shell: true,
	},
	{
		Repositories: []string{"docker.io/codercom/code-server"},
		Tags:         `^([4-9]|latest)`,
		Source:       "https://github.com/coder/code-server/blob/main/ci/release-image/Dockerfile",
		Ports:        []string{"8080/tcp"}, User: "1000", Process: &Owner{1000, 1000}, DataDirs: []string{"/home/coder"},
		ContentDirs: []string{"/home/coder"}, Shell: true, Users: []User{{"coder", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/itzg/minecraft-server", "ghcr.io/itzg/minecraft-server"},
		Tags:         `^([^2]|202[4-9])`,
		Source:       "https://github.com/itzg/docker-minecraft-server/blob/master/Dockerfile",
		Ports:        []string{"25565/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
		Users: []User{{"minecraft", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/library/teamspeak"},
		Source:       "https://github.com/TeamSpeak-Systems/teamspeak-linux-docker-images/blob/master/alpine/Dockerfile",
		Ports:        []string{"9987/udp", "10011/tcp", "30033/tcp"}, Process: root, Volumes: []string{"/var/ts3server"},
		DataDirs: []string{"/var/ts3server"}, Shell: true, Users: []User{{"ts3server", Owner{9987, 9987}}},
	},
	{
		Repositories: []string{"docker.io/containrrr/watchtower"},
		Source:       "https://github.com/containrrr/watchtower/blob/main/dockerfiles/Dockerfile",
		Ports:        []string{"8080/tcp"}, Process: root, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/amir20/dozzle", "ghcr.io/amir20/dozzle"},
		Tags:         `alpine`,
		Source:       "https://github.com/amir20/dozzle/blob/master/Dockerfile",
		Ports:        []string{"8080/tcp"}, Process: root, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/amir20/dozzle", "ghcr.io/amir20/dozzle"},
		Source:       "https://github.com/amir20/dozzle/blob/master/Dockerfile",
		Ports:        []string{"8080/tcp"}, Process: root, DataDirs: []string{"/data"}, NoShell: true,
	},
}
