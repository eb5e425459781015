package names

import "testing"

func TestRepository(t *testing.T) {
	for name, want := range map[string]string{
		"shop-web": "shop-web", "shop-_web": "shop-web", "Shop-Web.": "shop-web", "a-b__c": "a-b__c", "a..b": "a-b", "my app": "my-app",
	} {
		if got := Repository(name); got != want {
			t.Errorf("Repository(%q) = %q, want %q", name, got, want)
		}
	}
}
