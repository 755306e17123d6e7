"""Where the command `lujiazui` starts: nothing is imported before Ctrl-C and a closed pipe are answered quietly."""

import os
import sys


def main() -> None:
    """Run the command line and exit with its code: 0 done, 1 a run failed, 2 refused or interrupted."""
    try:
        from app.cli import command_line

        code = command_line(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        code = 2
    except BrokenPipeError:
        # Whoever read the output has enough. Python flushes stdout again when it ends, so it gets somewhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)
