package dockerfile

import (
	"fmt"
	"strings"
	"testing"
)

func TestFilesOfServers(t *testing.T) {
	sources := nextSources{
		"app/api/health/route.ts": `import { url } from "../../../lib/backend"`, "lib/backend.ts": `import "./log"`, "lib/log.ts": "",
		"app/page.tsx": `import "@/lib/shared"`, "app/api/a/route.ts": `import "@/lib/shared"`, "lib/shared.ts": "", "lib/lonely.ts": "",
		"lib/actions.ts": "'use server'", "lib/a.ts": `import "./b"`, "lib/b.ts": `import "./a"`,
	}
	for file, want := range map[string]bool{
		"lib/backend.ts": true, "lib/log.ts": true, "lib/shared.ts": false, "lib/lonely.ts": false, "lib/actions.ts": true, "lib/a.ts": false, "app/page.tsx": false,
	} {
		if got := sources.isOfServer(sources.importers(), file); got != want {
			t.Errorf("%s: %v", file, got)
		}
	}
}

// Files that all import one another are looked at once each.
func TestFilesThatImportOneAnother(t *testing.T) {
	sources := nextSources{"pages/api/all.ts": `import "../../lib/file0"`}
	for i := range 150 {
		var text strings.Builder
		for j := range 150 {
			fmt.Fprintf(&text, "import \"./file%d\"\n", j)
		}
		sources[fmt.Sprintf("lib/file%d.ts", i)] = text.String()
	}
	if !sources.isOfServer(sources.importers(), "lib/file3.ts") {
		t.Error("a server alone imports them")
	}
}
