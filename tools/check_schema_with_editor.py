"""Check the JSON Schema with the YAML language server that editors use: `python -m tools.check_schema_with_editor FOLDER`.

FOLDER holds the server: `npm install --prefix FOLDER yaml-language-server` (Node 18 or newer). It is spoken to over standard input and
output, as an editor does: a good file must give no diagnostic, each kind of slip exactly one, and keys and words must be offered.
For maintainers; no part of the tests, for it needs npm.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "question_banks" / "schema.json"
GOOD = f"# yaml-language-server: $schema={SCHEMA.as_uri()}\n" + (ROOT / "question_banks/general/water.yaml").read_text(encoding="utf-8")
HEAD = f"# yaml-language-server: $schema={SCHEMA.as_uri()}\ncategory: general/x\narea: water\ndepartment: 县\nlabel: sample\nquestions:\n"
TAIL = """\
    stem: 应当（　　）。
    level: recall
    topic: 供水
    source: {document: a, clause: b}
    valid_from: 2021-01-01
    valid_to: open
    explanation: 说明
"""

WRONG = {
    "a key that nobody knows": ("  - id: a\n    type: single\n    options: {A: 甲, B: 乙}\n    key: A\n    steam: x\n" + TAIL, "steam"),
    "a type that there is not": ("  - id: a\n    type: singel\n" + TAIL, "single"),
    "a key of another type": ("  - id: a\n    type: true_false\n    key: true\n    options: {A: 甲, B: 乙}\n" + TAIL, "options"),
    "a missing key": ("  - id: a\n    type: fill_in\n" + TAIL, "blanks"),
    "a list for a single key": ("  - id: a\n    type: single\n    options: {A: 甲, B: 乙}\n    key: [A]\n" + TAIL, ""),
    "an area that there is not": ("  - id: a\n    type: true_false\n    key: true\n" + TAIL, "water"),
    "a date that is none": ("  - id: a\n    type: true_false\n    key: true\n" + TAIL.replace("2021-01-01", "2021/1/1"), ""),
}
OFFERED = {
    "top-level keys": (f"# yaml-language-server: $schema={SCHEMA.as_uri()}\n", {"category", "questions", "blueprint", "profile", "sitting"}),
    "keys of a question": (HEAD + "  - id: a\n    type: single\n    ", {"stem", "options", "key", "explanation", "valid_from"}),
    "types": (HEAD + "  - id: a\n    type: ", {"single", "multiple", "true_false", "fill_in", "ordering", "matching", "short_answer", "case"}),
    "areas": (HEAD.replace("area: water", "area: ").split("department")[0].rstrip("\n"), {"monitoring", "education", "governance"}),
    "levels": (HEAD + "  - id: a\n    level: ", {"recall", "application"}),
    "open end": (HEAD + "  - id: a\n    valid_to: ", {"open"}),
}


class Server:
    """A language server in a process of its own."""

    def __init__(self, folder: Path) -> None:
        program = folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
        self.process = subprocess.Popen(["node", str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = 0
        self.files = 0
        self.told: dict[str, list[Any]] = {}
        self.ask("initialize", {"processId": None, "rootUri": ROOT.as_uri(), "capabilities": {}})
        self.send("initialized", {})
        settings = {"yaml": {"completion": True, "validate": True, "hover": True, "schemaStore": {"enable": False}, "yamlVersion": "1.2"}}
        self.send("workspace/didChangeConfiguration", {"settings": settings})

    def write(self, message: dict[str, Any]) -> None:
        """Send one message."""
        assert self.process.stdin
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self.process.stdin.flush()

    def send(self, method: str, parameters: Any) -> None:
        """Tell the server something."""
        self.write({"method": method, "params": parameters})

    def ask(self, method: str, parameters: Any) -> Any:
        """Ask the server something and return its answer."""
        self.number += 1
        self.write({"id": self.number, "method": method, "params": parameters})
        while True:
            message = self.read()
            if message.get("id") == self.number and "method" not in message:
                return message.get("result")

    def read(self) -> dict[str, Any]:
        """Return the next message, after answering what the server asks and keeping its diagnostics."""
        assert self.process.stdout
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            if not line and self.process.poll() is not None:
                raise SystemExit("the language server has stopped")
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.told[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            wanted = message.get("params", {}).get("items", []) if message["method"] == "workspace/configuration" else None
            self.write({"id": message["id"], "result": None if wanted is None else [None] * len(wanted)})
        return message

    def open(self, text: str) -> str:
        """Show a file to the server and return its address."""
        self.files += 1
        uri = (ROOT / "question_banks" / f"check-{self.files}.yaml").as_uri()
        self.send("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}})
        return uri

    def diagnostics(self, text: str) -> list[str]:
        """Return what the server says is wrong with a file."""
        uri = self.open(text)
        while uri not in self.told:
            self.read()
        return [item["message"] for item in self.told[uri]]

    def completions(self, text: str) -> set[str]:
        """Return what the server offers at the end of a file."""
        uri = self.open(text)
        lines = text.split("\n")
        place = {"line": len(lines) - 1, "character": len(lines[-1])}
        found = self.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": place})
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"] for item in items}


def main(folder: Path) -> int:
    """Print each check and return 1 when one failed."""
    server = Server(folder)
    failed = 0
    try:
        told = server.diagnostics(GOOD)
        failed += report("a shipped file", not told, told)
        for name, (text, word) in WRONG.items():
            told = server.diagnostics((HEAD if "area" not in name else HEAD.replace("water", "wasser")) + text)
            failed += report(name, len(told) == 1 and word in told[0], told)
        for name, (text, wanted) in OFFERED.items():
            offered = server.completions(text)
            failed += report(f"offers {name}", wanted <= offered, sorted(offered))
    finally:
        server.process.terminate()
    return 1 if failed else 0


def report(name: str, is_right: bool, detail: object) -> int:
    """Print one line; 1 for a failure."""
    print(("ok   " if is_right else "FAIL ") + name + ("" if is_right else f": {detail}"))
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
