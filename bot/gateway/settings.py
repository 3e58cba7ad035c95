"""The settings of the whole service: one class, environment variables `DIANDA_*` or a `.env` file."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from actions.desk.quiet import QuietHours

if TYPE_CHECKING:
    from knowledge_base.storage import Storage

PROJECT = Path(__file__).resolve().parents[2]
SHORTEST_SECRET = 16
Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """What an operator may choose; every field has a working default for one machine.

    Read once at start. Values come from the environment (`DIANDA_PORT=9000`), then from `.env` in the
    project folder, then from here. Secrets are `SecretStr`, so that printing the settings shows none.
    """

    model_config = SettingsConfigDict(
        env_prefix="DIANDA_", env_file=PROJECT / ".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    home: Path = Field(default=PROJECT / "var", description="Folder of everything the service writes.")
    host: str = "127.0.0.1"
    port: Port = 8000
    assistant_host: str = Field(default="127.0.0.1", description="Where Rasa listens; loopback unless it is run apart.")
    assistant_port: Port = 5005
    action_port: Port = 5055
    database_url: str = Field(default="", description="SQLAlchemy URL; empty means SQLite under `home`.")
    data_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), description="Keys of the encrypted columns, newest first, comma separated; empty: one generated into `home`/keys."
    )
    staff_token: SecretStr = Field(default=SecretStr(""), description="Empty: generated once into `home`/keys/staff.token.")
    profile: str = Field(default="state_grid", pattern=r"^[a-z][a-z0-9_]*$", description="Company or province profile.")
    company: str = Field(default="安澜供电公司", description="The utility's name as customers read it.")
    hotline: str = Field(default="95598", description="The service hotline.")
    retriever: Literal["faiss", "milvus"] = Field(
        default="faiss", description="Where the passages of the knowledge base are searched: in memory, or on a Milvus server."
    )
    milvus_uri: str = Field(default="", pattern=r"^(https?://\S+)?$", description="The Milvus server; needed with retriever=milvus.")
    milvus_token: SecretStr = Field(default=SecretStr(""), description="`user:password` or a key of the Milvus server.")
    milvus_prefix: str = Field(
        default="dianda", pattern=r"^[A-Za-z][A-Za-z0-9_]{0,40}$", description="First part of our collections' names; one for each installation."
    )
    encoder: str = Field(default="", description="sentence-transformers id or folder; empty means the built one.")
    demo: bool | None = Field(default=None, description="Seed the demo utility; default only for the embedded database.")

    address_rate: float = Field(default=50.0, gt=0, description="Requests per second and address without the staff token.")
    address_burst: int = Field(default=200, ge=1)
    conversation_rate: float = Field(default=5.0, gt=0, description="Turns per second and conversation.")
    conversation_burst: int = Field(default=30, ge=1)
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(), description="Networks whose X-Forwarded-For is believed."
    )
    upload_bytes: int = Field(default=10 * 1024 * 1024, ge=64 * 1024, description="Most bytes of a photo or PDF that a customer sends.")
    upload_count: int = Field(default=60, ge=1, description="Most photos and PDFs of a conversation.")
    max_body_bytes: int = Field(default=64 * 1024, ge=1024)
    turn_seconds: float = Field(default=15.0, gt=0, description="A caller waits no longer than this for a turn.")
    store_threads: int | None = Field(
        default=None, ge=1, le=64, description="Threads that write to the database; one for SQLite, else four."
    )
    assistant_calls: int = Field(default=16, ge=1, description="Turns the assistant works on at the same time.")

    outbox_url: str = Field(
        default="",
        pattern=r"^((https?|postgresql|sqlite)://\S+)?$",
        description="Where letters are posted, or the database they are written into; empty: they go to the log only.",
    )
    outbox_secret: SecretStr = Field(default=SecretStr(""), description="Signs what is posted; at least 16 characters.")

    tickets_url: str = Field(
        default="", pattern=r"^(https?://\S+)?$", description="Your ticket system: letters with whole tickets go there instead; empty: with the others."
    )
    tickets_secret: SecretStr = Field(default=SecretStr(""), description="Signs those; at least 16 characters.")
    customers_url: str = Field(
        default="", pattern=r"^(https?://\S+)?$", description="Your customer system (docs/systems.md); empty: the accounts in our own database."
    )
    customers_secret: SecretStr = Field(default=SecretStr(""), description="Signs what it is asked; at least 16 characters.")

    dispatch: bool = Field(default=True, description="Crews are chosen and asked by the repair hub; false: a dispatcher does it by hand.")
    dispatch_grace_seconds: int = Field(default=60, ge=0, description="How long a new repair waits before a crew is asked; danger does not wait.")
    crew_answer_seconds: int = Field(default=300, ge=10, description="How long a crew has to answer before the next one is asked.")
    crew_answer_emergency_seconds: int = Field(default=120, ge=10, description="The same when life is in danger.")
    incident_minutes: int = Field(default=60, ge=1, description="How long after the last report of an area another one joins it.")

    quiet_hours: str = Field(default="21:00-08:00", description="When notices that can wait do wait (Asia/Shanghai); `off`: never.")
    low_balance: Decimal = Field(default=Decimal("20.00"), ge=0, decimal_places=2, description="Yuan; below it a prepaid customer is reminded.")

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    retention_days: int = Field(default=180, ge=1, description="Age in days after which conversations are deleted and ended tickets lose their personal data.")

    @field_validator("data_keys", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """A list is written with commas in an environment variable, not as JSON."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        """Refused at the start, not at night."""
        QuietHours.parse(value)
        return value

    @model_validator(mode="after")
    def _resolve(self) -> Self:
        """Fill in what depends on other fields, so that readers never see a half-set value."""
        self.home = self.home.expanduser().resolve()
        for name, url, secret in (
            ("OUTBOX", self.outbox_url, self.outbox_secret), ("TICKETS", self.tickets_url, self.tickets_secret),
            ("CUSTOMERS", self.customers_url, self.customers_secret),
        ):  # fmt: skip
            if url.startswith("http") and len(secret.get_secret_value()) < SHORTEST_SECRET:
                raise ValueError(f"DIANDA_{name}_URL needs DIANDA_{name}_SECRET of at least {SHORTEST_SECRET} characters")
        if self.retriever == "milvus" and not self.milvus_uri:
            raise ValueError("DIANDA_RETRIEVER=milvus needs DIANDA_MILVUS_URI, e.g. http://milvus.example:19530")
        embedded = not self.database_url
        if embedded:
            self.database_url = f"sqlite:///{self.home / 'db' / 'dianda.db'}"
        if self.demo is None:
            # A production database must never receive invented customers by default.
            self.demo = embedded
        return self

    @property
    def store_writers(self) -> int:
        """Threads that write: what was set, else what suits the database."""
        return self.store_threads or (1 if self.database_url.startswith("sqlite") else 4)

    @property
    def quiet(self) -> QuietHours:
        """When customers are not woken."""
        return QuietHours.parse(self.quiet_hours)

    @property
    def passage_storage(self) -> Storage:
        """Where the knowledge base keeps its passages."""
        from knowledge_base.passages_milvus import MilvusServer  # not for every command of `dianda`
        from knowledge_base.storage import Storage

        if self.retriever == "faiss":
            return Storage()
        return Storage(MilvusServer(self.milvus_uri, self.milvus_token.get_secret_value(), self.milvus_prefix))

    @property
    def assistant_url(self) -> str:
        """Base URL of Rasa's HTTP server."""
        return f"http://{self.assistant_host}:{self.assistant_port}"

    @property
    def keys_folder(self) -> Path:
        """Where generated secrets live; made with mode 0700 when a secret is written."""
        return self.home / "keys"

    @property
    def logs_folder(self) -> Path:
        """Where log files go."""
        return self.home / "logs"

    @cached_property
    def staff_secret(self) -> str:
        """The staff token in the clear: the one that was set, else the generated one (made now if there is none).

        Raises OSError when the file cannot be read or written.
        """
        given = self.staff_token.get_secret_value()
        return given or stored_secret(self.keys_folder / "staff.token")


def stored_secret(path: Path, make: Callable[[], str] = secrets.token_urlsafe) -> str:
    """Read the secret in `path`, or `make` one there (file mode 0600; by default 32 random bytes, URL-safe).

    Two processes that start together agree: the finished file is linked into place by one of them only.
    Raises OSError when the folder cannot be written or the file is empty.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(draft, "x", encoding="ascii", opener=_private) as file:  # a mode from the start, not after
            file.write(make() + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:  # another process was first: its secret holds
            pass
        finally:
            draft.unlink()
    secret = path.read_text(encoding="ascii").strip()
    if not secret:
        raise OSError(f"{path} is empty: delete it and start again to get a new secret")
    return secret


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, mode=0o600)
