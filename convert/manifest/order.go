package manifest

import (
	"reflect"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// fieldOrder names the fields that come first, for types whose Go declaration is not in the order in which the
// Kubernetes documentation writes them. Fields that are not named follow in the order of the declaration; a whole object
// needs a row only where more than objectOrder comes first.
var fieldOrder = map[reflect.Type][]string{
	reflect.TypeFor[metav1.ObjectMeta](): fields("name generateName namespace labels annotations"),

	reflect.TypeFor[corev1.ConfigMap](): fields("apiVersion kind metadata immutable data binaryData"),
	reflect.TypeFor[corev1.Secret]():    fields("apiVersion kind metadata type immutable stringData data"),

	reflect.TypeFor[appsv1.DeploymentSpec]():  fields("replicas selector minReadySeconds revisionHistoryLimit progressDeadlineSeconds strategy"),
	reflect.TypeFor[appsv1.StatefulSetSpec](): fields("serviceName replicas selector podManagementPolicy updateStrategy"),
	reflect.TypeFor[appsv1.DaemonSetSpec]():   fields("selector updateStrategy"),
	reflect.TypeFor[batchv1.JobSpec]():        slices.Concat(fields("parallelism completions completionMode backoffLimit"), allBut[batchv1.JobSpec]("template")),
	reflect.TypeFor[batchv1.CronJobSpec]():    slices.Concat(fields("schedule timeZone"), allBut[batchv1.CronJobSpec]("jobTemplate")),

	reflect.TypeFor[corev1.PodSpec](): fields("serviceAccountName automountServiceAccountToken hostname subdomain " +
		"hostNetwork hostPID hostIPC shareProcessNamespace dnsPolicy dnsConfig hostAliases " +
		"nodeSelector affinity tolerations topologySpreadConstraints priorityClassName runtimeClassName " +
		"restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds enableServiceLinks imagePullSecrets securityContext " +
		"initContainers containers ephemeralContainers volumes"),
	reflect.TypeFor[corev1.Container](): fields("name image imagePullPolicy restartPolicy command args workingDir stdin stdinOnce tty " +
		"ports envFrom env resources securityContext startupProbe readinessProbe livenessProbe lifecycle volumeMounts volumeDevices"),
	reflect.TypeFor[corev1.SecurityContext](): fields("privileged runAsUser runAsGroup runAsNonRoot allowPrivilegeEscalation " +
		"readOnlyRootFilesystem capabilities seccompProfile"),
	reflect.TypeFor[corev1.PodSecurityContext]():    fields("runAsUser runAsGroup runAsNonRoot fsGroup fsGroupChangePolicy supplementalGroups sysctls seccompProfile"),
	reflect.TypeFor[corev1.ContainerPort]():         fields("name containerPort hostPort hostIP protocol"),
	reflect.TypeFor[corev1.EnvVar]():                fields("name value valueFrom"),
	reflect.TypeFor[corev1.ConfigMapKeySelector]():  fields("name key optional"),
	reflect.TypeFor[corev1.SecretKeySelector]():     fields("name key optional"),
	reflect.TypeFor[corev1.EnvFromSource]():         fields("prefix configMapRef secretRef"),
	reflect.TypeFor[corev1.Volume]():                fields("name"),
	reflect.TypeFor[corev1.VolumeMount]():           fields("name mountPath subPath subPathExpr readOnly"),
	reflect.TypeFor[corev1.ConfigMapVolumeSource](): fields("name defaultMode optional items"),
	reflect.TypeFor[corev1.SecretVolumeSource]():    fields("secretName defaultMode optional items"),
	reflect.TypeFor[corev1.KeyToPath]():             fields("key path mode"),
	reflect.TypeFor[corev1.Probe]():                 fields("exec httpGet tcpSocket grpc"),
	reflect.TypeFor[corev1.HTTPGetAction]():         fields("scheme host port path httpHeaders"),
	reflect.TypeFor[corev1.TCPSocketAction]():       fields("host port"),
	reflect.TypeFor[corev1.HostAlias]():             fields("ip hostnames"),
	reflect.TypeFor[corev1.ResourceRequirements]():  fields("requests limits"),

	reflect.TypeFor[corev1.ServiceSpec]():               fields("type clusterIP externalName externalTrafficPolicy publishNotReadyAddresses selector ports"),
	reflect.TypeFor[corev1.ServicePort]():               fields("name port targetPort nodePort protocol appProtocol"),
	reflect.TypeFor[corev1.PersistentVolumeClaimSpec](): fields("accessModes storageClassName volumeName resources selector"),
	reflect.TypeFor[metav1.LabelSelectorRequirement]():  fields("key operator values"),

	reflect.TypeFor[rbacv1.RoleRef]():                            fields("apiGroup kind name"),
	reflect.TypeFor[rbacv1.Subject]():                            fields("kind name namespace apiGroup"),
	reflect.TypeFor[rbacv1.PolicyRule]():                         fields("apiGroups resources resourceNames verbs"),
	reflect.TypeFor[networkingv1.NetworkPolicySpec]():            fields("podSelector policyTypes ingress egress"),
	reflect.TypeFor[networkingv1.NetworkPolicyIngressRule]():     fields("from ports"),
	reflect.TypeFor[networkingv1.NetworkPolicyEgressRule]():      fields("to ports"),
	reflect.TypeFor[networkingv1.NetworkPolicyPort]():            fields("port endPort protocol"),
	reflect.TypeFor[networkingv1.HTTPIngressPath]():              fields("path pathType backend"),
	reflect.TypeFor[networkingv1.IngressSpec]():                  fields("ingressClassName defaultBackend tls rules"),
	reflect.TypeFor[autoscalingv2.HorizontalPodAutoscalerSpec](): fields("scaleTargetRef minReplicas maxReplicas metrics behavior"),
}

// objectOrder names the fields that come first in every object.
var objectOrder = fields("apiVersion kind metadata")

// freeOrder names the keys that come first in a mapping without a Go type.
var freeOrder = fields("apiVersion kind metadata name namespace labels annotations spec")

func freeRank(key string) int {
	if i := slices.Index(freeOrder, key); i >= 0 {
		return i
	}
	return len(freeOrder)
}

func fields(names string) []string { return strings.Fields(names) }

// allBut names every field of a struct type except the one that closes the mapping.
func allBut[T any](last string) []string {
	var names []string
	for _, f := range declared(reflect.TypeFor[T](), nil) {
		if f.name != last {
			names = append(names, f.name)
		}
	}
	return names
}
