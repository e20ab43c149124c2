use super::declared;

const SOURCE: &str = r##"
package com.acme.shop;
import java.util.List;
@Deprecated
public abstract class Shop<T extends Item> extends Base implements Runnable, Comparable<Shop> {
  public static final int MAX = 3; private String name, other = "x";
  public Shop(int a) throws Exception { super(); }
  @Override public void run() {}
  protected abstract <K> List<K> find(String q, int... n) throws Exception;
  enum State { OPEN(1), CLOSED { void f() {} }; private int v; State(int v) {} }
  interface Listener { void on(int e); int X = 1; default void z() {} }
  static class Inner { int f; }
  record Pair(int a, String b) { Pair {} int sum() { return a; } }
}
@interface Ann { String value() default ""; }
class Hidden {}
"##;

const DECLARED: &str = r##"
+ class [com.acme.shop] Shop | public abstract class Shop<T extends Item> extends Base implements Runnable, Comparable<Shop>
+ constant [com.acme.shop.Shop] MAX | public static final int MAX
- field [com.acme.shop.Shop] name | private String name
- field [com.acme.shop.Shop] other | private String other
+ constructor [com.acme.shop.Shop] Shop | public Shop(int a) throws Exception
+ method [com.acme.shop.Shop] run | public void run()
+ method [com.acme.shop.Shop] find | protected abstract <K> List<K> find(String q, int... n) throws Exception
+ enum [com.acme.shop.Shop] State | enum State
+ enum-member [com.acme.shop.Shop.State] OPEN | State OPEN(1)
+ enum-member [com.acme.shop.Shop.State] CLOSED | State CLOSED
- field [com.acme.shop.Shop.State] v | private int v
+ constructor [com.acme.shop.Shop.State] State | State(int v)
+ interface [com.acme.shop.Shop] Listener | interface Listener
+ method [com.acme.shop.Shop.Listener] on | void on(int e)
+ constant [com.acme.shop.Shop.Listener] X | int X
+ method [com.acme.shop.Shop.Listener] z | default void z()
+ class [com.acme.shop.Shop] Inner | static class Inner
+ field [com.acme.shop.Shop.Inner] f | int f
+ record [com.acme.shop.Shop] Pair | record Pair(int a, String b)
+ method [com.acme.shop.Shop.Pair] a | public int a()
+ method [com.acme.shop.Shop.Pair] b | public String b()
+ constructor [com.acme.shop.Shop.Pair] Pair | Pair
+ method [com.acme.shop.Shop.Pair] sum | int sum()
+ interface [com.acme.shop] Ann | @interface Ann
+ method [com.acme.shop.Ann] value | String value() default ""
+ class [com.acme.shop] Hidden | class Hidden
"##;

#[test]
fn every_kind_of_declaration() {
    assert_eq!(declared("a.java", SOURCE).trim(), DECLARED.trim());
}
