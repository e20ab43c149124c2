package main

import (
	"example.invalid/names/shape"
	"fmt"
	"strings"
)

func main() {
	box := shape.Square(2)
	fmt.Println(box.Aera(), bxo.Width)
	fmt.Println(shape.Squaer(3))
	other := shape.Box{Widht: 1}
	lines = strings.Splitt("a,b", ",")
	fmt.Println(other, lines, len(lines))
}
