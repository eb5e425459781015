package transform

func (b *pod) hostnameAndDNS() {}
