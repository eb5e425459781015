package transform

import (
	"strings"
	"testing"
)

// What Compose puts into a command for ${PASSWORD} is read from the Secret; what the kubelet cannot put in is reported.
func TestSecretValuesInCommands(t *testing.T) {
	for _, c := range []struct {
		name, service, want string
		code                bool
	}{
		{"argument", "environment: {CACHE_PASSWORD: s3cr3t-value}, command: [serve, --pass, s3cr3t-value]", "serve --pass $(CACHE_PASSWORD)", false},
		{"within a word", "environment: {CACHE_PASSWORD: s3cr3t-value}, command: [serve, '--url=redis://:s3cr3t-value@x']", "serve --url=redis://:$(CACHE_PASSWORD)@x", false},
		{"named for the service", "environment: {A_PASSWORD: s3cr3t-value, CACHE_PASSWORD: s3cr3t-value}, command: [serve, s3cr3t-value]", "serve $(CACHE_PASSWORD)", false},
		{"the longest first", "environment: {A_PASSWORD: s3cr3t-value, B_PASSWORD: s3cr3t-value-2}, command: [serve, s3cr3t-value-2]", "serve $(B_PASSWORD)", false},
		{"a reference is no text", "environment: {A_PASSWORD: s3cr3t-value, B_TOKEN: A_PASSWORD}, command: [serve, s3cr3t-value]", "serve $(A_PASSWORD)", false},
		{"behind a dollar", "environment: {CACHE_PASSWORD: s3cr3t-value}, command: [serve, '$$s3cr3t-value']", "serve $s3cr3t-value", true},
		{"of a plain word", "environment: {CACHE_PASSWORD: postgres}, command: [postgres, -c, x]", "postgres -c x", false},
		{"a long plain word", "environment: {CACHE_PASSWORD: mycachesecret}, command: [serve, mycachesecret]", "serve $(CACHE_PASSWORD)", false},
		{"of another service", "command: [serve, other-s3cr3t-value]", "serve other-s3cr3t-value", true},
		{"in a healthcheck", "environment: {CACHE_PASSWORD: s3cr3t-value}, command: [serve], healthcheck: {test: [CMD, ping, s3cr3t-value]}", "serve", true},
		{"with dollars", "environment: {CACHE_PASSWORD: 's3cr$$t-(va$$(X)lue'}, command: [serve, '--pass=s3cr$$t-(va$$(X)lue', $$(X)]", "serve --pass=$(CACHE_PASSWORD) $$(X)", false},
		{"dollar at the end", "environment: {CACHE_PASSWORD: s3cr3t-value$$}, command: [serve, 's3cr3t-value$$(X)']", "serve s3cr3t-value$$(X)", true},
		{"of a connection string", "environment: {CACHE_URL: 'redis://:s3cr3t-value@x'}, command: [serve], healthcheck: {test: [CMD, ping, 'redis://:s3cr3t-value@x']}", "serve", true},
		{"in a post_start hook", "environment: {CACHE_PASSWORD: s3cr3t-value}, command: [serve], post_start: [{command: [auth, s3cr3t-value]}]", "serve", true},
		{"in a pre_stop hook", "environment: {CACHE_PASSWORD: s3cr3t-value}, command: [serve], pre_stop: [{command: [auth, s3cr3t-value]}]", "serve", true},
		{"in a pre_start hook", "command: [serve], pre_start: [{image: example, command: [auth, other-s3cr3t-value]}]", "serve", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  cache: {image: example, "+c.service+"}\n  other: {image: example, environment: {OTHER_PASSWORD: other-s3cr3t-value}}\n")
			if got := strings.Join(podOf(t, r, "cache").Spec.Containers[0].Args, " "); got != c.want {
				t.Errorf("args %q, want %q", got, c.want)
			}
			if hasCode(r, "secret-in-text") != c.code {
				t.Errorf("reported: %v, want %v", !c.code, c.code)
			}
			for _, f := range r.Findings {
				if strings.Contains(f.Message+f.Help, "s3cr3t-value") {
					t.Errorf("the value is shown: %s", f.Message)
				}
			}
		})
	}
}

// A value that stands in the command itself has no variable that one could be told of.
func TestSecretsWrittenIntoCommands(t *testing.T) {
	r := convertYAML(t, "services: {cache: {image: example, command: ['sh', '-c', 'serve --admin-password=pl4inly-said'], healthcheck: {test: 'ping --token pl4inly-said'}}}")
	for _, f := range r.Findings {
		if f.Code == "secret-in-text" && (!strings.HasPrefix(f.Message, "a value that looks secret") || strings.Contains(f.Help, "$$command")) {
			t.Errorf("%s; %s", f.Message, f.Help)
		}
	}
	finding(t, r, "secret-in-text")
}

func TestSecretValuesStayWithoutSecrets(t *testing.T) {
	r := convertYAML(t, "services:\n  cache: {image: example, environment: {A_PASSWORD: s3cr3t-value}, command: [serve, s3cr3t-value]}\n",
		func(in *Input) { in.Options.EnvSecrets = "none" })
	if args := podOf(t, r, "cache").Spec.Containers[0].Args; args[1] != "s3cr3t-value" || hasCode(r, "secret-in-text") {
		t.Error(args, codes(r))
	}
}
