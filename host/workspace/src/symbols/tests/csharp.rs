use super::declared;

const SOURCE: &str = r##"
using System;
namespace A.B;
[Serializable]
public static class Ext<T> : Base where T : class {
  public const int Max = 3;
  private readonly string a, b = "x";
  public event EventHandler? Changed;
  public event EventHandler E2 { add {} remove {} }
  public string Name { get; set; } = "";
  public int X => 1;
  public Ext(int a) : base(a) { }
  public static string Shout(this string s, int n) => s;
  public int this[int i] { get { return i; } }
  public static Ext operator +(Ext a, Ext b) => a;
  public enum Color { Red, [Obsolete] Green = 2 }
  public delegate void Done(int x);
  ~Ext() {}
  #if DEBUG
  public void D() {}
  #endif
}
public record struct P(int X, int Y);
public record Q(int A) { public int B; }
interface I<out T> { void M(); int P { get; } }
"##;

const DECLARED: &str = r##"
+ namespace [] A.B | namespace A.B
+ class [A.B] Ext | public static class Ext<T> : Base where T : class
+ constant [A.B.Ext] Max | public const int Max
- field [A.B.Ext] a | private readonly string a
- field [A.B.Ext] b | private readonly string b
+ event [A.B.Ext] Changed | public event EventHandler? Changed
+ event [A.B.Ext] E2 | public event EventHandler E2 { add; remove; }
+ property [A.B.Ext] Name | public string Name { get; set; }
+ property [A.B.Ext] X | public int X { get; }
+ constructor [A.B.Ext] Ext | public Ext(int a)
+ extension-method [A.B.Ext] Shout | public static string Shout(this string s, int n)
+ enum [A.B.Ext] Color | public enum Color
+ enum-member [A.B.Ext.Color] Red | Color Red
+ enum-member [A.B.Ext.Color] Green | Color Green = 2
+ delegate [A.B.Ext] Done | public delegate void Done(int x)
+ method [A.B.Ext] D | public void D()
+ record [A.B] P | public record struct P(int X, int Y)
+ property [A.B.P] X | public int X { get; init; }
+ property [A.B.P] Y | public int Y { get; init; }
+ record [A.B] Q | public record Q(int A)
+ property [A.B.Q] A | public int A { get; init; }
+ field [A.B.Q] B | public int B
+ interface [A.B] I | interface I<out T>
+ method [A.B.I] M | void M()
+ property [A.B.I] P | int P { get; }
"##;

#[test]
fn every_kind_of_declaration() {
    assert_eq!(declared("a.cs", SOURCE).trim(), DECLARED.trim());
}
