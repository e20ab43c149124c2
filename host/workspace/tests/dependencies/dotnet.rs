use super::Project;
use proptest::prelude::*;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

const SOURCE: &str = "namespace Acme.Tools {
  public class Box<T> { public struct Slot<U> { } internal class Hidden { } public enum Mode { A } }
  public static class Extras { }
  public abstract class Shape : System.Exception { }
  public sealed class Round : Shape { }
  public interface IThing { }
  public delegate int Change(int x);
  class Internal { public class Inside { } }
  namespace Deep { public record Point(int X); }
}
";

/// The compiler of the project's tool chains.
fn compiler() -> Option<PathBuf> {
    let tools = PathBuf::from(std::env::var_os("HOME")?).join(".cache/buildfix-toolchains/csharp");
    tools.join("csc").is_file().then_some(tools)
}

/// An assembly as the compiler makes it; `None` without one.
fn assembly() -> Option<&'static [u8]> {
    static MADE: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let tools = compiler()?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.cs"), SOURCE).unwrap();
        let output = Command::new(tools.join("csc"))
            .args(["-target:library", "-out:a.dll", "-nologo", "a.cs"])
            .args(["-langversion:latest"])
            .args(references(&tools))
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
        Some(std::fs::read(folder.path().join("a.dll")).unwrap())
    });
    made.as_deref()
}

fn references(tools: &std::path::Path) -> Vec<String> {
    let place = match tools.join("ref/System.Runtime.dll").is_file() {
        true => tools.join("ref"),
        false => tools.to_owned(),
    };
    [
        "System.Runtime.dll",
        "System.Private.CoreLib.dll",
        "System.Collections.dll",
    ]
    .iter()
    .map(|name| place.join(name))
    .filter(|path| path.is_file())
    .map(|path| format!("-r:{}", path.display()))
    .collect()
}

const TYPES: &str = "\
nuget:Acme class [Acme.Tools] Box | public class Box<T>
nuget:Acme class [Acme.Tools] Extras | public static class Extras
nuget:Acme class [Acme.Tools] Round | public sealed class Round : Shape
nuget:Acme class [Acme.Tools] Shape | public abstract class Shape : Exception
nuget:Acme delegate [Acme.Tools] Change | public delegate Change
nuget:Acme interface [Acme.Tools] IThing | public interface IThing
";

#[test]
fn public_types_are_found_wherever_the_assembly_is_named() {
    let Some(assembly) = assembly() else {
        eprintln!("skipped: there is no csc");
        return;
    };
    let places: [(&str, &str, &str, &str); 4] = [
        (
            "csc.rsp",
            "-nologo\n-r:packages/Acme.dll\na.cs\n",
            "packages/Acme.dll",
            "",
        ),
        (
            "app/app.csproj",
            "<Project><ItemGroup><Reference Include=\"Acme\"><HintPath>..\\packages\\Acme.dll</HintPath></Reference></ItemGroup></Project>",
            "packages/Acme.dll",
            "",
        ),
        ("app.csproj", "<Project/>", "bin/Debug/net8.0/Acme.dll", ""),
        (
            "app.csproj",
            "<Project/>",
            "../nuget/acme/1.0.0/lib/net6.0/Acme.dll",
            r#"{"targets":{"net8.0":{"Acme/1.0.0":{"compile":{"lib/net6.0/Acme.dll":{},"../../x.dll":{}}}}},"libraries":{"Acme/1.0.0":{"path":"acme/1.0.0"}},"packageFolders":{"NUGET":{}}}"#,
        ),
    ];
    for (manifest, text, place, assets) in places {
        let project = Project::new(&[(manifest, text)]);
        project.write(place, assembly);
        let nuget = project.at("../nuget").display().to_string();
        if !assets.is_empty() {
            let assets = assets.replace("NUGET", &nuget);
            project.write("obj/project.assets.json", assets.as_bytes());
        }
        assert_eq!(
            project.members("csharp", "Acme.Tools"),
            TYPES,
            "{manifest} {place}"
        );
        assert_eq!(
            project.members("csharp", "Acme.Tools.Box"),
            "nuget:Acme enum [Acme.Tools.Box] Mode | public enum Mode\n\
             nuget:Acme struct [Acme.Tools.Box] Slot | public struct Slot<U>\n"
        );
        assert_eq!(
            project.find("csharp", "Acme.Tools.Deep"),
            "nuget:Acme namespace [] Acme.Tools.Deep | namespace Acme.Tools.Deep\n"
        );
    }
}

#[test]
fn the_projects_own_output_is_no_dependency() {
    let Some(assembly) = assembly() else {
        eprintln!("skipped: there is no csc");
        return;
    };
    let project = Project::new(&[("Acme.csproj", "<Project/>")]);
    project.write("bin/Debug/net8.0/Acme.dll", assembly);
    assert_eq!(project.members("csharp", "Acme.Tools"), "");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is done to an assembly, there is an answer.
    #[test]
    fn damage_does_no_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..64),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let small: Vec<u8> = [b"MZ".as_slice(), &[0; 600]].concat();
        let mut bent = assembly().map_or(small, <[u8]>::to_vec);
        for (at, byte) in &changes {
            let place = at.index(bent.len());
            bent[place] = *byte;
        }
        if shorten {
            bent.truncate(cut.index(bent.len()));
        }
        let project = Project::new(&[("csc.rsp", "-r:bent.dll\n")]);
        project.write("bent.dll", &bent);
        let _ = project.members("csharp", "Acme.Tools");
    }
}
