package main

import (
	"fmt"
	"reflect"
	"unsafe"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// privateField is the address of an unexported field of upstream's. The oracle reads plugin lists, the start index of the node scan and the
// listeners of informers this way; there is no other access to them.
func privateField[T any](structure any, name string) *T {
	field := reach(reflect.ValueOf(structure).Elem(), name)
	if field.Type() != reflect.TypeFor[T]() {
		panic(fmt.Sprintf("%T has no field %s of type %v", structure, name, reflect.TypeFor[T]()))
	}
	return (*T)(field.Addr().UnsafePointer())
}

// reach is the named field of an addressable structure, exported or not.
func reach(structure reflect.Value, name string) reflect.Value {
	field := structure.FieldByName(name)
	if !field.IsValid() {
		panic(fmt.Sprintf("%v has no field %s", structure.Type(), name))
	}
	return reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
}

func scorePlugins(f framework.Framework) []scorePlugin {
	return *privateField[[]scorePlugin](f, "scorePlugins")
}

func postFilterPlugins(f framework.Framework) []postFilterPlugin {
	return *privateField[[]postFilterPlugin](f, "postFilterPlugins")
}

// scanStart is the position in the node list at which the next scan starts.
func scanStart(s *scheduler.Scheduler) *int { return privateField[int](s, "nextStartNodeIndex") }

// delivered says whether every handler of every informer has seen all that was there when the informers started. Caches of volumes and claims are
// fed by handlers that nobody in upstream waits for.
func delivered(factory informers.SharedInformerFactory) bool {
	for _, informer := range *privateField[map[reflect.Type]cache.SharedIndexInformer](factory, "informers") {
		bare := reflect.ValueOf(informer).Elem()
		// From 1.37 on some are wrapped to hand out typed objects.
		for inner := bare.FieldByName("SharedIndexInformer"); inner.IsValid(); inner = bare.FieldByName("SharedIndexInformer") {
			bare = inner.Elem().Elem()
		}
		processor := reach(bare, "processor").Elem()
		for _, listener := range reach(processor, "listeners").MapKeys() {
			if !listener.Interface().(interface{ HasSynced() bool }).HasSynced() {
				return false
			}
		}
	}
	return true
}
