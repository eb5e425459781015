package transform

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
)

func TestVolumesFrom(t *testing.T) {
	r := convertYAML(t, `
services:
  data:
    image: example
    volumes: ["vol:/vol", "/anonymous", "./conf:/conf:ro"]
    tmpfs: /cache
    secrets: [pw]
  user: {image: example, volumes_from: ["data:ro"], volumes: ["own:/vol"]}
  chained: {image: example, volumes_from: [user]}
volumes: {vol: {}, own: {}}
secrets: {pw: {file: ./pw}}
`, files(map[string]*source.File{"conf": directory("a", text("a")), "pw": text("x")}))
	pod := podOf(t, r, "user")
	if m, v := mountAt(t, pod, "/vol"); v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != "own" || m.ReadOnly {
		t.Errorf("the service's own mount does not win: %+v", v.VolumeSource)
	}
	m, v := mountAt(t, pod, "/anonymous")
	if v.PersistentVolumeClaim == nil || !m.ReadOnly {
		t.Fatalf("the anonymous volume of another Pod is %+v, %+v", m, v.VolumeSource)
	}
	claim := v.PersistentVolumeClaim.ClaimName
	for _, name := range []string{"data", "chained"} {
		if _, v := mountAt(t, podOf(t, r, name), "/anonymous"); v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != claim {
			t.Errorf("%s sees another volume: %+v", name, v.VolumeSource)
		}
		if !affinityTo(podOf(t, r, name), claim) {
			t.Errorf("%s may run on another node", name)
		}
	}
	if _, v := mountAt(t, pod, "/conf"); v.ConfigMap == nil {
		t.Errorf("the bind mount is %+v", v.VolumeSource)
	}
	for _, m := range pod.Spec.Containers[0].VolumeMounts {
		if m.MountPath == "/cache" || strings.HasPrefix(m.MountPath, "/run") {
			t.Errorf("%s is no volume on Docker and not passed on", m.MountPath)
		}
	}
}

func TestVolumesFromContainerOutsideTheProject(t *testing.T) {
	r := convertYAML(t, "services:\n  web: {image: example, volumes_from: [\"container:other:ro\"]}\n")
	if f := finding(t, r, "container-ref"); f.Path.String() != "services.web.volumes_from[0]" {
		t.Errorf("reported at %s", f.Path)
	}
}

func TestAnonymousVolume(t *testing.T) {
	built := source.ImageFacts{
		Source: "Dockerfile", BaseImage: "node", WorkingDir: "/app", CopyTargets: []string{"/app"},
		Paths: map[string]source.ImagePath{"/app": {CopiedFrom: []string{"/project"}}},
	}
	for name, c := range map[string]struct{ service, target, want, code string }{
		"scratch space":                 {"image: example, volumes: [/scratch]", "/scratch", "emptydir", "anonymous-volume"},
		"data":                          {"image: 'postgres:16', volumes: [/var/lib/postgresql/data]", "/var/lib/postgresql/data", "emptydir", "ephemeral-data"},
		"a variable that moves it":      {"image: 'postgres:16', environment: {PGDATA: /pg}", "/pg", "emptydir", "ephemeral-data"},
		"a variable of another program": {"image: 'rabbitmq:4', environment: {PGDATA: /pg}", "/var/lib/rabbitmq", "emptydir", "ephemeral-data"},
		"data without a mount":          {"image: 'postgres:16'", "/var/lib/postgresql/data", "emptydir", "ephemeral-data"},
		"a tool of a database image":    {"image: 'postgres:16', restart: always, command: [pg_dump]", "", "", "image-volume"},
		"a server with settings":        {"image: 'postgres:18', command: postgres -c fsync=off", "/var/lib/postgresql", "emptydir", "ephemeral-data"},
		"a server with a subcommand":    {"image: minio/minio, command: server /data", "/data", "emptydir", "ephemeral-data"},
		"a server of an entrypoint":     {"image: minio/minio, entrypoint: [minio, server, /data]", "/data", "emptydir", "ephemeral-data"},
		"a server behind a shell":       {"image: minio/minio, entrypoint: sh, command: [-c, mkdir -p /data/x && minio server /data]", "/data", "emptydir", "ephemeral-data"},
		"a server with other places":    {"image: minio/minio, command: 'server http://minio{1...4}/data{1...2}'", "", "", "image-volume"},
		"a script that starts a server": {"image: 'mysql:8', command: [sh, -c, 'mysqladmin status; exec docker-entrypoint.sh mysqld']", "/var/lib/mysql", "emptydir", "ephemeral-data"},
		"a script around a tool":        {"image: 'mysql:8', restart: always, command: [sh, -c, 'while mysqldump -h db; do sleep 9; done']", "", "", "image-volume"},
		"node_modules of the image":     {"build: ., volumes: ['.:/app', /app/node_modules]", "", "", "anonymous-image"},
		"below copied source":           {"build: ., image: other, volumes: ['.:/src', /src/vendor]", "", "", "anonymous-image"},
		"content of the image":          {"image: nginx, volumes: [/usr/share/nginx/html]", "", "", "ephemeral-data"},
		"kept on request":               {"image: example, volumes: [{type: volume, target: /x, x-kubernetes: {as: pvc}}]", "/x", "claim", "anonymous-claim"},
	} {
		t.Run(name, func(t *testing.T) {
			facts := image("web", built)
			if strings.Contains(c.service, "/src") { // nothing is known about what is built
				facts = image("web", source.ImageFacts{Paths: map[string]source.ImagePath{"/src": {CopiedFrom: []string{"/project"}}}})
			}
			r := convertYAML(t, "services:\n  web: {"+c.service+"}\n", facts, files(map[string]*source.File{".": directory("a.js", text("x"))}))
			pod := podOf(t, r, "web")
			if got := volumeKind(pod); got != c.want {
				t.Errorf("becomes %q, want %q", got, c.want)
			}
			if c.target != "" {
				mountAt(t, pod, c.target)
			}
			finding(t, r, c.code)
		})
	}
}

func TestImageMount(t *testing.T) {
	const project = "services:\n  web: {image: example, volumes: [{type: image, source: 'example/assets:1', target: /assets, image: {subpath: static}}]}\n"
	r := convertYAML(t, project)
	if volumeKind(podOf(t, r, "web")) != "" {
		t.Error("an image volume is emitted for a version in which it is not stable")
	}
	finding(t, r, "image-volume-version")
	r = convertYAML(t, project, func(in *Input) { in.Options.KubeVersion = Version{Major: 1, Minor: 36} })
	m, v := mountAt(t, podOf(t, r, "web"), "/assets")
	if v.Image == nil || v.Image.Reference != "example/assets:1" || m.SubPath != "static" || !m.ReadOnly {
		t.Errorf("%+v of %+v", m, v)
	}
}

func TestOtherVolumeTypes(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: example
    volumes:
    - {type: npipe, source: '\\.\pipe\docker_engine', target: '\\.\pipe\docker_engine'}
    - {type: npipe, source: '\\.\pipe\other', target: /pipe}
    - {type: cluster, source: shared, target: /shared}
`)
	finding(t, r, "docker-socket")
	finding(t, r, "named-pipe")
	finding(t, r, "cluster-volume")
	if _, v := mountAt(t, podOf(t, r, "web"), "/shared"); v.PersistentVolumeClaim == nil || !has[*corev1.PersistentVolumeClaim](r, "shared") {
		t.Errorf("the cluster volume is %+v", v.VolumeSource)
	}
}

func TestHooksSeeTheVolumesOfTheirService(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: example
    volumes: ["vol:/vol", "/scratch", "./conf:/conf:ro"]
    pre_start: [{command: [init], volumes: ["own:/vol"]}]
volumes: {vol: {}, own: {}}
`, files(map[string]*source.File{"conf": directory("a", text("a"))}))
	spec := find[*appsv1.Deployment](t, r, "web").Spec.Template.Spec
	hook := map[string]string{}
	for _, m := range spec.InitContainers[0].VolumeMounts {
		hook[m.MountPath] = m.Name
	}
	for _, m := range spec.Containers[0].VolumeMounts {
		if m.MountPath != "/vol" && hook[m.MountPath] != m.Name {
			t.Errorf("the hook sees %q at %s, its service %q", hook[m.MountPath], m.MountPath, m.Name)
		}
	}
	if hook["/vol"] != "own" {
		t.Errorf("the hook's own volume does not win: %v", hook)
	}
}
