package up_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/cluster"
)

// TestServiceOfAnotherKindTakesThePlaceOfTheOldOne: both at once would share a name, a Service and a volume.
func TestServiceOfAnotherKindTakesThePlaceOfTheOldOne(t *testing.T) {
	b := start(t)
	db := service{Name: "db", Claim: "1Gi"}
	b.up(project(t, db, service{Name: "web"}))
	db.Kind = "StatefulSet"
	objects := project(t, db, service{Name: "web"})

	difference, err := b.client.Diff(context.Background(), objects, b.options(), nil)
	if err != nil || !bytes.Contains(difference, []byte("cluster/deployment/db")) || !bytes.Contains(difference, []byte("takes the place of deployment/db")) {
		t.Errorf("diff does not show that the Deployment goes: %v\n%s", err, difference)
	}
	plan, events, err := b.try(objects)
	if err != nil {
		t.Fatal(err)
	}
	if got := actions(plan); !slices.Equal(got, []string{"create statefulset/db"}) || len(plan.Orphans) != 0 {
		t.Errorf("the plan is %v with orphans %v", got, plan.Orphans)
	}
	if b.get("deployment", "db") != nil || b.get("statefulset", "db") == nil {
		t.Error("the Deployment is there, or the StatefulSet is not")
	}
	if got := events.order("removed"); !slices.Equal(got, []string{"deployment/db"}) {
		t.Errorf("removed were %v", got)
	}
	b.consistent(objects)
	if plan := b.up(objects); plan.Changes() != 0 {
		t.Errorf("the next up plans %v", actions(plan))
	}
}

// TestServicesThatMoveIntoOnePodLeaveTheirOwn also holds for an up of a part of the project.
func TestServicesThatMoveIntoOnePodLeaveTheirOwn(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web"}, service{Name: "helper"}, service{Name: "db"}))
	merged := project(t, service{Name: "web"})
	annotations := merged[1].GetAnnotations()
	delete(annotations, "transship/compose-service")
	annotations["transship/compose-services"] = "web,helper"
	merged[1].SetAnnotations(annotations)
	b.up(merged, func(o *cluster.UpOptions) { o.Partial = true })
	if b.get("deployment", "helper") != nil || b.get("deployment", "db") == nil {
		t.Error("the Deployment of helper is there still, or that of db is gone")
	}
}

// TestServicesThatLeaveOnePodGoTogether: an up of one of them alone would end the others.
func TestServicesThatLeaveOnePodGoTogether(t *testing.T) {
	b := start(t)
	shared := project(t, service{Name: "vpn"})
	annotations := shared[1].GetAnnotations()
	delete(annotations, "transship/compose-service")
	annotations["transship/compose-services"] = "vpn,torrent"
	shared[1].SetAnnotations(annotations)
	b.up(shared)
	for _, tt := range []struct {
		objects []service
		options func(*cluster.UpOptions)
	}{
		{[]service{{Name: "torrent"}}, func(o *cluster.UpOptions) { o.Partial = true }},
		{[]service{{Name: "torrent"}}, func(o *cluster.UpOptions) { o.Disabled = []string{"vpn"} }},
	} {
		_, _, err := b.try(project(t, tt.objects...), tt.options)
		var refused *cluster.RefusedError
		if !errors.As(err, &refused) {
			t.Fatalf("up ended with %v", err)
		}
		if p := one(t, refused.Problems); p.Ref.String() != "deployment/torrent" || !strings.Contains(p.Message, "deployment/vpn, where vpn runs too") {
			t.Errorf("the problem is %+v", p)
		}
	}
	if b.get("deployment", "vpn") == nil {
		t.Fatal("the Deployment of both is gone")
	}
	_, said, err := b.try(project(t, service{Name: "vpn"}), func(o *cluster.UpOptions) { o.Partial, o.DryRun = true, true })
	if got := strings.Join(said.order("warning"), "\n"); err != nil || !strings.Contains(got, "deployment/vpn goes on without torrent") {
		t.Errorf("up of the other alone warns %q, %v", got, err)
	}
	apart := project(t, service{Name: "vpn", Kind: "StatefulSet"}, service{Name: "torrent"})
	difference, err := b.client.Diff(context.Background(), apart, b.options(), nil)
	if n := bytes.Count(difference, []byte("-kind: Deployment")); err != nil || n != 1 {
		t.Errorf("diff removes %d Deployments: %v\n%s", n, err, difference)
	}
	_, events, err := b.try(apart)
	if err != nil {
		t.Fatal(err)
	}
	if got := events.order("removed"); !slices.Equal(got, []string{"deployment/vpn"}) {
		t.Errorf("removed were %v", got)
	}
	b.consistent(apart)
}

func TestClaimThatSomebodyDeletedIsNotWaitedForInVain(t *testing.T) {
	b := start(t)
	objects := project(t, service{Name: "db", Claim: "1Gi"})
	b.up(objects)
	claims := b.cluster.Client.CoreV1().PersistentVolumeClaims(b.namespace)
	if err := claims.Delete(context.Background(), "db-data", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	_, _, err := b.try(objects)
	var refused *cluster.RefusedError
	if !errors.As(err, &refused) {
		t.Fatalf("up ended with %v", err)
	}
	p := one(t, refused.Problems)
	if p.Ref.String() != "persistentvolumeclaim/db-data" || !strings.Contains(p.Message, "pod/db-") || !strings.Contains(p.Help, "down") {
		t.Errorf("the problem is %+v", p)
	}
	b.down()
	b.up(objects)
	if claim := b.get("claim", "db-data"); claim == nil || claim.GetDeletionTimestamp() != nil {
		t.Error("there is no new claim")
	}
}
