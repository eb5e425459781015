package convert_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
)

// A project comes from files, or from any reader; objects come out typed, and findings say what could not be kept.
func Example() {
	project := `
services:
  web:
    image: nginx:1.29
    expose: ["80"]
    volumes: [/var/run/docker.sock:/var/run/docker.sock]
`
	result, err := convert.Convert(context.Background(), convert.Options{Load: loader.Options{
		Files: []string{"-"}, Stdin: strings.NewReader(project), ProjectName: "hello", Environ: []string{},
	}})
	if err != nil {
		log.Fatal(err)
	}
	if err := result.Err(); err != nil {
		log.Fatal(err) // the project cannot be converted as it is
	}
	for _, object := range result.Objects {
		fmt.Println(object.GetObjectKind().GroupVersionKind().Kind, object.(metav1.Object).GetName())
	}
	for _, finding := range result.Findings {
		if finding.Code == "docker-socket" {
			fmt.Println(finding.Severity, finding.Code, finding.Path, "line", finding.Range.Line)
		}
	}
	// Output:
	// Service web
	// Deployment web
	// warning docker-socket services.web.volumes[0] line 6
}

// The manifests of a project as one stream, for kubectl apply.
func ExampleWriteYAML() {
	result, err := convert.Convert(context.Background(), convert.Options{Load: loader.Options{
		Files: []string{"-"}, Stdin: strings.NewReader("services: {web: {image: nginx}}"), ProjectName: "hello", Environ: []string{},
	}})
	if err != nil {
		log.Fatal(err)
	}
	if err := convert.WriteYAML(os.Stdout, result.Objects, convert.YAMLOptions{}); err != nil {
		log.Fatal(err)
	}
}
