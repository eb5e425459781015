package images

import "slices"

// PublicAddress is how a program is told the address that it tells others as its own, which is one of the machine itself where nothing else is said.
type PublicAddress struct {
	Repositories []string
	Variables    []string // each of them is enough
	Default      string
}

// publicAddresses are the programs of which it is known that they turn others away or send them to the default. Sources: https://hub.docker.com/_/ghost,
// https://baserow.io/docs/installation/configuration, https://zitadel.com/docs/self-hosting/manage/custom-domain,
// https://github.com/dani-garcia/vaultwarden/blob/main/src/config.rs, https://docs.n8n.io/hosting/configuration/environment-variables/endpoints/,
// https://docs.growthbook.io/self-host/env, https://docs.logto.io/concepts/core-service/configuration, https://miniflux.app/docs/configuration.html,
// https://docs.gitea.com/administration/config-cheat-sheet#server-server
var publicAddresses = []PublicAddress{
	{[]string{"docker.io/library/ghost"}, []string{"url"}, "http://localhost:2368"},
	{[]string{"docker.io/baserow/baserow"}, []string{"BASEROW_PUBLIC_URL", "PUBLIC_WEB_FRONTEND_URL"}, "http://localhost"},
	{[]string{"ghcr.io/zitadel/zitadel"}, []string{"ZITADEL_EXTERNALDOMAIN"}, "localhost"},
	{[]string{"docker.io/vaultwarden/server", "ghcr.io/dani-garcia/vaultwarden"}, []string{"DOMAIN"}, "http://localhost"},
	{[]string{"docker.io/n8nio/n8n", "docker.n8n.io/n8nio/n8n"}, []string{"WEBHOOK_URL", "N8N_HOST"}, "http://localhost:5678"},
	{[]string{"docker.io/growthbook/growthbook"}, []string{"APP_ORIGIN"}, "http://localhost:3000"},
	{[]string{"docker.io/svhd/logto", "ghcr.io/logto-io/logto"}, []string{"ENDPOINT"}, "http://localhost:3001"},
	{[]string{"docker.io/miniflux/miniflux", "ghcr.io/miniflux/miniflux"}, []string{"BASE_URL"}, "http://localhost"},
	{[]string{"docker.io/gitea/gitea", "codeberg.org/forgejo/forgejo"}, []string{"ROOT_URL", "DOMAIN", "GITEA__server__ROOT_URL", "GITEA__server__DOMAIN", "FORGEJO__server__ROOT_URL", "FORGEJO__server__DOMAIN"}, "http://localhost:3000"},
}

// PublicAddressOf returns how the program of an image is told its own address, if it has a default that only the machine itself can call.
func PublicAddressOf(reference string) (*PublicAddress, bool) {
	repository, _ := split(reference)
	for i := range publicAddresses {
		if slices.Contains(publicAddresses[i].Repositories, repository) {
			return &publicAddresses[i], true
		}
	}
	return nil, false
}
