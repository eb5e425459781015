package harness_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
)

// deployment is a Deployment called web whose Pods carry the annotations.
func deployment(replicas int, annotations ...string) string {
	return fmt.Sprintf(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: %d
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {%s}}
    spec: {containers: [{name: web, image: example}]}
`, replicas, strings.Join(annotations, ", "))
}

func job(spec string, annotations ...string) string {
	return fmt.Sprintf(`
apiVersion: batch/v1
kind: Job
metadata: {name: task}
spec:
  %s
  template:
    metadata: {labels: {app: task}, annotations: {%s}}
    spec: {restartPolicy: Never, containers: [{name: task, image: example}]}
`, spec, strings.Join(annotations, ", "))
}

func TestDeploymentOfManyPodsBecomesAvailable(t *testing.T) {
	c := harness.Start(t, harness.Controllers)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, deployment(120)+"---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n")
	deployed(t, c, namespace, func(d *appsv1.Deployment) bool { return d.Status.AvailableReplicas == 120 })
	harness.Eventually(t, "the service has its endpoints", func(ctx context.Context) (bool, error) {
		slices, err := c.Client.DiscoveryV1().EndpointSlices(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, err
		}
		n := 0
		for _, slice := range slices.Items {
			n += len(slice.Endpoints)
		}
		return n == 120, fmt.Errorf("%d endpoints", n)
	})
}

func TestPodsBehaveAsAnnotated(t *testing.T) {
	c := harness.Start(t, harness.Controllers)
	for _, test := range []struct {
		name        string
		annotations []string
		shows       func(corev1.Pod) bool
	}{
		{"pending", []string{"testcluster.transship/pending: always"}, func(p corev1.Pod) bool {
			return p.Status.Phase == corev1.PodPending && waitsFor(p, "ContainerCreating")
		}},
		{"image cannot be pulled", []string{"testcluster.transship/image-pull-error: always"}, func(p corev1.Pod) bool {
			return waitsFor(p, "ImagePullBackOff")
		}},
		{"never ready", []string{"testcluster.transship/not-ready: always"}, func(p corev1.Pod) bool {
			return p.Status.Phase == corev1.PodRunning && !p.Status.ContainerStatuses[0].Ready
		}},
		{"ready after a while", []string{"testcluster.transship/not-ready: 1s"}, func(p corev1.Pod) bool {
			return p.Status.ContainerStatuses[0].Ready
		}},
		{"crash loop", []string{`testcluster.transship/exit-code: "3"`}, func(p corev1.Pod) bool {
			s := p.Status.ContainerStatuses[0]
			return waitsFor(p, "CrashLoopBackOff") && s.RestartCount > 1 && s.LastTerminationState.Terminated.ExitCode == 3
		}},
		{"recovers", []string{`testcluster.transship/exit-code: "3"`, `testcluster.transship/failures: "2"`}, func(p corev1.Pod) bool {
			return p.Status.ContainerStatuses[0].Ready && p.Status.ContainerStatuses[0].RestartCount == 2
		}},
		{"out of memory", []string{`testcluster.transship/oom-killed: "true"`}, func(p corev1.Pod) bool {
			last := p.Status.ContainerStatuses[0].LastTerminationState.Terminated
			return last != nil && last.Reason == "OOMKilled" && last.ExitCode == 137
		}},
		{"senseless annotation", []string{"testcluster.transship/not-ready: soon"}, func(p corev1.Pod) bool {
			return waitsFor(p, "CreateContainerConfigError")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			namespace := c.Namespace(t)
			c.Apply(t, namespace, deployment(1, test.annotations...))
			podShows(t, c, namespace, "app=web", test.shows)
		})
	}
}

func TestPodWaitsForWhatItNeeds(t *testing.T) {
	c := harness.Start(t, harness.Controllers)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, `
apiVersion: v1
kind: Pod
metadata: {name: needy, labels: {app: needy}}
spec: {containers: [{name: a, image: a, envFrom: [{configMapRef: {name: settings}}]}]}
`)
	podShows(t, c, namespace, "app=needy", func(p corev1.Pod) bool { return waitsFor(p, "CreateContainerConfigError") })
	c.Apply(t, namespace, configMap)
	c.PodReady(t, namespace, "app=needy")
}

func TestInitContainersComeFirst(t *testing.T) {
	c := harness.Start(t, harness.Controllers)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, `
apiVersion: v1
kind: Pod
metadata:
  name: a
  labels: {app: a}
  annotations: {testcluster.transship/container: migrate, testcluster.transship/exit-code: "1", testcluster.transship/failures: "1"}
spec:
  initContainers: [{name: migrate, image: a}, {name: proxy, image: a, restartPolicy: Always}]
  containers: [{name: a, image: a}]
`)
	podShows(t, c, namespace, "app=a", func(p corev1.Pod) bool {
		return waitsFor(p, "PodInitializing") && p.Status.InitContainerStatuses[0].LastTerminationState.Terminated != nil
	})
	pod := c.PodReady(t, namespace, "app=a")
	inits := pod.Status.InitContainerStatuses
	if inits[0].State.Terminated == nil || inits[0].RestartCount != 1 || inits[1].State.Running == nil {
		t.Errorf("want migrate ended after one restart and proxy running, got %+v", inits)
	}
}

func TestJobs(t *testing.T) {
	c := harness.Start(t, harness.Controllers)
	for _, test := range []struct {
		name, yaml string
		end        batchv1.JobConditionType
	}{
		{"completes", job("completions: 3"), batchv1.JobComplete},
		{"fails", job("backoffLimit: 0", `testcluster.transship/exit-code: "2"`), batchv1.JobFailed},
		{"takes too long", job("activeDeadlineSeconds: 1", "testcluster.transship/exit-after: always"), batchv1.JobFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			namespace := c.Namespace(t)
			c.Apply(t, namespace, test.yaml)
			harness.Eventually(t, "the job is "+string(test.end), func(ctx context.Context) (bool, error) {
				found, err := c.Client.BatchV1().Jobs(namespace).Get(ctx, "task", metav1.GetOptions{})
				if err != nil {
					return false, err
				}
				for _, condition := range found.Status.Conditions {
					if condition.Type == test.end && condition.Status == corev1.ConditionTrue {
						return true, nil
					}
				}
				return false, fmt.Errorf("conditions %+v", found.Status.Conditions)
			})
		})
	}
}

func TestClaimIsBoundAndItsVolumeRemoved(t *testing.T) {
	c := harness.Start(t, harness.Controllers)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`)
	claims := c.Client.CoreV1().PersistentVolumeClaims(namespace)
	var volume string
	harness.Eventually(t, "the claim is bound", func(ctx context.Context) (bool, error) {
		claim, err := claims.Get(ctx, "data", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		volume = claim.Spec.VolumeName
		return claim.Status.Phase == corev1.ClaimBound, fmt.Errorf("phase %s", claim.Status.Phase)
	})
	if err := claims.Delete(t.Context(), "data", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, "the volume is gone", func(ctx context.Context) (bool, error) {
		_, err := c.Client.CoreV1().PersistentVolumes().Get(ctx, volume, metav1.GetOptions{})
		return err != nil && strings.Contains(err.Error(), "not found"), err
	})
}

func TestDeletedPodGoesAway(t *testing.T) {
	c := harness.Start(t, harness.Controllers)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, deployment(2))
	deployed(t, c, namespace, func(d *appsv1.Deployment) bool { return d.Status.AvailableReplicas == 2 })
	c.Apply(t, namespace, deployment(0))
	harness.Eventually(t, "no pod is left", func(ctx context.Context) (bool, error) {
		pods, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
		return err == nil && len(pods.Items) == 0, err
	})
}

func deployed(t *testing.T, c *harness.Cluster, namespace string, want func(*appsv1.Deployment) bool) {
	t.Helper()
	harness.Eventually(t, "the deployment is as wanted", func(ctx context.Context) (bool, error) {
		found, err := c.Client.AppsV1().Deployments(namespace).Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		return want(found), fmt.Errorf("status %+v", found.Status)
	})
}

func podShows(t *testing.T, c *harness.Cluster, namespace, selector string, shows func(corev1.Pod) bool) {
	t.Helper()
	harness.Eventually(t, "a pod of "+selector+" shows it", func(ctx context.Context) (bool, error) {
		pods, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
		if err != nil {
			return false, err
		}
		for _, pod := range pods.Items {
			if len(pod.Status.ContainerStatuses) > 0 && shows(pod) {
				return true, nil
			}
		}
		return false, fmt.Errorf("pods %d", len(pods.Items))
	})
}

func waitsFor(pod corev1.Pod, reason string) bool {
	waiting := pod.Status.ContainerStatuses[0].State.Waiting
	return waiting != nil && waiting.Reason == reason
}
