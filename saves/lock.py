"""One player a session: an operating-system lock on a file, which the system itself releases when a process dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from saves.errors import SessionInUse

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30
    """Windows locks bytes against reading too: lock one far behind the text."""

    def _seize(descriptor: int) -> None:
        os.lseek(descriptor, FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _seize(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class SessionLock:
    """The lock on one session, held from the making of this object until `release` or the end of the process.

    The file says which process holds it, for the message only: what counts is the lock, so a file that a killed
    program left behind means nothing.

    Raises:
        SessionInUse: when somebody holds it.
        OSError: when the file can't be made, or the file system knows no locks.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        try:
            _seize(self._descriptor)
        except (BlockingIOError, PermissionError) as error:
            holder = _holder(self._descriptor)
            self.release()
            raise SessionInUse(
                f"another isocross{holder} is playing this session", "leave it there first, or play another session"
            ) from error
        except OSError:
            self.release()
            raise
        self._sign(self._descriptor)

    def _sign(self, descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except OSError:
            return  # a full disk: locked all the same

    def release(self) -> None:
        """Let others have it. Doing so twice is harmless."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _holder(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    text = os.read(descriptor, 20).decode("ascii", "replace").strip()
    return f" (process {text})" if text.isdigit() else ""
