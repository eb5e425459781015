package transform

// labelAnnotations returns the Pod annotations that carry the service's labels and annotations.
func (s *service) labelAnnotations() map[string]string { return nil }
