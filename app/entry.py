"""Where the command `lujiazui` starts: nothing heavy is imported before Ctrl-C and a closed pipe have an answer."""

import os
import signal
import sys

INTERRUPTED = "Interrupted; nothing was written."


def main() -> None:
    """Run the command line and exit with its code: 0 done, 1 a run failed inside, 2 refused or interrupted.

    SIGTERM, by which clusters and containers end a command, is answered as Ctrl-C is: what is done is kept. The app's
    server has an answer of its own.
    """
    if sys.argv[1:2] != ["app"] and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = _run()
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        code = 2
    sys.exit(code)


def _run() -> int:
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows a question mark
        from app.cli import command_line

        code = command_line(sys.argv[1:])
        if sys.stdout is not None:
            sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # Rich answers a broken pipe with SystemExit; nothing else raises it
        _forget_output()  # whoever read the output has enough
        code = 0
    except OSError as error:
        if _output_is_refused(error):
            _forget_output()
            print(f"error: the output cannot be written: {error.strerror or error}", file=sys.stderr)
            code = 1
        else:
            place = f"{error.filename}: " if error.filename else ""
            told = f"error: {place}the system refused: {error.strerror or error}"
            # The system may refuse to open another file, so nothing is imported to say so.
            print("".join(each if each.isprintable() else repr(each)[1:-1] for each in told), file=sys.stderr)
            code = 2
    return code


def _output_is_refused(error: OSError) -> bool:
    """Whether it was the output that the system refused: raised where something is printed, or still waiting to be."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        return True
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    return error.filename is None and module.split(".")[0] in ("app", "rich")


def _forget_output() -> None:
    """Point stdout at nothing, because Python flushes it once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
