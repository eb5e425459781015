package transform

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/diag"
)

// affinityTo returns whether the Pod must be on a node with other users of a claim, and whether it finds itself.
func affinityTo(pod corev1.PodTemplateSpec, claim string) bool {
	if pod.Labels[LabelVolume+claim] != "true" || pod.Spec.Affinity == nil || pod.Spec.Affinity.PodAffinity == nil {
		return false
	}
	for _, term := range pod.Spec.Affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
		if term.TopologyKey == corev1.LabelHostname && term.LabelSelector.MatchLabels[LabelVolume+claim] == "true" &&
			term.LabelSelector.MatchLabels[LabelInstance] == pod.Labels[LabelInstance] {
			return true
		}
	}
	return false
}

func TestTrap19SharedVolumeKeepsItsUsersOnOneNode(t *testing.T) {
	const project = `
services:
  app: {image: example, volumes: ["code:/var/www"]}
  web: {image: example, volumes: ["code:/var/www:ro"]}
  other: {image: example, volumes: ["own:/data"]}
volumes: {code: {}, own: {}}
`
	r := convertYAML(t, project)
	for _, name := range []string{"app", "web"} {
		if !affinityTo(podOf(t, r, name), "code") {
			t.Errorf("%s may run on another node than the volume it shares", name)
		}
	}
	if pod := podOf(t, r, "other"); pod.Spec.Affinity != nil || len(pod.Labels[LabelVolume+"own"]) > 0 {
		t.Errorf("the only user of a volume has affinity %+v and labels %v", pod.Spec.Affinity, pod.Labels)
	}
	finding(t, r, "volume-shared")

	r = convertYAML(t, project, func(in *Input) { in.Options.SharedVolumes = "rwx" })
	if affinityTo(podOf(t, r, "app"), "code") {
		t.Error("--shared-volumes=rwx keeps the users together")
	}
	if got := find[*corev1.PersistentVolumeClaim](t, r, "code").Spec.AccessModes[0]; got != corev1.ReadWriteMany {
		t.Errorf("--shared-volumes=rwx gives %s", got)
	}
	if got := find[*corev1.PersistentVolumeClaim](t, r, "own").Spec.AccessModes[0]; got != corev1.ReadWriteOnce {
		t.Errorf("a volume with one user asks for %s", got)
	}
}

func TestTrap17ReplicasShareOneVolume(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: example, scale: 3, volumes: ["data:/data"]}
volumes: {data: {}}
`)
	deployment := find[*appsv1.Deployment](t, r, "db")
	if !affinityTo(deployment.Spec.Template, "data") {
		t.Error("three replicas of one RWO claim may be scheduled on three nodes")
	}
	r = convertYAML(t, `
services:
  db: {image: example, scale: 3, volumes: ["data:/data"], x-kubernetes: {kind: StatefulSet}}
volumes: {data: {}}
`)
	set := find[*appsv1.StatefulSet](t, r, "db")
	if len(set.Spec.VolumeClaimTemplates) != 0 {
		t.Error("the replicas have a volume each, on Docker they share one")
	}
	if !affinityTo(set.Spec.Template, "data") {
		t.Error("three replicas of one RWO claim may be scheduled on three nodes")
	}
}

func TestTrap18WriterOfOneNodeVolumeIsNotOverlapped(t *testing.T) {
	r := convertYAML(t, `
services:
  writer: {image: example, volumes: ["data:/data"]}
  reader: {image: example, expose: ["80"], volumes: ["data:/data:ro"]}
  many: {image: example, expose: ["80"], volumes: ["media:/data"]}
  guest: {image: example, volumes: ["theirs:/data"]}
volumes: {data: {}, media: {x-kubernetes: {accessMode: ReadWriteMany}}, theirs: {external: true}}
`)
	for name, want := range map[string]bool{"writer": true, "reader": false, "many": false, "guest": true} {
		recreate := find[*appsv1.Deployment](t, r, name).Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType
		if recreate != want {
			t.Errorf("%s: Recreate is %v, want %v", name, recreate, want)
		}
	}
}

func TestDaemonSetVolumeIsMountedOnEveryNode(t *testing.T) {
	r := convertYAML(t, `
services:
  agent: {image: example, volumes: ["state:/state"], deploy: {mode: global}}
volumes: {state: {}}
`)
	if got := find[*corev1.PersistentVolumeClaim](t, r, "state").Spec.AccessModes[0]; got != corev1.ReadWriteMany {
		t.Errorf("access mode %s, but the Pods are on all nodes", got)
	}
	if pod := find[*appsv1.DaemonSet](t, r, "agent").Spec.Template; affinityTo(pod, "state") {
		t.Error("a DaemonSet is kept on one node")
	}
	if f := finding(t, r, "volume-every-node"); f.Severity != diag.Warning {
		t.Errorf("severity %s", f.Severity)
	}
}

func TestClaimOptions(t *testing.T) {
	r := convertYAML(t, `
services:
  app:
    image: example
    volumes: ["aa:/a", "bb:/b", "cc:/c", "dd:/d", "ee:/e", "ff:/f", "gg:/g"]
volumes:
  aa: {x-kubernetes: {size: 20Gi, storageClass: fast, accessMode: ReadWriteOncePod, selector: {disk: ssd}}}
  bb: {driver_opts: {o: "size=100m,uid=1000"}}
  cc: {name: Common_Data}
  dd: {external: true, name: legacy}
  ee: {x-kubernetes: {claimName: existing-claim}}
  ff: {driver: rexray/ebs}
  gg: {name: Common_Data}
`, func(in *Input) { in.Options.VolumeSize, in.Options.StorageClass = "5Gi", "slow" })
	a := find[*corev1.PersistentVolumeClaim](t, r, "aa")
	if a.Spec.Resources.Requests.Storage().String() != "20Gi" || *a.Spec.StorageClassName != "fast" ||
		a.Spec.AccessModes[0] != corev1.ReadWriteOncePod || a.Spec.Selector.MatchLabels["disk"] != "ssd" {
		t.Errorf("x-kubernetes of the volume is lost: %+v", a.Spec)
	}
	b := find[*corev1.PersistentVolumeClaim](t, r, "bb")
	if want := resource.MustParse("100Mi"); b.Spec.Resources.Requests.Storage().Cmp(want) != 0 {
		t.Errorf("o: size=100m gives %s", b.Spec.Resources.Requests.Storage())
	}
	c := find[*corev1.PersistentVolumeClaim](t, r, "common-data")
	if c.Spec.Resources.Requests.Storage().String() != "5Gi" || *c.Spec.StorageClassName != "slow" {
		t.Errorf("--volume-size and --storage-class are lost: %+v", c.Spec)
	}
	for _, name := range []string{"dd", "legacy", "ee", "existing-claim", "gg"} {
		if has[*corev1.PersistentVolumeClaim](r, name) {
			t.Errorf("the claim %s is emitted", name)
		}
	}
	pod := podOf(t, r, "app")
	for target, want := range map[string]string{"/c": "common-data", "/g": "common-data", "/d": "legacy", "/e": "existing-claim", "/f": "ff"} {
		if _, v := mountAt(t, pod, target); v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != want {
			t.Errorf("%s is %+v, want the claim %s", target, v.VolumeSource, want)
		}
	}
	if f := finding(t, r, "volume-driver"); f.Path.String() != "volumes.ff.driver" {
		t.Errorf("the plugin is reported at %s", f.Path)
	}
}

func TestTrap16LostAndFound(t *testing.T) {
	for name, c := range map[string]struct{ service, target, subPath string }{
		"postgres":                {"image: postgres:16, volumes: ['vol:/var/lib/postgresql/data']", "/var/lib/postgresql/data", "data"},
		"mysql":                   {"image: mysql:8, volumes: ['vol:/var/lib/mysql']", "/var/lib/mysql", "data"},
		"PGDATA below the mount":  {"image: postgres:16, environment: {PGDATA: /var/lib/postgresql/data/pg}, volumes: ['vol:/var/lib/postgresql/data']", "/var/lib/postgresql/data", ""},
		"PGDATA elsewhere":        {"image: postgres:16, environment: {PGDATA: /pg}, volumes: ['vol:/pg']", "/pg", "data"},
		"postgres 18":             {"image: postgres:18, volumes: ['vol:/var/lib/postgresql']", "/var/lib/postgresql", ""},
		"kafka":                   {"image: confluentinc/cp-kafka:7.6.0, volumes: ['vol:/var/lib/kafka/data']", "/var/lib/kafka/data", "data"},
		"redis does not mind":     {"image: redis, volumes: ['vol:/data']", "/data", ""},
		"unknown image":           {"image: example, volumes: ['vol:/var/lib/postgresql/data']", "/var/lib/postgresql/data", "data"},
		"subpath of the user":     {"image: postgres:16, volumes: [{type: volume, source: vol, target: /var/lib/postgresql/data, volume: {subpath: pg}}]", "/var/lib/postgresql/data", "data/pg"},
		"another file on the way": {"image: mariadb:11, volumes: ['vol:/var/lib/mysql:ro']", "/var/lib/mysql", "data"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  db: {"+c.service+"}\nvolumes: {vol: {}}\n")
			if m, _ := mountAt(t, podOf(t, r, "db"), c.target); m.SubPath != c.subPath {
				t.Errorf("subPath %q, want %q", m.SubPath, c.subPath)
			}
		})
	}
}

func TestLostAndFoundHoldsForEveryUserOfTheClaim(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: "postgres:16", volumes: ["vol:/var/lib/postgresql/data"]}
  backup: {image: example, volumes: ["vol:/source:ro"]}
volumes: {vol: {}}
`)
	if m, _ := mountAt(t, podOf(t, r, "backup"), "/source"); m.SubPath != "data" {
		t.Errorf("the backup sees %q of the claim, the database writes to \"data\"", m.SubPath)
	}
	r = convertYAML(t, `
services:
  db: {image: "postgres:16", volumes: ["vol:/var/lib/postgresql/data"]}
volumes: {vol: {external: true}}
`)
	if m, _ := mountAt(t, podOf(t, r, "db"), "/var/lib/postgresql/data"); m.SubPath != "" {
		t.Errorf("the data of an existing claim is looked for in %q", m.SubPath)
	}
}

func TestTrap15VolumeCanBeWrittenByWhoeverTheServiceRunsAs(t *testing.T) {
	group := func(n int64) *int64 { return &n }
	for name, c := range map[string]struct {
		service string
		want    *int64
	}{
		"uid and gid":          {"image: example, user: '1000:2000', volumes: ['vol:/d']", group(2000)},
		"uid only":             {"image: example, user: '1000', volumes: ['vol:/d']", group(1000)},
		"group root":           {"image: example, user: '1000:0', volumes: ['vol:/d']", group(1000)},
		"root":                 {"image: example, user: '0', volumes: ['vol:/d']", nil},
		"image's user":         {"image: grafana/grafana, volumes: ['vol:/var/lib/grafana']", group(472)},
		"image starts as root": {"image: 'postgres:16', volumes: ['vol:/var/lib/postgresql/data']", nil},
		"named user":           {"image: node, user: node, volumes: ['vol:/d']", group(1000)},
		"read-only":            {"image: example, user: '1000', volumes: ['vol:/d:ro']", nil},
		"no volume":            {"image: example, user: '1000'", nil},
		"x-kubernetes":         {"image: example, user: '1000', volumes: ['vol:/d'], x-kubernetes: {fsGroup: 77}", group(77)},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  app: {"+c.service+"}\nvolumes: {vol: {}}\n")
			security := podOf(t, r, "app").Spec.SecurityContext
			got := security.FSGroup
			if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
				t.Errorf("fsGroup %v, want %v", got, c.want)
			}
			if got != nil && (security.FSGroupChangePolicy == nil || *security.FSGroupChangePolicy != corev1.FSGroupChangeOnRootMismatch) {
				t.Error("every start walks through the whole volume")
			}
		})
	}
	r := convertYAML(t, "services:\n  app: {image: example, volumes: ['vol:/d']}\nvolumes: {vol: {}}\n")
	finding(t, r, "volume-owner")
}

// TestOneGroupForASharedVolume: a Pod gives its group to a volume when it starts, so two groups would take it from each other.
func TestOneGroupForASharedVolume(t *testing.T) {
	for name, c := range map[string]struct {
		services string
		want     map[string]int64
		conflict bool
	}{
		"different users": {"  a: {image: x, user: '1001', volumes: ['vol:/d']}\n  b: {image: x, user: '1002', volumes: ['vol:/d']}\n", map[string]int64{"a": 1001, "b": 1001}, false},
		"a chosen group":  {"  a: {image: x, user: '1001', volumes: ['vol:/d']}\n  b: {image: x, user: '1002', volumes: ['vol:/d'], x-kubernetes: {fsGroup: 7}}\n", map[string]int64{"a": 7, "b": 7}, false},
		"through a third": {
			"  a: {image: x, user: '1001', volumes: ['vol:/d']}\n  b: {image: x, user: '1002', volumes: ['vol:/d', 'web:/e']}\n  c: {image: x, user: '1003', volumes: ['web:/e']}\n",
			map[string]int64{"a": 1001, "b": 1001, "c": 1001},
			false,
		},
		"not shared": {"  a: {image: x, user: '1001', volumes: ['vol:/d']}\n  b: {image: x, user: '1002', volumes: ['web:/d']}\n", map[string]int64{"a": 1001, "b": 1002}, false},
		"two chosen groups": {
			"  a: {image: x, volumes: ['vol:/d'], x-kubernetes: {fsGroup: 7}}\n  b: {image: x, volumes: ['vol:/d'], x-kubernetes: {fsGroup: 8}}\n",
			map[string]int64{"a": 7, "b": 8},
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n"+c.services+"volumes: {vol: {}, web: {}}\n")
			for service, want := range c.want {
				if got := podOf(t, r, service).Spec.SecurityContext.FSGroup; got == nil || *got != want {
					t.Errorf("the volumes of %s belong to %v, want %d", service, got, want)
				}
			}
			if c.conflict {
				finding(t, r, "fs-group")
			}
		})
	}
}

// TestLabelsOfVolumesAndSecrets: what can be a label is one, besides being an annotation, and never in place of the conversion's own.
func TestLabelsOfVolumesAndSecrets(t *testing.T) {
	r := convertYAML(t, `
services: {web: {image: a, volumes: ["data:/d"], secrets: [key], configs: [conf]}}
volumes: {data: {labels: {team: shop, note: "two words", app.kubernetes.io/name: x}}}
secrets: {key: {environment: KEY, labels: {team: shop}}}
configs: {conf: {content: x, labels: {team: shop}}}
`)
	claim := find[*corev1.PersistentVolumeClaim](t, r, "data")
	if claim.Labels["team"] != "shop" || claim.Annotations["team"] != "shop" || claim.Annotations["note"] != "two words" {
		t.Errorf("labels %v, annotations %v", claim.Labels, claim.Annotations)
	}
	if _, odd := claim.Labels["note"]; odd || claim.Labels[LabelName] != "data" {
		t.Errorf("labels %v", claim.Labels)
	}
	if s := find[*corev1.Secret](t, r, "key"); s.Labels["team"] != "shop" || s.Annotations["team"] != "shop" {
		t.Errorf("labels %v, annotations %v", s.Labels, s.Annotations)
	}
	if m := find[*corev1.ConfigMap](t, r, "conf"); m.Labels["team"] != "" || m.Annotations["team"] != "shop" {
		t.Errorf("labels %v, annotations %v", m.Labels, m.Annotations)
	}
}
