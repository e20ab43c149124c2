//! Gives the component a deeper stack than the other fixers have: a parser by
//! recursive descent goes as deep as the code that it reads is nested.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo:rustc-link-arg-cdylib=-zstack-size=2097152");
    }
}
