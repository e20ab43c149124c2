use super::Project;
use proptest::prelude::*;

/// What the C# compiler makes of `fixtures/csharp`.
const ASSEMBLY: &[u8] = include_bytes!("fixtures/Acme.dll");

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
        project.write(place, ASSEMBLY);
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
    let project = Project::new(&[("Acme.csproj", "<Project/>")]);
    project.write("bin/Debug/net8.0/Acme.dll", ASSEMBLY);
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
        let mut bent = ASSEMBLY.to_vec();
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
