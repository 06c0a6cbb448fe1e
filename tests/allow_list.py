"""A kind of import contract: what each room may import, and nothing else.

A list of what is forbidden lets every module pass that was added after it was written. Here a module that no entry covers is a
breach, and so is an import that its entry does not name.
"""

import sys
from collections.abc import Mapping

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

OUTSIDE = frozenset(  # of the standard library: what reaches the network, other processes, other threads or a database
    "asyncio concurrent ctypes dbm ftplib http imaplib multiprocessing poplib selectors shelve signal smtplib socket socketserver"
    " sqlite3 ssl subprocess telnetlib threading xmlrpc".split()
)
FREE = frozenset(sys.stdlib_module_names) - OUTSIDE


class AllowList(Contract):
    """`rooms`: entries such as ``crawler.html: crawler.record crawler.text lxml``. The entry with the longest name that fits a module
    is the one it obeys. What stands in `everywhere` each of them may import. What is named may be a room, a module or a library; the standard library is free but for `OUTSIDE`.
    """

    type_name = "allow_list"
    rooms = fields.ListField(subfield=fields.StringField())
    everywhere = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every breach, as a sentence."""
        shared = frozenset(str(name) for name in self.everywhere or ())
        entries = {room: names | shared for room, names in (_entry(str(line)) for line in self.rooms)}
        tops = {name.partition(".")[0] for name in entries}
        ours = sorted(name for name in graph.modules if name.partition(".")[0] in tops and name not in tops)
        said = [line for name in ours for line in _breaches(graph, name, entries)]
        return ContractCheck(kept=not said, metadata={"said": said})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the breaches."""
        for line in check.metadata["said"]:
            output.print_error(line, bold=False)


def _entry(line: str) -> tuple[str, frozenset[str]]:
    room, _, names = line.partition(":")
    return room.strip(), frozenset(names.split())


def _breaches(graph: ImportGraph, module: str, entries: Mapping[str, frozenset[str]]) -> list[str]:
    room = max((name for name in entries if _within(module, name)), key=len, default=None)
    if room is None:
        return [f"{module} is in no room that has an entry"]
    allowed = entries[room] | {room}
    imported = sorted(graph.find_modules_directly_imported_by(module))
    bad = [other for other in imported if other not in FREE and not any(_within(other, name) for name in allowed)]
    return [f"{module} imports {other}, which {room} may not" for other in bad]


def _within(module: str, name: str) -> bool:
    return module == name or module.startswith(name + ".")
