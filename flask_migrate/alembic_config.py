"""Alembic's Config, with the corners that projects cut themselves on rounded off."""

from __future__ import annotations

import configparser
import os
import re
import sys
from typing import Any

import alembic.config

from .errors import CommandFailedError
from .template_folders import TEMPLATES

# Options whose values come from programs, which know nothing of the
# interpolation that ConfigParser applies to "%".
_LITERAL = {"script_location", "sqlalchemy.url"}

_PERCENT = re.compile(r"%%|%\(\w+\)s|%")


class Config(alembic.config.Config):
    """The configuration of one run.

    :param template_directory: Where ``init`` looks for templates.
    """

    def __init__(
        self,
        *args: Any,
        template_directory: str | os.PathLike[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.template_directory = template_directory

    def get_template_directory(self) -> str:
        """The folder that holds one folder for each template."""
        return os.fspath(self.template_directory or TEMPLATES)

    @property
    def file_config(self) -> Any:
        """The parsed ``alembic.ini``; a ``%`` in the path of its folder is harmless."""
        if "file_config" not in self.__dict__:  # Alembic keeps it there
            parsed = super().file_config
            parsed.set("DEFAULT", "here", str(self.config_args.get("here", "")).replace("%", "%%"))
        return self.__dict__["file_config"]

    def set_section_option(self, section: str, name: str, value: str) -> None:
        """Set an option; a lone ``%`` in a path or a URL stands for itself."""
        super().set_section_option(section, name, _escaped(value) if name in _LITERAL else value)


def for_directory(directory: str) -> Config:
    """The configuration of the project in *directory*.

    :raises CommandFailedError: Its ``alembic.ini`` cannot be read.
    """
    if ":" in directory and os.path.exists(directory):  # for Alembic, a package's
        directory = os.path.abspath(directory)
    ini = os.path.join(directory, "alembic.ini")
    # Alembic's own default for stdout is what it was when Alembic was imported.
    config = Config(ini, stdout=sys.stdout)
    try:
        config.set_main_option("script_location", directory.replace("%", "%%"))
    except (configparser.Error, UnicodeDecodeError) as error:
        raise CommandFailedError(
            f"{ini} cannot be read: {str(error).splitlines()[0]}",
            hint="Correct it, or bring it back from version control.",
        ) from error
    return config


def _escaped(value: str) -> str:
    """*value* with each ``%`` doubled that ConfigParser would stumble over."""
    return _PERCENT.sub(lambda match: "%%" if match[0] == "%" else match[0], value)
