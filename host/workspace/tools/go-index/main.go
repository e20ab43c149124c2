// Command go-index writes what the packages of Go's standard library declare:
// one line a declaration, `name⇥kind⇥container⇥signature`, sorted, deflated
// behind the text's length.
//
// A package's container is its import path, a member's the path and the type.
// The line of a package itself stands in its own path; its signature names the
// packages that the others' signatures mention. Signatures are Go that parses:
// a constant has its value, a struct its exported fields.
//
// Packages are those of GOROOT for linux/amd64 without cgo, except internal,
// vendored and command ones.
package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"go/build"
	"go/constant"
	"go/importer"
	"go/token"
	"go/types"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type line struct{ name, kind, container, signature string }

// What types.Unsafe has no signatures for.
var unsafeFunctions = [][2]string{
	{"Add", "func Add(ptr Pointer, len int) Pointer"},
	{"Alignof", "func Alignof(x any) uintptr"},
	{"Offsetof", "func Offsetof(x any) uintptr"},
	{"Sizeof", "func Sizeof(x any) uintptr"},
	{"Slice", "func Slice[T any](ptr *T, len int) []T"},
	{"SliceData", "func SliceData[T any](slice []T) *T"},
	{"String", "func String(ptr *byte, len int) string"},
	{"StringData", "func StringData(str string) *byte"},
}

func main() {
	build.Default.GOOS, build.Default.GOARCH, build.Default.CgoEnabled = "linux", "amd64", false
	lines := []line{}
	from := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, path := range packages() {
		pkg, err := from.Import(path)
		if err != nil {
			log.Fatalf("%s: %v", path, err)
		}
		lines = append(lines, declarations(pkg)...)
	}
	for _, one := range unsafeFunctions {
		lines = append(lines, line{one[0], "function", "unsafe", one[1]})
	}
	text := []string{}
	for _, l := range lines {
		text = append(text, strings.Join([]string{l.name, l.kind, l.container, l.signature}, "\t")+"\n")
	}
	slices.SortFunc(text, func(a, b string) int {
		name := func(s string) string { return s[:strings.IndexByte(s, '\t')] }
		if by := strings.Compare(name(a), name(b)); by != 0 {
			return by
		}
		return strings.Compare(a, b)
	})
	text = slices.Compact(text)
	var packed bytes.Buffer
	all := strings.Join(text, "")
	binary.Write(&packed, binary.LittleEndian, uint32(len(all)))
	deflate, _ := flate.NewWriter(&packed, flate.BestCompression)
	deflate.Write([]byte(all))
	deflate.Close()
	if err := os.WriteFile(os.Args[1], packed.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(text), "declarations,", len(all), "bytes")
}

func packages() []string {
	root := filepath.Join(build.Default.GOROOT, "src")
	var found []string
	filepath.WalkDir(root, func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		switch entry.Name() {
		case "cmd", "internal", "vendor", "testdata", "builtin":
			return filepath.SkipDir
		}
		if strings.HasPrefix(entry.Name(), "_") {
			return filepath.SkipDir
		}
		if pkg, err := build.Default.ImportDir(dir, 0); err == nil && dir != root && pkg.Name != "main" {
			path, _ := filepath.Rel(root, dir)
			found = append(found, filepath.ToSlash(path))
		}
		return nil
	})
	return found
}

func declarations(pkg *types.Package) []line {
	path := pkg.Path()
	lines := []line{}
	mentioned := map[string]bool{}
	qualify := func(other *types.Package) string {
		if other == pkg {
			return ""
		}
		mentioned[other.Path()] = true
		return other.Name()
	}
	show := func(t types.Type) string { return types.TypeString(t, qualify) }
	signature := func(s *types.Signature) string { return strings.TrimPrefix(show(s), "func") }
	add := func(name, kind, container, signature string) {
		lines = append(lines, line{name, kind, container, strings.ReplaceAll(signature, "\n", " ")})
	}
	for _, name := range pkg.Scope().Names() {
		if !token.IsExported(name) {
			continue
		}
		switch object := pkg.Scope().Lookup(name).(type) {
		case *types.Const:
			add(name, "constant", path, "const "+name+typed(object.Type(), show)+" = "+value(object))
		case *types.Var:
			add(name, "variable", path, "var "+name+" "+show(object.Type()))
		case *types.Func:
			add(name, "function", path, "func "+name+signature(object.Type().(*types.Signature)))
		case *types.TypeName:
			typeName(object, add, show, signature)
		}
	}
	imports := []string{}
	for path := range mentioned {
		imports = append(imports, fmt.Sprintf("%q", path))
	}
	slices.Sort(imports)
	head := "package " + pkg.Name()
	if len(imports) > 0 {
		head += "; import (" + strings.Join(imports, "; ") + ")"
	}
	add(pkg.Name(), "module", path, head)
	return lines
}

// The type of a constant that has one.
func typed(t types.Type, show func(types.Type) string) string {
	if basic, ok := t.(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 {
		return ""
	}
	return " " + show(t)
}

func value(object *types.Const) string {
	text := object.Val().String()
	basic, _ := object.Type().Underlying().(*types.Basic)
	switch {
	case basic.Kind() == types.UntypedRune:
		if r, exact := constant.Int64Val(object.Val()); exact {
			return fmt.Sprintf("%q", rune(r))
		}
	case basic.Info()&types.IsFloat != 0 && !strings.ContainsAny(text, ".e"):
		return text + ".0"
	}
	return text
}

func typeName(
	object *types.TypeName,
	add func(name, kind, container, signature string),
	show func(types.Type) string,
	signature func(*types.Signature) string,
) {
	name, path := object.Name(), object.Pkg().Path()
	container := path + "." + name
	if object.IsAlias() {
		add(name, "type", path, "type "+name+" = "+show(types.Unalias(object.Type())))
		return
	}
	named, ok := object.Type().(*types.Named)
	if !ok {
		// unsafe.Pointer
		add(name, "type", path, "type "+name+" *int")
		return
	}
	params, args := "", ""
	if list := named.TypeParams(); list.Len() > 0 {
		var with, without []string
		for i := range list.Len() {
			param := list.At(i)
			with = append(with, param.Obj().Name()+" "+show(param.Constraint()))
			without = append(without, param.Obj().Name())
		}
		params, args = "["+strings.Join(with, ", ")+"]", "["+strings.Join(without, ", ")+"]"
	}
	head := "type " + name + params + " "
	switch under := named.Underlying().(type) {
	case *types.Struct:
		var fields []*types.Var
		for i := range under.NumFields() {
			field := under.Field(i)
			if !field.Exported() {
				continue
			}
			fields = append(fields, field)
			add(field.Name(), "field", container, field.Name()+" "+show(field.Type()))
		}
		add(name, "struct", path, head+show(types.NewStruct(fields, nil)))
	case *types.Interface:
		add(name, "interface", path, head+show(under))
		for i := range under.NumExplicitMethods() {
			if method := under.ExplicitMethod(i); method.Exported() {
				add(method.Name(), "method", container, method.Name()+signature(method.Signature()))
			}
		}
		return
	default:
		add(name, "type", path, head+show(under))
	}
	set := types.NewMethodSet(types.NewPointer(named))
	for i := range set.Len() {
		selection := set.At(i)
		method, ok := selection.Obj().(*types.Func)
		if !ok || !method.Exported() || !reached(named, selection.Index()) {
			continue
		}
		star := ""
		if _, pointer := method.Signature().Recv().Type().(*types.Pointer); pointer || len(selection.Index()) > 1 {
			star = "*"
		}
		receiver := "(" + strings.ToLower(name[:1]) + " " + star + name + args + ") "
		add(method.Name(), "method", container, "func "+receiver+method.Name()+signature(method.Signature()))
	}
}

// Whether a method is the type's own, or comes from an embedded field that
// nobody else can name.
func reached(named *types.Named, index []int) bool {
	if len(index) == 1 {
		return true
	}
	structure, ok := named.Underlying().(*types.Struct)
	return ok && !structure.Field(index[0]).Exported()
}
