package reasons_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/reasons"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/keys"
)

// commented converts a project and returns its manifests with all comments.
func commented(t *testing.T, compose string, o transform.Options, others ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	for i := 0; i < len(others); i += 2 {
		write(t, filepath.Join(dir, others[i]), others[i+1])
	}
	write(t, filepath.Join(dir, "compose.yaml"), compose)
	result, err := convert.Convert(context.Background(), convert.Options{Load: loader.Options{WorkingDirectory: dir, Environ: []string{}}, Transform: o})
	if err != nil {
		t.Fatal(err)
	}
	if result.Err() != nil {
		t.Fatal(result.Findings)
	}
	provenance, err := convert.Effects(context.Background(), result, o)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	yaml := convert.YAMLOptions{
		Comment:      func(o runtime.Object) string { return convert.ObjectComment(result, provenance, o) },
		FieldComment: convert.FieldComments(result, provenance),
	}
	if err := convert.WriteYAML(&out, result.Objects, yaml); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReasonsTellTheirCause: where a field has several causes, its comment names the one that it has here.
func TestReasonsTellTheirCause(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		compose string
		options transform.Options
		others  []string
		want    []string // lines, without what is before them
		not     []string
	}{
		"Recreate for a claim": {
			compose: "services: {db: {image: 'postgres:17', volumes: ['data:/var/lib/postgresql/data']}}\nvolumes: {data: }\n",
			want: []string{
				"strategy: # services.db.volumes[0] (compose.yaml:1): the old Pod lets go of its claim first: one node mounts it at a time, and two Pods must not write to it",
				"subPath: data # services.db.volumes[0]: a new file system has lost+found at its root, and this program wants an empty directory",
				"- ReadWriteOnce # one node mounts it at a time, which every storage class can do",
				"storage: 1Gi # a claim must have a size and a volume of Docker has none; --volume-size sets another",
			},
			not: []string{"the cluster has no host directory"},
		},
		"Recreate for a claim of others": {
			compose: "services: {db: {image: a, volumes: ['data:/data']}}\nvolumes: {data: {external: true}}\n",
			want:    []string{"the old Pod lets go of its claim first: how many nodes may mount it is not known here"},
		},
		"Recreate for the network of the node": {
			compose: "services: {db: {image: a, network_mode: host, volumes: ['data:/data']}}\nvolumes: {data: }\n",
			want:    []string{"two Pods cannot have the same ports of one node", "dnsPolicy: ClusterFirstWithHostNet # services.db.network_mode: in the network of the node"},
			not:     []string{"lets go of its claim"},
		},
		"Recreate for a port of the node": {
			compose: "services: {db: {image: a, ports: [{target: 80, published: '80', mode: host}]}}\n",
			want:    []string{"two Pods cannot have the same port of one node"},
		},
		"Recreate for what nobody calls": {
			compose: "services: {bot: {image: a}}\n",
			want:    []string{"strategy: # Docker stops the old container first, and two at once could do the same work twice"},
		},
		"Recreate for update_config": {
			compose: "services: {db: {image: a, deploy: {replicas: 2, update_config: {parallelism: 0}}}}\n",
			want:    []string{"type: Recreate # services.db.deploy.update_config.parallelism (compose.yaml:1): update_config replaces all containers at once"},
		},
		"no reason for what x-kubernetes says": {
			compose: "services: {db: {image: a, expose: ['80'], x-kubernetes: {singleton: true, fsGroup: 7}, user: '5', volumes: ['data:/data']}}\nvolumes: {data: {x-kubernetes: {size: 2Gi, accessMode: ReadWriteMany}}}\n",
			want: []string{
				"strategy: # services.db.x-kubernetes.singleton (compose.yaml:1)\n", "fsGroup: 7 # services.db.x-kubernetes.fsGroup (compose.yaml:1)\n",
				"storage: 2Gi # volumes.data.x-kubernetes.size (compose.yaml:2)\n", "- ReadWriteMany # volumes.data.x-kubernetes.accessMode (compose.yaml:2)\n",
			},
		},
		"RollingUpdate for readiness": {
			compose: "services: {web: {image: a, expose: ['80'], healthcheck: {test: [CMD, a], start_period: 9s}}}\n",
			want: []string{
				"the readiness probe tells when the new Pod can take over, so the old one stays until then",
				"failureThreshold: 198 # ten times what Docker waits: Kubernetes restarts what fails here, Docker does not",
				"periodSeconds: 5 # Docker's start_interval where none is written", "periodSeconds: 30 # Docker's default; that of Kubernetes is 10",
			},
		},
		"RollingUpdate for one on each node": {
			compose: "services: {web: {image: a, deploy: {placement: {max_replicas_per_node: 1}}}}\n",
			want:    []string{"a new Pod would wait for a node that the old one keeps"},
		},
		"readiness of others": {
			compose: "services: {web: {image: a, depends_on: {db: {condition: service_healthy}}}, db: {image: b, expose: ['5']}}\n",
			want: []string{
				"readinessProbe: # services.web.depends_on.db.condition: it has no healthcheck, and others wait for it to be healthy: answering on its port counts",
				"- name: wait-db # waits until a ready Pod answers behind the Service", "resources: # next to nothing;", "securityContext: # it needs no rights, and fits the Pod Security level restricted",
			},
		},
		"a grace period with a hook": {
			compose: "services: {web: {image: a, pre_stop: [{command: [b]}]}, api: {image: a}}\n",
			want: []string{
				"terminationGracePeriodSeconds: 20 # the time of pre_stop counts in it, so 10 s are added for the hook",
				"terminationGracePeriodSeconds: 10 # Docker's time to stop; the default of Kubernetes is 30",
			},
		},
		"headless for want of ports": {
			compose: "services: {web: {image: a}}\n",
			want:    []string{"clusterIP: None # no port is known: the name leads to the Pods, where every port works, as on Docker"},
		},
		"headless for doubt": {
			compose: "services: {web: {image: a, expose: ['5']}, api: {image: b, environment: {SEEDS: 'web'}}}\n",
			want:    []string{"clusterIP: None # services.api.environment.SEEDS (compose.yaml:1): which ports it has is not certain:"},
		},
		"headless for a StatefulSet": {
			compose: "services: {web: {image: a, expose: ['5'], x-kubernetes: {kind: StatefulSet}}}\n",
			want:    []string{"serviceName: web # the headless Service below which each Pod has a name of its own"},
		},
		"requests beside limits": {
			compose: "services: {web: {image: a, mem_limit: 1g}, api: {image: a, mem_limit: 1g, mem_reservation: 5m}}\n",
			want: []string{
				"memory: 128Mi # Docker reserves nothing; without a request Kubernetes would reserve the whole limit",
				"memory: 5Mi # services.api.mem_reservation (compose.yaml:1): the scheduler reserves it on the node\n",
			},
		},
		"Jobs": {
			compose: "services: {once: {image: a, restart: 'no', deploy: {mode: replicated-job, replicas: 3}}, web: {image: b, depends_on: {more: {condition: service_completed_successfully}}}, more: {image: c, restart: 'on-failure:2'}}\n",
			want: []string{
				"completionMode: Indexed # ", "each Pod has an index, by which its failures are counted", "counts for each Pod, so that one that fails for good does not end the others",
				"backoffLimit: 2 # services.more.restart (compose.yaml:1): as often as the file says, after the first time",
				"restartPolicy: Never # each try is a Pod of its own, whose log stays",
				"- name: wait-more # waits until the Job has ended, well or not", "- name: check-more # fails, and so is tried again, while the Job has not succeeded",
				"the account as which the containers that wait for a Job ask the API server", "rules: # no more than it takes to see whether these Jobs have ended",
			},
			options: transform.Options{KubeVersion: transform.Version{Major: 1, Minor: 34}},
		},
		"waiting across networks": {
			compose: "services: {web: {image: a, networks: [one], depends_on: {db: {condition: service_healthy}, once: {condition: service_completed_successfully}}}, db: {image: b, expose: ['5'], networks: [two]}, once: {image: c, networks: [one]}}\nnetworks: {one: {internal: true}, two: }\n",
			want: []string{
				"ingress: # another service waits for it from a network of its own", "egress: # it waits for a service that is on none of its networks",
				"egress: # the container that waits for a Job asks the API server, which has one of these addresses",
				"egress: # an internal network has no way out but to its members and the DNS of the cluster",
				"ingress: # who shares a network reaches each other, and nobody else does, as on Docker",
			},
		},
		"published by a flag": {
			compose: "services: {web: {image: a, ports: ['80:5']}, api: {image: a, ports: ['81:5'], x-kubernetes: {publish: {type: nodeport}}}}\n",
			options: transform.Options{Publish: transform.PublishLoadBalancer},
			want:    []string{"type: LoadBalancer # --publish asks for it", "type: NodePort # services.api.x-kubernetes.publish.type (compose.yaml:1)\n"},
		},
		"published by a route": {
			compose: "services: {web: {image: a, ports: ['80:3000']}, api: {image: b, environment: {HOST: 'web'}}}\n",
			options: transform.Options{Publish: transform.PublishIngress},
			want:    []string{"rules: # the way from outside to the published port"},
			not:     []string{"numbers under which ports are published"},
		},
		"the user of the image": {
			compose: "services: {db: {image: 'postgres:17', user: postgres, volumes: ['data:/x']}}\nvolumes: {data: }\n",
			want:    []string{"runAsUser: 999 # the number that this user has in the image", "runAsNonRoot: true # the user is known not to be root, and the kubelet checks it"},
		},
		"an image without a name": {
			compose: "services: {web: {build: .}}\n", others: []string{"Dockerfile", "FROM a\n"},
			want: []string{"image: shop-web:latest # the name that Compose gives to what it builds, where no image is named"},
		},
		"a secret value": {
			compose: "services: {web: {image: a, environment: {API_TOKEN: 'n7hQ-2kLw8-zz41'}}}\n",
			want:    []string{"secretKeyRef: # the value is in a Secret, which fewer people can read than a Pod"},
			not:     []string{"n7hQ"},
		},
		"jobs by hand": {
			compose: "services: {web: {image: a}}\njobs: {one: {image: a, triggers: {manual: true}}, two: {image: a, triggers: {manual: false}}}\n",
			want: []string{
				"suspend: true # it is run by hand: kubectl create job --from", "suspend: true # it has no schedule and must not be run by hand either",
				"schedule: 0 0 31 2 * # 31 February: a CronJob must have a schedule, also one that is only run by hand",
			},
		},
		"sizes by a flag": {
			compose: "services: {web: {image: a, volumes: ['data:/x']}, api: {image: a, volumes: ['data:/x']}}\nvolumes: {data: }\n",
			options: transform.Options{VolumeSize: "7Gi", SharedVolumes: transform.SharedRWX},
			want:    []string{"storage: 7Gi # the size that --volume-size or x-kubernetes says", "- ReadWriteMany # services.api.volumes[0] (compose.yaml:1): its Pods may run on several nodes"},
		},
		"names of ports": {
			compose: "services: {web: {image: 'nginx:1.29', expose: ['9']}}\n",
			want:    []string{"- name: http # services.web.image (compose.yaml:1): what the image is known to expose; the protocol that is spoken there"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			have := commented(t, c.compose, c.options, c.others...)
			for _, want := range c.want {
				if !strings.Contains(have, want) {
					t.Errorf("%q is missing", want)
				}
			}
			for _, not := range c.not {
				if strings.Contains(have, not) {
					t.Errorf("%q is in it", not)
				}
			}
			if t.Failed() {
				t.Log(have)
			}
		})
	}
}

// TestAReasonIsSaidOnce: two containers with the same field give one comment to an object.
func TestAReasonIsSaidOnce(t *testing.T) {
	t.Parallel()
	have := commented(t, "services: {web: {image: a, mem_limit: 1g}, side: {image: b, network_mode: 'service:web', mem_limit: 1g}}\n", transform.Options{})
	for _, reason := range []string{"as Docker pulls; the default of Kubernetes depends on the tag", "without a request Kubernetes would reserve the whole limit"} {
		if n := strings.Count(have, reason); n != 1 {
			t.Errorf("%q is said %d times in\n%s", reason, n, have)
		}
	}
}

// TestDifferencesThatAreNotShown: what is kept away from fields is in the table of keys.
func TestDifferencesThatAreNotShown(t *testing.T) {
	t.Parallel()
	below, atTop := reasons.OnlySometimes()
	for _, path := range slices.Concat(below, atTop) {
		known := slices.ContainsFunc(keys.All(), func(r keys.Row) bool {
			isIt := r.Path == path || r.Path == "services.*."+path || r.Path == "jobs.*."+path
			return isIt && r.Class == keys.Close && r.Difference != ""
		})
		if !known {
			t.Errorf("%s has no difference that could be shown", path)
		}
	}
}

// TestReasonsReadAlike: one clause, which can stand behind a field.
func TestReasonsReadAlike(t *testing.T) {
	t.Parallel()
	for text := range reasons.Texts() {
		switch {
		case text == "" || strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "..."), strings.ContainsAny(text, "\n#"), len(text) > 110:
			t.Errorf("%q is no short clause", text)
		}
	}
}
