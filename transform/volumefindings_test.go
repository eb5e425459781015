package transform

import (
	"slices"
	"testing"
)

// What makes a service fail or lose data is shown; what is a matter of doubt only stays an info.
func TestFindingsOfVolumesGoByWhatIsAtStake(t *testing.T) {
	for name, c := range map[string]struct {
		service    string
		want, none string
	}{
		"an unknown user":                {`image: acme/s, volumes: ["vol:/data"]`, "info volume-owner", "warning volume-owner-unknown"},
		"a home directory":               {`image: acme/s, volumes: ["vol:/home/node/data"]`, "warning volume-owner-unknown", "info volume-owner"},
		"an image that is called so":     {`image: "acme/s:2-rootless", volumes: ["vol:/data"]`, "warning volume-owner-unknown", "info volume-owner"},
		"but the user is written":        {`image: "acme/s:2-rootless", user: "1000", volumes: ["vol:/data"]`, "info volume-size-default", "warning volume-owner-unknown"},
		"the volume of a database":       {`image: acme/s, volumes: ["vol:/var/lib/mysql"]`, "info volume-size-database", "info volume-size-default"},
		"the volume of no database":      {`image: acme/s, volumes: ["vol:/uploads"]`, "info volume-size-default", "info volume-size-database"},
		"a directory of Windows":         {`image: acme/s, volumes: ["C:\\Users\\kim\\data:/data"]`, "warning bind-data", "warning bind-outside-project"},
		"a file of Windows":              {`image: acme/s, volumes: ["C:\\conf\\app.ini:/etc/app.ini:ro"]`, "warning bind-outside-project", "warning bind-data"},
		"a directory of another machine": {`image: acme/s, volumes: [{type: bind, source: '\\files\share', target: /data}]`, "warning bind-data", "warning bind-outside-project"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {s: {"+c.service+"}}\nvolumes: {vol: {}}")
			var found []string
			for _, f := range r.Findings {
				found = append(found, f.Severity.String()+" "+f.Code)
			}
			if !slices.Contains(found, c.want) || slices.Contains(found, c.none) {
				t.Errorf("found %v, want %q and not %q", found, c.want, c.none)
			}
		})
	}
}
