module github.com/hushlog/hushlog/services

go 1.26.0

require (
	github.com/hushlog/hushlog/pkg v0.0.0
	github.com/hushlog/hushlog/proto v0.0.0
)

replace (
	github.com/hushlog/hushlog/pkg => ../pkg
	github.com/hushlog/hushlog/proto => ../proto
)
