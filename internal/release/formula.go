package main

import (
	"fmt"
	"strings"
)

// formula is what Homebrew installs the archives by.
func (r release) formula(archives []archive) string {
	var b strings.Builder
	fmt.Fprintf(&b, `class Transship < Formula
  desc "Run Docker Compose projects on Kubernetes"
  homepage "https://github.com/transship/transship"
  version %q
  license "Apache-2.0"

`, strings.TrimPrefix(r.version, "v"))
	for _, os := range []struct{ goos, block string }{{"darwin", "on_macos"}, {"linux", "on_linux"}} {
		fmt.Fprintf(&b, "  %s do\n", os.block)
		for _, arch := range []struct{ goarch, block string }{{"arm64", "on_arm"}, {"amd64", "on_intel"}} {
			for _, a := range archives {
				if a.system == os.goos+"/"+arch.goarch {
					fmt.Fprintf(&b, "    %s do\n      url \"%s/%s/%s\"\n      sha256 %q\n    end\n", arch.block, r.url, r.version, a.name, a.sum)
				}
			}
		}
		b.WriteString("  end\n\n")
	}
	b.WriteString(`  def install
    bin.install "transship"
    bash_completion.install "completions/transship.bash" => "transship"
    zsh_completion.install "completions/_transship"
    fish_completion.install "completions/transship.fish"
  end

  test do
    (testpath/"compose.yaml").write "services: {web: {image: nginx}}"
    assert_match "kind: Deployment", shell_output("#{bin}/transship convert")
  end
end
`)
	return b.String()
}
