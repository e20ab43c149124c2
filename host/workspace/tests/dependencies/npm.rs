use super::{Project, lines, settle};

const MANIFEST: &str = r#"{
  "dependencies": { "zap": "^1", "@acme/kit": "1", "plain": "1", "express": "4", "broken": "1", "missing": "1" },
  "devDependencies": { "@types/node": "22", "typescript": "5" }
}"#;

fn project() -> Project {
    Project::new(&[
        ("package.json", MANIFEST),
        ("src/app.ts", "export const here = 1;\n"),
        // Named by `exports`, types before the rest.
        (
            "node_modules/zap/package.json",
            r#"{"name":"zap","main":"./wrong.js","exports":{".":{"import":{"types":"./lib/index.d.ts","default":"./lib/index.js"}},"./extra":{"types":"./lib/extra.d.ts"},"./internal/*":"./lib/*.js"}}"#,
        ),
        (
            "node_modules/zap/lib/index.d.ts",
            "import { Deep as Renamed } from './deep.js';\n\
             export * from './parts';\n\
             export * from './parts/loop';\n\
             export { hidden as shown, type Shape } from './deep';\n\
             export { Renamed };\n\
             export * as ns from './deep';\n\
             export declare function zap(volts: number): void;\n\
             declare const secret: number;\n\
             export default class Zapper { run(): void; }\n",
        ),
        (
            "node_modules/zap/lib/parts/index.d.ts",
            "export declare const part: string;\nexport interface zap { a: 1 }\n",
        ),
        (
            "node_modules/zap/lib/parts/loop.d.ts",
            "export * from './loop';\nexport * from '../index';\nexport * from '../../../../../src/app';\nexport declare enum Loop { A }\n",
        ),
        (
            "node_modules/zap/lib/deep.d.ts",
            "export declare class Deep<T> {}\nexport declare let hidden: number;\nexport interface Shape { x: number }\n",
        ),
        (
            "node_modules/zap/lib/extra.d.ts",
            "export declare function extra(): void;\n",
        ),
        (
            "node_modules/@acme/kit/package.json",
            r#"{"types":"types/kit.d.ts"}"#,
        ),
        (
            "node_modules/@acme/kit/types/kit.d.ts",
            "export * from 'zap/extra';\nexport type Kit = 1;\n",
        ),
        ("node_modules/plain/package.json", r#"{"main":"index.js"}"#),
        ("node_modules/plain/index.js", "exports.x = 1;\n"),
        ("node_modules/@types/plain/package.json", "{}"),
        (
            "node_modules/@types/plain/index.d.ts",
            "declare function plain(text: string): number;\ndeclare namespace plain { const version: string; interface Options {} }\nexport = plain;\nexport as namespace plainly;\n",
        ),
        ("node_modules/express/package.json", "{ not json"),
        (
            "node_modules/express/index.d.ts",
            "export declare const no: 1;\n",
        ),
        (
            "node_modules/@types/node/package.json",
            r#"{"types":"index.d.ts"}"#,
        ),
        (
            "node_modules/@types/node/index.d.ts",
            "// A comment\n\n/// <reference path=\"fs.d.ts\" />\n/// <reference path='../../../src/app.ts' />\n",
        ),
        (
            "node_modules/@types/node/fs.d.ts",
            "declare module \"fs\" {\n  import { Abortable } from 'events';\n  function readFileSync(path: string): string;\n  interface Stats {}\n  export { Abortable };\n}\ndeclare module \"node:fs\" {\n  export * from \"fs\";\n}\n",
        ),
        (
            "node_modules/broken/package.json",
            r#"{"types":"../../../../../../etc/passwd","exports":{"./up":"./../zap/lib/index.d.ts"}}"#,
        ),
        // Nobody asks for it.
        (
            "node_modules/other/index.d.ts",
            "export declare const zap: 1;\n",
        ),
        (
            "node_modules/@types/stray/index.d.ts",
            "export declare const stray: 1;\ndeclare module 'virtual' { export const apparition: 1; }\n",
        ),
    ])
}

#[test]
fn a_package_offers_what_its_declarations_export() {
    let project = project();
    assert_eq!(
        project.members("typescript", "zap"),
        "npm:zap class [zap] Renamed | export declare class Deep<T>\n\
         npm:zap class [zap] Zap | export default class Zapper\n\
         npm:zap class [zap] Zapper | export default class Zapper\n\
         npm:zap class [zap] zap | export default class Zapper\n\
         npm:zap constant [zap] part | export declare const part: string\n\
         npm:zap enum [zap] Loop | export declare enum Loop\n\
         npm:zap function [zap] zap | export declare function zap(volts: number): void\n\
         npm:zap interface [zap] Shape | export interface Shape\n\
         npm:zap namespace [zap] ns | export ns\n\
         npm:zap variable [zap] shown | export declare let hidden: number\n"
    );
    assert_eq!(
        project.find("javascript", "extra"),
        "npm:@acme/kit function [@acme/kit] extra | export declare function extra(): void\n\
         npm:zap function [zap/extra] extra | export declare function extra(): void\n"
    );
    assert_eq!(project.find("typescript", "secret"), "");
    assert_eq!(project.find("typescript", "no"), "");
    assert_eq!(project.find("typescript", "stray"), "");
    assert_eq!(project.members("typescript", "broken"), "");
    assert_eq!(project.members("typescript", "broken/up"), "");
}

#[test]
fn a_module_that_is_one_thing_says_so() {
    let project = project();
    assert_eq!(
        project.members("typescript", "plain"),
        "npm:plain constant [plain] version | const version: string\n\
         npm:plain function [plain] Plain | export = declare function plain(text: string): number\n\
         npm:plain function [plain] plain | export = declare function plain(text: string): number\n\
         npm:plain function [plain] plainly | export = declare function plain(text: string): number\n\
         npm:plain interface [plain] Options | interface Options\n"
    );
}

#[test]
fn declared_modules_are_found_by_their_own_names() {
    let project = project();
    assert_eq!(
        project.find("typescript", "readFileSync"),
        "npm:node function [fs] readFileSync | function readFileSync(path: string): string\n\
         npm:node function [node:fs] readFileSync | function readFileSync(path: string): string\n"
    );
    assert_eq!(
        project.find("typescript", "apparition"),
        "npm:stray constant [virtual] apparition | export const apparition: 1\n"
    );
}

#[test]
fn the_workspace_comes_first() {
    let project = project();
    project.write("src/own.ts", b"export function extra(): void {}\n");
    let index = project.index();
    let origins: Vec<_> = index.find("typescript", "extra");
    let origins: Vec<&str> = origins.iter().map(|one| &*one.origin).collect();
    assert_eq!(origins, ["workspace", "npm:@acme/kit", "npm:zap"]);
    let near: Vec<_> = index.similar("typescript", "extre", 1);
    assert_eq!(near[0].origin, "workspace");
    assert_eq!(near.len(), 3);
}

#[test]
fn what_is_installed_anew_is_seen_and_what_is_kept_is_used() {
    let project = project();
    let index = project.index();
    assert_eq!(index.find("typescript", "hidden").len(), 0);
    project.write(
        "node_modules/zap/lib/extra.d.ts",
        b"export declare function hidden(): void;\n",
    );
    assert_eq!(index.find("typescript", "hidden").len(), 0, "of one moment");
    index.refresh();
    assert_eq!(
        lines(&index.find("typescript", "hidden")),
        "npm:@acme/kit function [@acme/kit] hidden | export declare function hidden(): void\n\
         npm:zap function [zap/extra] hidden | export declare function hidden(): void\n"
    );
    settle();
    index.refresh();
    assert_eq!(index.find("typescript", "hidden").len(), 2);
    index.save();
    let kept = project.at("../store/dependencies-typescript");
    let bytes = std::fs::read(&kept).unwrap();
    assert_eq!(project.index().find("typescript", "hidden").len(), 2);
    // A file that was looked for and was not there counts as well.
    project.write(
        "node_modules/zap/lib/deep.d.mts",
        b"export declare const late: 1;\n",
    );
    std::fs::remove_file(project.at("node_modules/zap/lib/deep.d.ts")).unwrap();
    assert_eq!(
        project.find("typescript", "shown"),
        "npm:zap export [zap] shown | export shown\n"
    );
    // Damage is as if nothing were kept.
    std::fs::write(&kept, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(project.index().find("typescript", "hidden").len(), 2);
}

#[test]
fn links_out_of_a_package_and_pipes_are_not_followed() {
    #[cfg(unix)]
    {
        let project = project();
        project.write("../outside.d.ts", b"export declare const outside: 1;\n");
        let target = project.at("node_modules/zap/lib/extra.d.ts");
        std::fs::remove_file(&target).unwrap();
        std::os::unix::fs::symlink(project.at("../outside.d.ts"), &target).unwrap();
        assert_eq!(project.find("typescript", "outside"), "");
        std::fs::remove_file(&target).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&target).status();
        if made.is_ok_and(|made| made.success()) {
            assert_eq!(project.find("typescript", "extra"), "");
        }
        // A package that is linked to is one.
        project.write("../linked/package.json", b"{}");
        project.write("../linked/index.d.ts", b"export declare const linked: 1;\n");
        std::os::unix::fs::symlink(project.at("../linked"), project.at("node_modules/missing"))
            .unwrap();
        assert_eq!(
            project.find("typescript", "linked"),
            "npm:missing constant [missing] linked | export declare const linked: 1\n"
        );
    }
}
