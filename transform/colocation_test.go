package transform

import (
	"slices"
	"testing"
)

// A Pod with two required terms never starts where one finds company and the other none, so Pods that share volumes
// with each other, directly or by way of a third one, have exactly one term in common.
func TestColocationHasOneTermForVolumesThatHangTogether(t *testing.T) {
	r := convertYAML(t, `
services:
  only-b: {image: example, volumes: ["beta:/beta"]}
  a-and-b: {image: example, volumes: ["alpha:/alpha", "beta:/beta"]}
  b-and-c: {image: example, volumes: ["beta:/beta", "gamma:/gamma"]}
  only-c: {image: example, volumes: ["gamma:/gamma"]}
  also-a: {image: example, volumes: ["alpha:/alpha", "own:/own"]}
  apart: {image: example, volumes: ["delta:/delta"]}
  apart-too: {image: example, volumes: ["delta:/delta"]}
volumes: {alpha: {}, beta: {}, gamma: {}, delta: {}, own: {}}
`)
	for service, claim := range map[string]string{
		"only-b": "alpha", "a-and-b": "alpha", "b-and-c": "alpha", "only-c": "alpha", "also-a": "alpha", "apart": "delta", "apart-too": "delta",
	} {
		pod := podOf(t, r, service)
		if !affinityTo(pod, claim) {
			t.Errorf("%s does not look for the Pods of volume %s: %v %+v", service, claim, pod.Labels, pod.Spec.Affinity)
			continue
		}
		if n := len(pod.Spec.Affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution); n != 1 {
			t.Errorf("%s has %d terms", service, n)
		}
		others := slices.DeleteFunc([]string{"alpha", "beta", "gamma", "delta", "own"}, func(name string) bool { return name == claim })
		for _, name := range others {
			if pod.Labels[LabelVolume+name] != "" {
				t.Errorf("%s carries the label of volume %s as well", service, name)
			}
		}
	}
}
