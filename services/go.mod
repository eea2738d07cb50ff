module github.com/hushlog/hushlog/services

go 1.26.0

require (
	github.com/hushlog/hushlog/pkg v0.0.0
	github.com/hushlog/hushlog/proto v0.0.0
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	github.com/stretchr/testify v1.12.1 // indirect
)

replace (
	github.com/hushlog/hushlog/pkg => ../pkg
	github.com/hushlog/hushlog/proto => ../proto
)
