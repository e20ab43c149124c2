package main

import "io"

type counter struct{ bytes int }

var _ io.ReadWriter = &counter{}

func main() {
	c := counter{}
	if c.full(3) {
		report(c.bytes, "full")
	}
}
