package images

import (
	"path"
	"slices"
)

// families are the makers of products of several images that have the names and ports of one another built in.
// Sources: https://github.com/Mailu/Mailu/tree/master/webmails (front:10143), https://github.com/jumpserver/docker-web (koko:5000),
// https://github.com/immich-app/immich (immich-machine-learning:3003), https://github.com/penpot/penpot/tree/develop/docker/images (penpot-backend:6060),
// https://github.com/makeplane/plane/tree/preview/apps/proxy (api:8000), https://github.com/jitsi/docker-jitsi-meet (xmpp.meet.jitsi:5280),
// https://github.com/zabbix/zabbix-docker (zabbix-server:10051), https://github.com/microservices-demo/front-end/blob/master/api/endpoints.js
var families = []string{
	"docker.io/mailu", "ghcr.io/mailu", "docker.io/jumpserver", "ghcr.io/immich-app", "docker.io/penpotapp", "docker.io/makeplane", "artifacts.plane.so/makeplane",
	"docker.io/jitsi", "ghcr.io/jitsi", "docker.io/zabbix", "docker.io/weaveworksdemos",
}

// Family returns the maker of the image of a reference if it is one of those, as docker.io/mailu; "" for others.
func Family(reference string) string {
	if maker := path.Dir(Repository(reference)); slices.Contains(families, maker) {
		return maker
	}
	return ""
}
