module github.com/hushlog/hushlog/test

go 1.26.0

require (
	github.com/hushlog/hushlog/pkg v0.0.0
	github.com/hushlog/hushlog/pkg/client v0.0.0
	github.com/hushlog/hushlog/proto v0.0.0
	github.com/hushlog/hushlog/services v0.0.0
)

require (
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/pierrec/lz4/v4 v4.1.33 // indirect
	github.com/stretchr/testify v1.12.1 // indirect
	github.com/twmb/franz-go v1.22.2 // indirect
	github.com/twmb/franz-go/pkg/kadm v1.19.0 // indirect
	github.com/twmb/franz-go/pkg/kmsg v1.15.0 // indirect
)

replace (
	github.com/hushlog/hushlog/pkg => ../pkg
	github.com/hushlog/hushlog/pkg/client => ../pkg/client
	github.com/hushlog/hushlog/proto => ../proto
	github.com/hushlog/hushlog/services => ../services
)
