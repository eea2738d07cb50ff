package redact

// trigger starts what word k, found at h, asks for.
func (sc *scanner) trigger(i int, h hit, k *keyword) {}
