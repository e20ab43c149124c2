package main

import (
	"fmt"
	"os"
)

func read() int { return 1 }

func main() {
	size := read()
	name := "x"
	for index, word := range strings.Fields("a b") {
		fmt.Println(word)
	}
	total := 0
	if len(name) > 0 {
		total := len(name)
	}
	fmt.Println(total, rand.Intn(6))
}
