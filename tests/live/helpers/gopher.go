// gopher WHAT [NUMBER]: what Go does with calls, printed for tests to compare with.
//
//	values N      N calls with numbers and texts: "ID NAME RESULT TEXT"
//	sleep N       N goroutines at a time that change threads: "ID RESULT NANOSECONDS MOVED"
//	grow N        a recursion of N levels, with more stack than there is at first: "RESULT"
//	panic N       N panics, which pass calls and are recovered: "N RESULT"
//	leave N       N goroutines that end within a call, and one call that does not: "RESULT"
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

type shop struct{ sum int64 }

//go:noinline
func handle(id int64, name string, flag bool, small uint8) int64 {
	if flag {
		return int64(len(name)) + int64(small)
	}
	return -id
}

//go:noinline
func (s *shop) add(n int64) string {
	s.sum += n
	return fmt.Sprint("sum ", s.sum)
}

//go:noinline
func rest(id int64) int64 {
	time.Sleep(time.Duration(1+id%7) * time.Millisecond)
	return id * 3
}

//go:noinline
func grow(depth int64) int64 {
	var room [64]int64
	room[depth%64] = depth
	if depth == 0 {
		return 1
	}
	return grow(depth-1) + room[depth%64]
}

//go:noinline
func thrower(n int64) int64 {
	if n == 0 {
		panic("thrown")
	}
	return thrower(n-1) + 1
}

//go:noinline
func catcher(n int64) (result int64) {
	defer func() {
		if recover() != nil {
			result = -n
		}
	}()
	return thrower(n)
}

//go:noinline
func leaver(id int64) int64 {
	if id != 0 {
		runtime.Goexit()
	}
	return 7
}

// each runs work in a goroutine for 1 to count, and waits for all.
func each(count int64, work func(int64)) {
	var group sync.WaitGroup
	for id := int64(1); id <= count; id++ {
		group.Add(1)
		go func(id int64) {
			defer group.Done()
			work(id)
		}(id)
	}
	group.Wait()
}

func sleep(count int64) {
	var lock sync.Mutex
	each(count, func(id int64) {
		thread, began := syscall.Gettid(), time.Now()
		result := rest(id)
		took, moved := time.Since(began), syscall.Gettid() != thread
		lock.Lock()
		defer lock.Unlock()
		fmt.Println(id, result, took.Nanoseconds(), moved)
	})
}

func values(count int64) {
	s := &shop{}
	for id := int64(0); id < count; id++ {
		name := fmt.Sprint("name-", id)
		fmt.Println(id, name, handle(id, name, id%2 == 0, uint8(id)), s.add(id))
	}
}

func main() {
	runtime.GOMAXPROCS(4)
	count := int64(10)
	if len(os.Args) > 2 {
		count, _ = strconv.ParseInt(os.Args[2], 10, 64)
	}
	switch os.Args[1] {
	case "values":
		values(count)
	case "sleep":
		sleep(count)
	case "grow":
		each(1, func(int64) { fmt.Println(grow(count)) })
	case "panic":
		for n := int64(0); n < count; n++ {
			fmt.Println(n, catcher(n%5))
		}
	case "leave":
		each(count, func(id int64) { leaver(id) })
		fmt.Println(leaver(0))
	}
}
