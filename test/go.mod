module github.com/hushlog/hushlog/test

go 1.26.0

require (
	github.com/hushlog/hushlog/pkg v0.0.0
	github.com/hushlog/hushlog/pkg/client v0.0.0
	github.com/hushlog/hushlog/proto v0.0.0
	github.com/hushlog/hushlog/services v0.0.0
)

replace (
	github.com/hushlog/hushlog/pkg => ../pkg
	github.com/hushlog/hushlog/pkg/client => ../pkg/client
	github.com/hushlog/hushlog/proto => ../proto
	github.com/hushlog/hushlog/services => ../services
)
