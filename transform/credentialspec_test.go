package transform

import "testing"

func TestCredentialSpec(t *testing.T) {
	r := convertYAML(t, `
services: {x: {image: a, platform: windows/amd64, credential_spec: {config: gmsa}}}
configs: {gmsa: {content: '{"CmsPlugins":[]}'}}
`)
	s := mainContainer(t, r, "x").SecurityContext
	if s == nil || s.WindowsOptions == nil || *s.WindowsOptions.GMSACredentialSpec != `{"CmsPlugins":[]}` {
		t.Errorf("securityContext %+v, want the content of the config", s)
	}
	r = convertYAML(t, `services: {x: {image: a, credential_spec: {file: gmsa.json}}}`)
	finding(t, r, "credential-spec")
	if s := mainContainer(t, r, "x").SecurityContext; s != nil {
		t.Errorf("securityContext %+v out of nothing", s)
	}
}
