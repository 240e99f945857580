"""A session with answers from a file, and somebody at the emulated pump beside its hands."""

import threading

from ..emulated_process import manostat


def in_turn(board, *lines):
    """Somebody who pulls cables and presses PAIN, beside the hands that the guide has."""
    failed = []

    def work():
        try:
            for line in lines:
                board.operate(line)
        except Exception as problem:  # told by the test that waits for it
            failed.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, failed


def session(board, tmp_path, name, answers, *options):
    file = tmp_path / name
    file.write_text(answers.lstrip())
    words = ("--store", str(tmp_path / "store"), "--out", str(tmp_path / "report"), "--decay", "5")
    return manostat("session", board.name, "--answers", str(file), *words, *options)
