use super::declared;

const SOURCE: &str = r##"
package shapes
import "fmt"
type Point struct { X, Y int; name string `json:"n"`; fmt.Stringer; *Base }
type Shape interface { Area() float64; fmt.Stringer }
type ID = string
type List[T any] struct { items []T }
const Pi, e = 3.14, 2
const ( A = iota; b )
var Count int; var ( x, Y = 1, 2 )
func New(x int) *Point { return nil }
func (p *Point) Move(dx int) (int, error) { return 0, nil }
func (l List[T]) Len() int { return 0 }
func Map[T, U any](x []T, f func(T) U) []U { return nil }
type ( Kind int; fnType func(int) string )
"##;

const DECLARED: &str = r##"
+ struct [shapes] Point | type Point struct
+ field [shapes.Point] X | X int
+ field [shapes.Point] Y | Y int
- field [shapes.Point] name | name string
+ field [shapes.Point] Stringer | fmt.Stringer
+ field [shapes.Point] Base | Base
+ interface [shapes] Shape | type Shape interface
+ method [shapes.Shape] Area | Area() float64
+ type [shapes] ID | type ID = string
+ struct [shapes] List | type List[T any] struct
- field [shapes.List] items | items []T
+ constant [shapes] Pi | const Pi, e = 3.14, 2
- constant [shapes] e | const Pi, e = 3.14, 2
+ constant [shapes] A | const A = iota
- constant [shapes] b | const b
+ variable [shapes] Count | var Count int
- variable [shapes] x | var x, Y = 1, 2
+ variable [shapes] Y | var x, Y = 1, 2
+ function [shapes] New | func New(x int) *Point
+ method [shapes.Point] Move | func (p *Point) Move(dx int) (int, error)
+ method [shapes.List] Len | func (l List[T]) Len() int
+ function [shapes] Map | func Map[T, U any](x []T, f func(T) U) []U
+ type [shapes] Kind | type Kind int
- type [shapes] fnType | type fnType func(int) string
"##;

#[test]
fn every_kind_of_declaration() {
    assert_eq!(declared("a.go", SOURCE).trim(), DECLARED.trim());
}
