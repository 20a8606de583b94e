"""`openvoy completion`."""

from __future__ import annotations

from typing import Annotated

from openvoy.cli.app import argument, command, render_completion
from openvoy.errors import ConfigError

SHELLS = ("bash", "zsh", "fish")


@command("completion")
def completion(*, shell: Annotated[str, argument(help="bash, zsh or fish.")]) -> None:
    """Print a script by which a shell completes the words of `openvoy`.

    Examples:
        openvoy completion bash > ~/.local/share/bash-completion/completions/openvoy

        openvoy completion zsh > ~/.zfunc/_openvoy

        openvoy completion fish > ~/.config/fish/completions/openvoy.fish
    """
    if shell not in SHELLS:
        raise ConfigError(f"There is no completion for '{shell}'.", hint=f"Known are: {', '.join(SHELLS)}.")
    print(render_completion(shell))
