package main

import (
	"fmt"
	"net/http"
	"strconv"
)

type options struct{ size int }

func apply(o *options, factor float64) string {
	return o.size
}

func parse(text string) (int, error) {
	value, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	return value
}

func even(n int) bool {
	if n%2 == 1 {
		return false
	}
}

func handler() http.Handler {
	return func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "ok")
	}
}

func double(text string) (int, error) {
	number := parse(text)
	return 2 * number, nil
}

func sized(size int) string {
	return apply(options{size}, float64(size)*1.5, 0)
}

func main() {
	text := sized(4)
	text := text + "!"
	fmt.Println(double(text))
	fmt.Println(text, even(2), handler() != nil)
}
