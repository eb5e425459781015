package transform

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// windowsOptions returns the group managed service account of a Windows container. Docker reads the credential spec from a
// file, a config or the registry of the host; Kubernetes takes its content. A registry key is left to the generic
// finding of the table of keys.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#credential_spec,
// https://kubernetes.io/docs/tasks/configure-pod-container/configure-gmsa/
func (u *unit) windowsOptions() *corev1.WindowsSecurityContextOptions {
	spec := u.spec.CredentialSpec
	if spec == nil || spec.File == "" && spec.Config == "" {
		return nil
	}
	at, content := u.at.Key("credential_spec", "file"), u.localText(spec.File)
	if spec.Config != "" {
		at, content = u.at.Key("credential_spec", "config"), u.configText(spec.Config)
	}
	if content == "" {
		u.report("credential-spec", at, "the credential spec is left out: its content is not known here",
			"install it as a GMSACredentialSpec object and name it with patches: securityContext.windowsOptions.gmsaCredentialSpecName")
		return nil
	}
	u.reportCredentialSpec(at)
	return &corev1.WindowsSecurityContextOptions{GMSACredentialSpec: &content}
}

func (u *unit) reportCredentialSpec(at diag.Path) {
	u.report("credential-spec", at, "the credential spec counts on Windows nodes only, whose domain must know the account", "")
}

// localText returns the text of a file that was read with the project, or "".
func (p *project) localText(path string) string {
	if f := p.in.Files[path]; f != nil && f.Kind == source.Regular && isText(f.Data) {
		return string(f.Data)
	}
	return ""
}

// configText returns the text of a config, or "" if this project does not hold it.
func (p *project) configText(name string) string {
	c := p.in.Project.Configs[name]
	if c.Content != "" {
		return c.Content
	}
	return p.localText(c.File)
}
