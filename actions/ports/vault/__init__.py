"""Where the contents of customers' papers lie: files under the service's own folder."""

from actions.ports.vault.files import FileVault

__all__ = ["FileVault"]
