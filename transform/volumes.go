package transform

import corev1 "k8s.io/api/core/v1"

// storage holds the claims, ConfigMaps and Secrets that mounts ask for, each once.
type storage struct{}

func (u *unit) volumeMounts() []corev1.VolumeMount { return nil }

// volumeLabels returns the Pod labels by which Pods that share a volume find each other's node.
func (b *pod) volumeLabels() map[string]string { return nil }

// storageObjects emits the objects that mounts asked for.
func (p *project) storageObjects() {}

func (p *project) assignResourceNames() {}

// pinsVolume reports whether the Pod mounts a claim that only one node may write to.
func (b *pod) pinsVolume() bool { return false }
