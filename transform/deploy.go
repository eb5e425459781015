package transform

func (s *service) deployAnnotations() map[string]string { return nil }
