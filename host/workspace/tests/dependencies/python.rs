use super::Project;

const SITE: &str = ".venv/lib/python3.12/site-packages";

fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::new(&[
        ("app.py", "x = 1\n"),
        (".venv/pyvenv.cfg", "home = /usr/bin\n"),
    ]);
    for (path, text) in files {
        project.write(&format!("{SITE}/{path}"), text.as_bytes());
    }
    project
}

fn requests() -> Project {
    project(&[
        (
            "Requests_Kit-2.1.dist-info/RECORD",
            "requests/__init__.py,sha256=x,1\nrequests_kit_extra.py,,\n",
        ),
        (
            "requests/__init__.py",
            "from . import utils\nfrom .api import get, post as send\nfrom .models import *\nfrom requests.sessions import Session\nimport os\ntry:\n    from .fast import speed\nexcept ImportError:\n    from .slow import speed\n__version__ = '1'\n_private = 2\nTIMEOUT = 30\n",
        ),
        (
            "requests/api.py",
            "def get(url: str) -> int: ...\ndef post(url): ...\ndef _hidden(): ...\n",
        ),
        (
            "requests/models.py",
            "__all__ = ['Response']\n__all__ += ('Request',)\nclass Response(object):\n    def json(self): ...\nclass Request: ...\nclass Unlisted: ...\n",
        ),
        (
            "requests/sessions/__init__.py",
            "from .deep.core import Session\n",
        ),
        ("requests/sessions/deep/core.py", "class Session: ...\n"),
        ("requests/fast.py", "def speed(): ...\n"),
        (
            "requests/utils.py",
            "from .utils import loop\nfrom .utils import *\n",
        ),
        ("requests/tests/__init__.py", "leak = 1\n"),
        ("requests_kit_extra.py", "def surplus(): ...\n"),
        (
            "yaml-stubs/__init__.pyi",
            "from .loader import Loader as Loader\nfrom .loader import Hidden\ndef safe_load(text: str) -> object: ...\n",
        ),
        (
            "yaml-stubs/loader.pyi",
            "class Loader: ...\nclass Hidden: ...\n",
        ),
        (
            "types_PyYAML-6.0.dist-info/top_level.txt",
            "yaml-stubs\nyaml\n",
        ),
        ("yaml/__init__.py", "def dynamic(): ...\n"),
        ("pip/__init__.py", "pipped = 1\n"),
        ("PIL/Image.py", "class Image: ...\n"),
        ("_speedups.py", "x = 1\n"),
        ("damaged.py", "def broken(:\n\0"),
    ])
}

#[test]
fn a_package_offers_its_own_names_and_those_that_it_passes_on() {
    let project = requests();
    assert_eq!(
        project.members("python", "requests"),
        "pypi:requests-kit class [requests] Request | class Request\n\
         pypi:requests-kit class [requests] Response | class Response(object)\n\
         pypi:requests-kit class [requests] Session | class Session\n\
         pypi:requests-kit constant [requests] TIMEOUT | TIMEOUT = 30\n\
         pypi:requests-kit function [requests] get | def get(url: str) -> int\n\
         pypi:requests-kit function [requests] send | def post(url)\n\
         pypi:requests-kit function [requests] speed | def speed()\n\
         pypi:requests-kit module [requests] utils | import requests.utils\n"
    );
    assert_eq!(
        project.find("python", "Session"),
        "pypi:requests-kit class [requests] Session | class Session\n\
         pypi:requests-kit class [requests.sessions] Session | class Session\n"
    );
    assert_eq!(
        project.find("python", "requests_kit_extra"),
        "pypi:requests-kit module [] requests_kit_extra | import requests_kit_extra\n"
    );
    assert_eq!(
        project.find("python", "requests.sessions"),
        "pypi:requests-kit module [] requests.sessions | import requests.sessions\n"
    );
    assert_eq!(
        project.find("python", "surplus"),
        "pypi:requests-kit function [requests_kit_extra] surplus | def surplus()\n"
    );
    for hidden in ["_hidden", "leak", "pipped", "Unlisted"] {
        assert_eq!(project.find("python", hidden), "", "{hidden}");
    }
}

#[test]
fn stubs_speak_for_their_package() {
    let project = requests();
    assert_eq!(
        project.members("python", "yaml"),
        "pypi:types-pyyaml class [yaml] Loader | class Loader\n\
         pypi:types-pyyaml function [yaml] safe_load | def safe_load(text: str) -> object\n"
    );
    assert_eq!(
        project.find("python", "Hidden"),
        "pypi:types-pyyaml class [yaml.loader] Hidden | class Hidden\n"
    );
}

#[test]
fn a_folder_without_code_of_its_own_has_modules() {
    let project = requests();
    assert_eq!(
        project.find("python", "Image"),
        "python class [tkinter] Image | class Image(_Image)\n\
         pypi:PIL class [PIL.Image] Image | class Image\n"
    );
    assert_eq!(
        project.find("python", "PIL"),
        "pypi:PIL module [] PIL | import PIL\n"
    );
}

#[test]
fn the_active_environment_is_found_by_its_variable() {
    let mut project = Project::new(&[
        ("../elsewhere/pyvenv.cfg", ""),
        ("../elsewhere/Lib/site-packages/far.py", "def away(): ...\n"),
        // No environment: it has no `pyvenv.cfg`.
        (
            "lib/python3.12/site-packages/near.py",
            "def nearby(): ...\n",
        ),
    ]);
    assert_eq!(project.find("python", "away"), "");
    let elsewhere = project.at("../elsewhere").display().to_string();
    project.variables.push(("VIRTUAL_ENV", elsewhere));
    assert_eq!(
        project.find("python", "away"),
        "pypi:far function [far] away | def away()\n"
    );
    assert_eq!(
        project.find("python", "nearby"),
        "workspace function [near] nearby | def nearby()\n"
    );
}

#[test]
fn the_library_and_the_workspace_come_first() {
    let project = project(&[("paths.py", "class Path: ...\n")]);
    project.write("own.py", b"class Path: ...\n");
    let found = project.index().find("python", "Path");
    let origins: Vec<&str> = found.iter().map(|one| &*one.origin).collect();
    assert_eq!(origins, ["python", "python", "workspace", "pypi:paths"]);
}
