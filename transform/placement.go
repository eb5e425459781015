package transform

func (b *pod) nodeSelection() {}
