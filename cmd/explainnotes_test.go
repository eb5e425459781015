package cmd

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/loader"
)

// withoutExample are codes whose example would need files, a second project or many services.
var withoutExample = strings.Fields(`
	build-failed build-key build-load build-missing build-needs-registry build-no-builder build-platform build-push build-shared
	image-pull image-changed image-invalid image-not-built image-not-found image-platform image-too-large lock-file lock-incomplete
	lock-platform lock-stale override-not-in-base pin-digest registry-auth registry-unreachable
	annotation-runtime anonymous-claim api-egress apply-server-side bind-data bind-data-file bind-entry bind-file-copy
	name-asked-once secret-empty bind-config bind-seed bind-copy bind-copy-modes bind-propagation bind-read-only bind-outside-project bind-recursive bind-hidden bind-too-large bind-unread compose-error compose-file
	content-undeclared copy-up-missing depends-on-cycle depends-on-job duplicate-key empty-file env-file env-from-shell
	env-null env-size file-ignored fs-group hook-init hook-self include-cycle invalid-name job-manual job-queue
	label-key loader-crash mount-as mount-twice name-unresolvable network-merge no-compose-file no-such-service
	object-too-large one-shot-in-pod override-file own-name pod-level pod-setting port-range
	project-directory project-name ready-service remote-compose-file remote-extends request-quantity resource-limit
	secret-build-only secret-sealed service-name-alias sidecar-version volume-labels volume-owner-set volume-undeclared
	value-from-shell volumes-from-none wait-from-node yaml-syntax
	override-not-in-base helm-file-kept helm-key-renamed helm-overlay-differs helm-profile-differs helm-value-gone
`)

// TestEveryCodeIsExplained: what a code means, what to do, and an example that has the finding when it is converted.
func TestEveryCodeIsExplained(t *testing.T) {
	for _, code := range codes() {
		t.Run(code.Name, func(t *testing.T) {
			n := explain.OfCode(code)
			if len(n.Text) == 0 {
				t.Fatal("nothing says what it means")
			}
			if code.Severity > diag.Info && len(n.Remedies) == 0 && code.Name != "bind-recursive" && code.Name != "many-ports" {
				t.Error("nothing says what to do")
			}
			if (n.Example == "") != slices.Contains(withoutExample, code.Name) {
				t.Fatalf("the list of codes without an example is wrong about it: %q", n.Example)
			}
			if n.Example != "" {
				checkExample(t, code.Name, n)
			}
		})
	}
}

// checkExample converts the example of a code with its flags.
func checkExample(t *testing.T, code string, n explain.Note) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(n.Example), 0o600); err != nil {
		t.Fatal(err)
	}
	var mapping mappingFlags
	flags := pflag.NewFlagSet("convert", pflag.ContinueOnError)
	mapping.attach(flags)
	if err := flags.Parse(n.Flags); err != nil {
		t.Fatal(err)
	}
	options, err := mapping.resolve()
	if err != nil {
		t.Fatal(err)
	}
	result, err := convert.Convert(context.Background(), convert.Options{
		Load: loader.Options{WorkingDirectory: dir, Environ: []string{"HOME=/home/somebody"}}, Transform: options,
	})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range result.Findings {
		found = append(found, f.Code)
	}
	if !slices.Contains(found, code) {
		t.Errorf("the example has %s\n%s", strings.Join(found, ", "), n.Example)
	}
}
