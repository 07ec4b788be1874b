"""Scanned answer sheets → core values: finds the sheet, flattens it, measures every bubble, judges with a confidence; guesses nothing.

Needs the optional packages of `kaoxue-quiz[scan]`: ask `require` before importing a module from here.
"""

from __future__ import annotations

from importlib.util import find_spec

from quiz.core.message import QuizError, listed, say

NEEDED = ("cv2", "pypdfium2", "zxingcpp")


def require() -> None:
    """QuizError `no_reader` when a package that reading needs is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise QuizError("no_reader", say("这台服务器没有安装扫描阅卷组件（缺{names}）。请运行：{command}", names=listed(missing), command=HOW))


HOW = "pip install opencv-python-headless pypdfium2 zxing-cpp"
