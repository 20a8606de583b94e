"""What a command module needs: `@command`, `option`, `argument`, `JsonFlag`. The only file that names typer.

A command is a plain or async function in a module of `openvoy.cli.commands`; its docstring is its help:

    @command("token show")
    async def show(*, target: Target, as_json: JsonFlag = False) -> None:

A parameter whose type is a dataclass stands for all its fields. A command says what went wrong by raising an
OpenvoyError; it may return an exit code of its own.
"""

from __future__ import annotations

import asyncio
import errno
import importlib
import inspect
import logging
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Annotated, Any, TypeVar, get_type_hints

import typer
import typer.completion

from openvoy import __version__
from openvoy.cli.output import drop_output, say, show_error, start_logging
from openvoy.cli.wrong_use import Known, find_command, find_remedy
from openvoy.errors import OpenvoyError, StorageError

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 + SIGINT, as shells have it."""


def _typer(summary: str) -> typer.Typer:
    # Pretty exceptions would print local variables, and those hold tokens.
    return typer.Typer(
        help=summary, add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
    )


_app = _typer("The local platform for Enphase Envoy / IQ Gateway solar and storage systems.")
_groups: dict[str, typer.Typer] = {}
_also: dict[str, tuple[str, ...]] = {}


def option(*names: str, help: str, env: str | None = None, **more: Any) -> Any:  # noqa: A002 - as typer calls it
    """Declare an option inside `Annotated[type, …]`; `env` is the variable that may give it."""
    return typer.Option(*names, help=help, envvar=env, **more)


def argument(*, help: str, **more: Any) -> Any:  # noqa: A002 - as typer calls it
    """Declare a positional argument inside `Annotated[type, …]`."""
    return typer.Argument(help=help, **more)


JsonFlag = Annotated[bool, option("--json", help="Print one JSON document on stdout, everything else on stderr.")]
_Verbose = Annotated[bool, option("--verbose", "-v", help="Say on stderr what is done.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@_app.callback()
def _root(
    version: Annotated[
        bool, option("--version", help="Print the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Hold the options before the command; the callback of each does its work."""


def group(name: str, summary: str) -> None:
    """Name a group of commands, such as `token`, and say what it is for; its commands are `@command("token fetch")`.

    A group inside another has the words of both, such as `control battery`, and comes after it.
    """
    if name not in _groups:
        outer, _, inner = name.rpartition(" ")
        _groups[name] = _typer(summary)
        (_groups[outer] if outer else _app).add_typer(_groups[name], name=inner)


def command(path: str, *, log_level: int = logging.WARNING, also: Sequence[str] = ()) -> Callable[[CommandT], CommandT]:
    """Offer a function as command; `path` ends in its name, `log_level` is what it logs without --verbose.

    `also` are words that somebody may try who does not know its name.
    """
    groups, _, name = path.rpartition(" ")
    _also[path] = tuple(also)

    def register(function: CommandT) -> CommandT:
        holder = _groups[groups] if groups else _app
        holder.command(name, help=_help_of(function))(_adapt(function, log_level))
        return function

    return register


def _help_of(function: Callable[..., Any]) -> str:
    """Give its docstring, with a mark for the library to leave the lines of its examples as they are."""
    about, _, examples = (inspect.getdoc(function) or "").partition("\nExamples:\n")
    lines = [line for line in examples.splitlines() if line]
    return "\n".join((about, "\b", "Examples:", *lines)) if lines else about


def confirm(text: str) -> bool:
    """Ask a person on the terminal whether to go on; nobody at the terminal is a no."""
    if not sys.stdin.isatty():
        return False
    return bool(typer.confirm(text, err=True))


def prompt(text: str) -> str:
    """Ask a person for a word on the terminal."""
    return str(typer.prompt(text, err=True))


def prompt_secret(text: str) -> str:
    """Ask a person for a secret on the terminal, without echo."""
    return str(typer.prompt(text, hide_input=True, err=True))


def run(arguments: Sequence[str]) -> int:
    """Run one command line in this process and return its exit code."""
    load_commands(next(iter(arguments), ""))
    # Answers the shell that asks for words, as the script of `render_completion` makes it do.
    typer.completion.completion_init()  # type: ignore[attr-defined]  # it is imported there from elsewhere
    try:
        _app(args=list(arguments), prog_name="openvoy")
    except SystemExit as end:
        if end.__context__ is not None and hasattr(end.__context__, "format_message"):
            _show_remedy(end.__context__, arguments)
        return end.code if isinstance(end.code, int) else 1
    return 0


def _show_remedy(error: BaseException, arguments: Sequence[str]) -> None:
    """Show whoever used a command wrongly what was probably meant, or an example with what was missing, if any."""
    load_commands()
    known = list(_list_known(typer.main.get_command(_app)))
    remedy = find_remedy(str(getattr(error, "message", "")), arguments, known)
    used = find_command(arguments, known)
    if remedy is not None:
        say(remedy)
    elif used is not None:
        begin = f"openvoy {' '.join(used.words)} "
        examples = [line for line in map(str.strip, used.text.splitlines()) if line.startswith(begin)]
        missing = getattr(getattr(error, "param", None), "opts", ())
        if examples:
            say(f"For example: {next((one for one in examples if any(name in one for name in missing)), examples[0])}")


def _list_known(holder: Any, words: tuple[str, ...] = ()) -> Iterator[Known]:
    """List all commands; typer has no public names for what they are made of."""
    for name, one in holder.commands.items():
        path = (*words, name)
        options = {opt: not one_of.is_flag for one_of in one.params for opt in one_of.opts if opt.startswith("-")}
        yield Known(words=path, options=options, text=one.help or "", also=_also.get(" ".join(path), ()))
        if hasattr(one, "commands"):
            yield from _list_known(one, path)


def render_completion(shell: str) -> str:
    """Write the script by which a shell of this name completes commands and options."""
    build = typer.completion.get_completion_script  # type: ignore[attr-defined]  # as above
    return str(build(prog_name="openvoy", complete_var="_OPENVOY_COMPLETE", shell=shell))


def load_commands(word: str = "") -> None:
    """Import the modules of `openvoy.cli.commands` that are named like the first word of a command, or all of them.

    `token fetch` is in `token_fetch`, and all of `history` in the package of that name; each registers its commands.
    """
    package = importlib.import_module("openvoy.cli.commands")
    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    wanted = [name for name in names if word and (name == word or name.startswith(f"{word}_"))]
    for name in wanted or names:
        importlib.import_module(f"{package.__name__}.{name}")


def _adapt(function: Callable[..., Any], log_level: int) -> Callable[..., None]:
    """Build what typer calls: dataclass parameters spread out, coroutines run, errors turned into exit codes."""
    hints = get_type_hints(function, include_extras=True)
    spread = {name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)}

    def adapted(*, verbose: bool, **values: Any) -> None:
        start_logging(logging.DEBUG if verbose else log_level)
        for name, shape in spread.items():
            values[name] = shape(**{field.name: values.pop(field.name) for field in fields(shape)})
        raise typer.Exit(_call(function, values))

    parameters = [
        spread_out
        for parameter in inspect.signature(function).parameters.values()
        for spread_out in _spread(parameter, hints, spread)
    ]
    parameters.append(_keyword("verbose", _Verbose, False))
    adapted.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    adapted.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return adapted


def _call(function: Callable[..., Any], values: Mapping[str, Any]) -> int:
    try:
        result = function(**values)
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
        sys.stdout.flush()
    except OpenvoyError as error:
        show_error(error)
        return error.exit_code
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        drop_output()
        show_error(StorageError("What is printed finds no room.", hint="Make room there, or print to another place."))
        return StorageError.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def _spread(
    parameter: inspect.Parameter, hints: Mapping[str, Any], spread: Mapping[str, type]
) -> Sequence[inspect.Parameter]:
    shape = spread.get(parameter.name)
    if shape is None:
        return [_keyword(parameter.name, hints[parameter.name], parameter.default)]
    types = get_type_hints(shape, include_extras=True)
    return [_keyword(field.name, types[field.name], _default_of(field)) for field in fields(shape)]


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _default_of(field: Field[Any]) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default
