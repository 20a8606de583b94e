"""What can go wrong with the history file, in words that say what to do."""

from __future__ import annotations

from enum import Enum

from openvoy.errors import StorageError


class Fault(Enum):
    """Why the store cannot serve; the value is the advice."""

    LOCKED = "Another process works with this history. Stop it, or choose another folder under [store] path."
    CORRUPT = "The history file is damaged. Restore a backup, or move the file away: Openvoy then begins a new one."
    FULL = "Free some space on the disk; writing goes on by itself as soon as there is room."
    FORBIDDEN = (
        "Give the account that runs Openvoy the right to write in this folder, or choose another one; "
        "that of the history is [store] path."
    )
    READ_ONLY = (
        "Have its file system mounted for writing, or choose another folder; that of the history is [store] path. "
        "The system makes one read-only when its disk or card has errors: 'dmesg' says so, and then replace it."
    )
    IN_THE_WAY = "Move away what has this name, or choose another folder; that of the history is [store] path."
    NEWER = "A newer Openvoy wrote this history. Update Openvoy, or choose another folder under [store] path."
    MEMORY = "Ask for a shorter time or a coarser step, or raise the store's memory limit."
    UNFINISHED = (
        "Run 'history restore' or 'history backup' into it again. If what it is a copy of is gone, remove the file "
        "'unfinished' from it: then what it has can be used, and months may be missing."
    )
    BUSY = "Somebody is reading; it is done once they are through."
    CLOSED = "The history is closed or being reopened; try again in a moment."
    BAD_VALUE = "A record holds a value that its column cannot keep. Please report this as a bug."
    LACKING = (
        "The history is as it was. Run the command once more; if it happens again the disk loses what is written to "
        "it, and has to be replaced."
    )
    NOT_A_QUERY = "Ask with one SELECT over tables that exist; 'openvoy history sql --help' names them."
    OTHER = "Look at the disk and the folder under [store] path; 'openvoy doctor' checks both."


class StoreFault(StorageError):
    """A StorageError that knows its cause."""

    def __init__(self, fault: Fault, message: str) -> None:
        """Say what happened; the advice is the fault's."""
        super().__init__(message, hint=fault.value)
        self.fault = fault

    @property
    def reason(self) -> str:
        """What happened, to stand inside a sentence."""
        return self.message.removeprefix("History: ").removesuffix(".")
