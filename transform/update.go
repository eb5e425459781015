package transform

import appsv1 "k8s.io/api/apps/v1"

func (b *pod) deploymentUpdates(*appsv1.DeploymentSpec) {}

func (b *pod) statefulSetUpdates(*appsv1.StatefulSetSpec) {}

func (b *pod) daemonSetUpdates(*appsv1.DaemonSetSpec) {}
