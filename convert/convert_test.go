package convert_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

func fromText(project string) loader.Options {
	return loader.Options{Files: []string{"-"}, Stdin: strings.NewReader(project), ProjectName: "test", Environ: []string{}}
}

const invalidPort = `
services:
  web:
    image: nginx
    ports: ["99999:80"]
`

// A user that no source resolves is found when the project is transformed, after it was loaded without an error.
const unknownUser = "services: {web: {image: example.com/web, user: somebody}}"

func TestAProjectWithErrorsHasNoObjects(t *testing.T) {
	t.Parallel()
	for what, project := range map[string]string{"not YAML": "services: [", "a wrong value": invalidPort, "an error of the mapping": unknownUser, "nothing": ""} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			result, err := convert.Convert(t.Context(), convert.Options{Load: fromText(project)})
			if err != nil {
				t.Fatal(err)
			}
			if result.Objects != nil || result.Findings.Worst() != diag.Error {
				t.Errorf("objects %v, findings %v", result.Objects, result.Findings)
			}
			var invalid *convert.Error
			if !errors.As(result.Err(), &invalid) || !strings.Contains(invalid.Error(), "error[") {
				t.Errorf("err = %v", result.Err())
			}
		})
	}
}

func TestCancelledContextIsAnError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	result, err := convert.Convert(ctx, convert.Options{Load: fromText("services: {web: {image: nginx}}")})
	if !errors.Is(err, context.Canceled) || result != nil {
		t.Errorf("result %v, err %v", result, err)
	}
}

func TestAllowedErrorsAreWarnings(t *testing.T) {
	t.Parallel()
	result, err := convert.Convert(t.Context(), convert.Options{Load: fromText(unknownUser), Transform: transform.Options{Allow: []string{"user-name"}}})
	if err != nil {
		t.Fatal(err)
	}
	if result.Err() != nil || len(result.Objects) == 0 || result.Findings.Count(diag.Warning) == 0 {
		t.Errorf("objects %v, findings %v", result.Objects, result.Findings)
	}
}

// interrupted is a standard input during which the user gives up.
type interrupted struct{ cancel context.CancelFunc }

func (r interrupted) Read([]byte) (int, error) {
	r.cancel()
	return 0, context.Canceled
}

func TestCancellationWhileReadingIsNoFindingOfTheProject(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	load := fromText("")
	load.Stdin = interrupted{cancel}
	result, err := convert.Convert(ctx, convert.Options{Load: load})
	if !errors.Is(err, context.Canceled) || result != nil {
		t.Errorf("result %v, err %v", result, err)
	}
}

func TestConvertMayRunConcurrently(t *testing.T) {
	t.Parallel()
	const project = `
services:
  web: {image: nginx, expose: ["80"], environment: {A: b, C: d}, depends_on: [db]}
  db: {image: "postgres:17", volumes: ["data:/var/lib/postgresql/data"], healthcheck: {test: pg_isready}}
volumes: {data: {}}
`
	texts := make([]string, 8)
	var wait sync.WaitGroup
	for i := range texts {
		wait.Go(func() {
			result, err := convert.Convert(context.Background(), convert.Options{
				Load: fromText(project), Transform: transform.Options{Namespace: "shop", CreateNamespace: true},
			})
			if err != nil {
				t.Error(err)
				return
			}
			var b bytes.Buffer
			if err := convert.WriteYAML(&b, result.Objects, convert.YAMLOptions{}); err != nil {
				t.Error(err)
			}
			texts[i] = b.String()
		})
	}
	wait.Wait()
	for _, text := range texts {
		if text != texts[0] || !strings.HasPrefix(text, "apiVersion: v1\nkind: Namespace\n") {
			t.Fatalf("got:\n%s\nand:\n%s", text, texts[0])
		}
	}
}

// TestTheWorkingDirectoryIsNoPassword names a directory that the variable PWD holds, too.
func TestTheWorkingDirectoryIsNoPassword(t *testing.T) {
	t.Parallel()
	directory := filepath.VolumeName(t.TempDir()) + string(filepath.Separator) + "not-there"
	result, err := convert.Convert(t.Context(), convert.Options{Load: loader.Options{WorkingDirectory: directory, Environ: []string{}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Findings) != 1 || !strings.Contains(result.Findings[0].Message, directory) {
		t.Errorf("the findings are %v", result.Findings)
	}
}
