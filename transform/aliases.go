package transform

func (b *pod) aliasLabels() map[string]string { return nil }
