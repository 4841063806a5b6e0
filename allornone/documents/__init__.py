"""Group files: JSON or YAML in, a validated group or one clear message out."""

from allornone.documents.complaints import complaint, validated_group
from allornone.documents.reading import read_group

__all__ = ["complaint", "read_group", "validated_group"]
