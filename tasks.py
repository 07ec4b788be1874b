"""Every chore of a checkout on a fresh machine: `python3 tasks.py run`, `test`, `check`, `browser`, `cluster`, `lock`, `clean` (Windows: `py …`).

Needs only Python 3.11 or newer. Keeps everything inside the checkout: packages go to .venv, pinned by hash in requirements*.txt, and once they are
there nothing is fetched again. Two commands touch the system: `browser` installs Debian's Chromium, `cluster` its PostgreSQL and nginx.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
OLDEST = (3, 11)
LOCK = "requirements.txt"
TEST_LOCK = "requirements-test.txt"
SCAN = ["--extra", "scan"]
"""What reads answer sheets is optional for who installs the package, and there for who starts from a checkout."""

USAGE = """\
用法 Usage: python3 tasks.py COMMAND [ARGS]

  run      启动演示站点（首次运行会自动安装）    install on first use, then start the demo site
  test     运行全部测试，参数转给 pytest         run the tests; arguments go to pytest
  check    代码、依赖方向、译文、题库检查        linters, types, import contract, translations, question banks
  browser  安装浏览器测试所需的 Chromium         install Chromium for the browser tests
  cluster  安装多机测试所需的 PostgreSQL、nginx  install PostgreSQL and nginx for the tests with several servers
  lock     重新生成 requirements*.txt（维护者）  pin the dependencies again; `lock --upgrade` for newer ones
  clean    删除缓存和打包产物                    remove caches and built packages
"""

CHECKS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "translations": ["-m", "tools.check_messages"],
    "question banks": ["-m", "quiz", "bank", "lint", "question_banks"],
    "migrations": ["-m", "quiz", "db", "check"],
}

CACHES = (".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", "build", "dist")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge")
BROWSER_FILES = (
    "/usr/lib/chromium/chromium",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)


def say(chinese: str, english: str) -> None:
    """Tell the person at the terminal what happens, in both languages."""
    print(f"{chinese}\n{english}", file=sys.stderr, flush=True)


def stop(chinese: str, english: str) -> NoReturn:
    """End with what is wrong and what to do about it."""
    say(f"\n无法继续：{chinese}", f"Cannot go on: {english}")
    sys.exit(1)


# --- the virtual environment -------------------------------------------------------------------------------------------------------------------


def use_new_enough_python() -> None:
    """Start again with a newer Python when this one is too old, or say that none is there."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(19, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer and subprocess.run([newer, "-c", ""], capture_output=True, check=False).returncode == 0:  # a pyenv shim may start nothing
            sys.exit(subprocess.call([newer, str(ROOT / "tasks.py"), *sys.argv[1:]]))
    have = "{}.{}".format(*sys.version_info[:2])
    stop(
        f"需要 Python 3.11 或更高版本，现在是 {have}。Debian 12：apt-get install python3 python3-venv；Windows：安装后用 py tasks.py。",
        f"this is Python {have}, 3.11 or newer is needed. Debian 12: apt-get install python3 python3-venv; Windows: install it, use py tasks.py.",
    )


def venv_version() -> str | None:
    """Return the version of the Python in .venv, or None when it does not start, has lost its packages or is too old."""
    question = "import sys, importlib.util as i; print('%d.%d' % sys.version_info[:2] if i.find_spec('pip') and sys.version_info >= (3, 11) else '')"
    try:
        answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return answer.stdout.strip() or None


def make_venv() -> str:
    """Return the Python version of a .venv that works; build it when it is missing or its Python is gone, too old or replaced by another."""
    version = venv_version()
    if version:
        return version
    say("正在建立虚拟环境 .venv ……", "Creating the virtual environment .venv ...")
    if importlib.util.find_spec("ensurepip"):
        venv.EnvBuilder(with_pip=True, clear=True, symlinks=not WINDOWS).create(VENV)
    elif shutil.which("virtualenv"):
        subprocess.run(["virtualenv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], check=False)
    else:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        stop(
            f"这个 Python 不带 venv/pip。Debian/Ubuntu：apt-get install {package}，然后重试。",
            f"this Python comes without venv/pip. Debian/Ubuntu: apt-get install {package}, then try again.",
        )
    version = venv_version()
    if not version:
        stop("虚拟环境没有建好，请删除 .venv 后重试。", "the virtual environment does not work; delete .venv and try again.")
    return version


def install(lock: str) -> None:
    """Bring .venv to exactly the pins of `lock`; does nothing, and asks no network, when they were installed before."""
    version = make_venv()
    mark = VENV / f"{lock}.installed"
    want = hashlib.sha256((ROOT / lock).read_bytes() + version.encode()).hexdigest()
    if not mark.exists() or mark.read_text("utf-8") != want:
        say(f"正在安装 {lock} 中的组件（首次约一分钟）……", f"Installing the packages pinned in {lock} (about a minute the first time) ...")
        pip("--require-hashes", "--only-binary=:all:", "-r", lock)
        mark.write_text(want, "utf-8")
    link_project()


def pip(*arguments: str) -> None:
    """Run `pip install` inside .venv, or stop with what usually helps."""
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *arguments]
    settings = {**os.environ, "PIP_USER": "0"}
    if subprocess.call(command, cwd=ROOT, env=settings):
        stop(
            "组件没有装好（见上文）。首次安装需要能访问软件源；用内部镜像时先设置 PIP_INDEX_URL。装好以后不再需要网络。",
            "the packages were not installed (see above). The first time needs a package index (mirror: set PIP_INDEX_URL); later runs need none.",
        )


def link_project() -> None:
    """Make `import quiz` and the command `quiz` work in .venv without building anything, so that it works offline as well.

    The path is relative: an ASCII file whatever the folder is called, and still right after the checkout has been moved.
    """
    packages = next(VENV.glob("Lib/site-packages" if WINDOWS else "lib/python3.*/site-packages"))
    write_if_other(packages / "kaoxue-quiz.pth", os.path.relpath(ROOT, packages).replace("\\", "/") + "\n")
    if WINDOWS:
        write_if_other(BIN / "quiz.cmd", '@"%~dp0python.exe" -P -m quiz %*\n')
        return
    launcher = BIN / "quiz"
    write_if_other(launcher, '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -P -m quiz "$@"\n')
    launcher.chmod(0o755)


def write_if_other(path: Path, text: str) -> None:
    """Write `text` unless the file already says it."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


# --- the commands ------------------------------------------------------------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Install what is missing and start the demo site; Ctrl+C stops it."""
    install(LOCK)
    return become([str(PYTHON), "-m", "quiz", "demo", *arguments])


def test(arguments: list[str]) -> int:
    """Install what is missing and run the tests, all of them in as many processes as there are cores, a file in one."""
    install(TEST_LOCK)
    return become([str(PYTHON), "-m", "pytest", *(arguments or ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"])])


def become(command: list[str]) -> int:
    """Hand the terminal over to `command`: by exec where there is one, so that signals reach it; else wait for it, also through Ctrl+C."""
    os.chdir(ROOT)
    if not WINDOWS:
        os.execv(command[0], command)  # noqa: S606
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def check(arguments: list[str]) -> int:
    """Run every check, or the named ones, to the end and list those that failed."""
    unknown = set(arguments) - set(CHECKS)
    if unknown:
        stop(f"没有这项检查：{'、'.join(unknown)}", f"no such check; there are: {', '.join(CHECKS)}")
    install(TEST_LOCK)
    failed = []
    for name in arguments or CHECKS:
        print(f"== {name}", flush=True)
        if subprocess.call([PYTHON, *CHECKS[name]], cwd=ROOT):
            failed.append(name)
    if failed:
        stop(f"以下检查未通过：{'、'.join(failed)}", f"these checks failed: {', '.join(failed)}")
    say("全部检查通过。", "All checks passed.")
    return 0


def find_chromium() -> str | None:
    """Return a browser of the Chromium family: $QUIZ_CHROMIUM, else one on the path or in a usual place, else None."""
    named = os.environ.get("QUIZ_CHROMIUM")
    if named:
        return named
    on_path = (shutil.which(name) for name in BROWSERS)
    in_place = (path for path in BROWSER_FILES if Path(path).is_file())
    return next(filter(None, on_path), None) or next(in_place, None)


def has_browser() -> bool:
    """True when the browser tests can run: there is a browser, and the library that playwright's own Node.js needs (a bare Debian lacks it)."""
    if sys.platform == "linux":
        try:
            ctypes.CDLL("libatomic.so.1")
        except OSError:
            return False
    return find_chromium() is not None


def browser(_arguments: list[str]) -> int:
    """Install from Debian's packages what the browser tests need and a Chinese font, unless the tests can run already."""
    if has_browser():
        say(f"已有浏览器：{find_chromium()}", "A browser is there already.")
        return 0
    if not may_install():
        stop(
            "请自行安装 Chromium、Chrome 或 Edge（Linux 还需 libatomic1）；若不在常见位置，用环境变量 QUIZ_CHROMIUM 指明程序路径。",
            "please install Chromium, Chrome or Edge (on Linux libatomic1 too); name the program in QUIZ_CHROMIUM when it is in no usual place.",
        )
    return apt_install("chromium", "libatomic1", "fonts-noto-cjk")


def find_postgres() -> Path | None:
    """Return the folder of the newest PostgreSQL server's programs as Debian's packages lay them out, or None."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists() and (path / "pg_basebackup").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def find_nginx() -> Path | None:
    """Return nginx, or None."""
    found = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    return Path(found) if found else None


def has_cluster() -> bool:
    """True when the tests with several servers can run."""
    return find_postgres() is not None and find_nginx() is not None


def cluster(_arguments: list[str]) -> int:
    """Install from Debian's packages what the tests with several servers need, unless it is there."""
    if has_cluster():
        say(f"已有 {find_postgres()} 和 {find_nginx()}", "PostgreSQL and nginx are there already.")
        return 0
    if not may_install():
        stop("请自行安装 Debian 的 postgresql 和 nginx 软件包。", "please install Debian's packages postgresql and nginx.")
    return apt_install("postgresql", "nginx")


def may_install() -> bool:
    """True where Debian's packages can be installed: with apt-get, by root or through sudo."""
    return bool(shutil.which("apt-get") and (is_root() or shutil.which("sudo")))


def is_root() -> bool:
    """True for the system's owner; on Windows nobody is."""
    return not WINDOWS and os.geteuid() == 0


def apt_install(*packages: str) -> int:
    """Install Debian's packages, or stop."""
    sudo = [] if is_root() else ["sudo"]
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        if subprocess.call([*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", *command]):
            stop("apt-get 没有成功（见上文）。", "apt-get failed (see above).")
    return 0


def lock(arguments: list[str]) -> int:
    """Pin the dependencies of pyproject.toml by hash, for every system and Python from 3.11 on; the files name no package index."""
    make_venv()
    uv = shutil.which("uv", path=str(BIN)) or shutil.which("uv")
    if not uv:
        pip("uv")
        uv = shutil.which("uv", path=str(BIN))
    common = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--python-version", "3.11", "--only-binary", ":all:", "--quiet"]
    for name, more in ((LOCK, SCAN), (TEST_LOCK, [*SCAN, "--extra", "test", "--constraint", LOCK])):
        if subprocess.call([str(uv), "pip", "compile", "pyproject.toml", *common, *more, *arguments, "--output-file", name], cwd=ROOT):
            return 1
        without_hosts(ROOT / name)
    return 0


def without_hosts(path: Path) -> None:
    """Drop lines that name an index or a folder of the machine the lock was made on."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(("--", "-i ", "-f "))), "utf-8", newline="\n")


def clean(_arguments: list[str]) -> int:
    """Remove caches and built packages; .venv and instance/ stay, since they cost a download or hold data."""
    found = [ROOT / name for name in CACHES]
    for folder in ("quiz", "tests", "tools"):
        found += (ROOT / folder).rglob("__pycache__")
    for path in found:
        shutil.rmtree(path, ignore_errors=True)
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "check": check,
    "browser": browser,
    "cluster": cluster,
    "lock": lock,
    "clean": clean,
}


def main() -> int:
    """Do the command named on the command line."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # consoles that cannot show Chinese
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(USAGE)
        return 0 if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help", "help") else 2
    use_new_enough_python()
    return COMMANDS[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
