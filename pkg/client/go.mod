module github.com/hushlog/hushlog/pkg/client

go 1.26.0

require github.com/hushlog/hushlog/proto v0.0.0

replace github.com/hushlog/hushlog/proto => ../../proto
