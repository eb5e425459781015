// Command release builds the archives of a release into a directory: one for each system, with the program, completions
// for shells, the README and the licence; checksums.txt; and transship.rb, a formula for Homebrew. The same commit gives
// the same bytes on every machine: `make release`.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// systems are those that a release has archives for.
var systems = []string{"darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64"}

func main() {
	var r release
	only := ""
	flag.StringVar(&r.out, "out", filepath.Join("dist", "release"), "`DIR` to write to")
	flag.StringVar(&r.version, "version", "", "`VERSION` of the release, such as v1.2.3")
	flag.StringVar(&r.commit, "commit", "", "`HASH` of the commit")
	flag.StringVar(&r.url, "url", "https://github.com/transship/transship/releases/download", "`URL` below which the formula finds the archives")
	flag.StringVar(&only, "systems", strings.Join(systems, ","), "comma-separated OS/ARCH `LIST`")
	seconds := flag.Int64("time", 0, "time of the files in the archives, in `SECONDS` since 1970")
	flag.Parse()
	r.time = time.Unix(*seconds, 0).UTC()
	if err := r.build(context.Background(), strings.Split(only, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}
