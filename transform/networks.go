package transform

func (b *pod) networkLabels() map[string]string { return nil }

func (p *project) networkPolicies() {}
