package main

import (
	"fmt"
	"reflect"
	"unsafe"

	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// privateField is the address of an unexported field of upstream's. The oracle reads plugin lists and the start index of the node scan this way;
// there is no other access to them.
func privateField[T any](structure any, name string) *T {
	field := reflect.ValueOf(structure).Elem().FieldByName(name)
	if !field.IsValid() || field.Type() != reflect.TypeFor[T]() {
		panic(fmt.Sprintf("%T has no field %s of type %v", structure, name, reflect.TypeFor[T]()))
	}
	return (*T)(unsafe.Pointer(field.UnsafeAddr()))
}

func scorePlugins(f framework.Framework) []scorePlugin {
	return *privateField[[]scorePlugin](f, "scorePlugins")
}

func postFilterPlugins(f framework.Framework) []postFilterPlugin {
	return *privateField[[]postFilterPlugin](f, "postFilterPlugins")
}

// scanStart is the position in the node list at which the next scan starts.
func scanStart(s *scheduler.Scheduler) *int { return privateField[int](s, "nextStartNodeIndex") }
