// Command docgen writes the generated pages below docs/reference. With -check it writes nothing and fails when a
// committed page is not what it would write.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/transship/transship/internal/docgen/pages"
)

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	dir := flag.String("dir", filepath.Join("docs", "reference"), "the directory of the pages")
	flag.Parse()
	run := pages.Write
	if *check {
		run = pages.Compare
	}
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}
