package container

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// windowsOptions returns the user of a Windows container, by name, and its group managed service account; nil without either.
// Spec: https://kubernetes.io/docs/tasks/configure-pod-container/configure-runasusername/
func windowsOptions(p *input.Project, u *input.Container, findings *report.Findings) *corev1.WindowsSecurityContextOptions {
	options := serviceAccountOfWindows(p, u, findings)
	if u.IsWindows() && u.Spec.User != "" {
		if options == nil {
			options = &corev1.WindowsSecurityContextOptions{}
		}
		options.RunAsUserName = &u.Spec.User
	}
	return options
}

// serviceAccountOfWindows returns the group managed service account of a Windows container. Docker reads the credential spec from a
// file, a config or the registry of the host; Kubernetes takes its content. A registry key is left to the generic
// finding of the table of keys.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#credential_spec,
// https://kubernetes.io/docs/tasks/configure-pod-container/configure-gmsa/
func serviceAccountOfWindows(p *input.Project, u *input.Container, findings *report.Findings) *corev1.WindowsSecurityContextOptions {
	spec := u.Spec.CredentialSpec
	if spec == nil || spec.File == "" && spec.Config == "" {
		return nil
	}
	at, content := u.At.Key("credential_spec", "file"), p.LocalText(spec.File)
	if spec.Config != "" {
		at, content = u.At.Key("credential_spec", "config"), p.ConfigText(spec.Config)
	}
	if content == "" {
		findings.Add("credential-spec", at, "the credential spec is left out: its content is not known here",
			"install it as a GMSACredentialSpec object and name it with patches: securityContext.windowsOptions.gmsaCredentialSpecName")
		return nil
	}
	reportCredentialSpec(at, findings)
	return &corev1.WindowsSecurityContextOptions{GMSACredentialSpec: &content}
}

func reportCredentialSpec(at diag.Path, findings *report.Findings) {
	findings.Add("credential-spec", at, "the credential spec counts on Windows nodes only, whose domain must know the account", "")
}
