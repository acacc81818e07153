// The oracle is built once per Kubernetes release with `go build -modfile versions/<release>.mod`, where the pinned requirements are; see
// ../oracle-build.ts. This file only marks the root of the module.
module plimsoll.dev/oracle

go 1.24.0
