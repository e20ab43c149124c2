use super::declared;

const SOURCE: &str = r##"
#include <vector>
#define MAX_SIZE 10
#define SQ(x) ((x) * \
  (x))
typedef unsigned int uint;
typedef struct node { int value; struct node *next; } node_t, *node_ptr;
typedef int (*callback)(int, void *);
using Str = std::string;
enum color { RED, GREEN = 2 };
enum class Mode : char { On, Off };
union U { int a; float b; };
struct Fwd;
static const int limit = 5;
extern int counter;
int *arr[10], other;
int add(int a, int b);
static inline int *sub(int a) { return 0; }
namespace ns { namespace in::deep {
template <typename T, int N>
class Vec : public Base<T> {
public:
  Vec(); explicit Vec(int n) : n_(n) {} ~Vec();
  T& at(int i) const; virtual void f() = 0;
  static int count;
  Vec& operator=(const Vec& o);
  friend void swap(Vec& a, Vec& b);
  using value_type = T;
  enum { A, B };
  struct Inner { int z; };
private:
  int n_, m_ = 0; T* data[3];
};
} }
template <class T> T maxi(T a, T b) { return a; }
template <> struct hash<int> { int operator()(int) const; };
int ns::Thing::method(int x) { return x; }
ns::Thing::Thing() {}
extern "C" { void cfn(void); }
#ifdef X
int cond(void);
#else
int cond2(void);
#endif
constexpr double PI = 3.14;
auto fn(int x) -> int;
"##;

const DECLARED: &str = r##"
+ macro [] MAX_SIZE | #define MAX_SIZE 10
+ macro [] SQ | #define SQ(x) ((x) * (x))
+ type [] uint | typedef unsigned int uint
+ type [] node_t | typedef struct node node_t, *node_ptr
+ type [] node_ptr | typedef struct node node_t, *node_ptr
+ struct [] node | struct node
+ field [node] value | int value
+ field [node] next | struct node *next
+ type [] callback | typedef int (*callback)(int, void *)
+ type [] Str | using Str = std::string
+ enum [] color | enum color
+ enum-member [color] RED | color RED
+ enum-member [color] GREEN | color GREEN = 2
+ enum [] Mode | enum class Mode : char
+ enum-member [Mode] On | Mode On
+ enum-member [Mode] Off | Mode Off
+ struct [] U | union U
+ field [U] a | int a
+ field [U] b | float b
- constant [] limit | static const int limit
+ variable [] counter | extern int counter
+ variable [] arr | int *arr[10]
+ variable [] other | int other
+ function [] add | int add(int a, int b)
- function [] sub | static inline int *sub(int a)
+ namespace [] ns | namespace ns
+ namespace [ns] in::deep | namespace in::deep
+ class [ns::in::deep] Vec | template <typename T, int N> class Vec : public Base<T>
+ constructor [ns::in::deep::Vec] Vec | Vec()
+ constructor [ns::in::deep::Vec] Vec | explicit Vec(int n)
+ method [ns::in::deep::Vec] ~Vec | ~Vec()
+ method [ns::in::deep::Vec] at | T& at(int i) const
+ method [ns::in::deep::Vec] f | virtual void f()
+ field [ns::in::deep::Vec] count | static int count
+ type [ns::in::deep::Vec] value_type | using value_type = T
+ enum-member [ns::in::deep::Vec] A | A
+ enum-member [ns::in::deep::Vec] B | B
+ struct [ns::in::deep::Vec] Inner | struct Inner
+ field [ns::in::deep::Vec::Inner] z | int z
- field [ns::in::deep::Vec] n_ | int n_
- field [ns::in::deep::Vec] m_ | int m_
- field [ns::in::deep::Vec] data | T* data[3]
+ function [] maxi | template <class T> T maxi(T a, T b)
+ struct [] hash | template <> struct hash<int>
+ method [ns::Thing] method | int ns::Thing::method(int x)
+ constructor [ns::Thing] Thing | ns::Thing::Thing()
+ function [] cfn | void cfn(void)
+ function [] cond | int cond(void)
+ function [] cond2 | int cond2(void)
+ constant [] PI | constexpr double PI
+ function [] fn | auto fn(int x) -> int
"##;

#[test]
fn every_kind_of_declaration() {
    assert_eq!(declared("a.cpp", SOURCE).trim(), DECLARED.trim());
}
