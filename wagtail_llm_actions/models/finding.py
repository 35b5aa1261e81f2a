"""What servers have shown about models."""

from __future__ import annotations

from django.db import models


class LLMModelFinding(models.Model):
    """What calls, and questions to its server, have shown about a model.

    It is stored in the database because workers find it out, and web processes need it.
    """

    model_key = models.CharField(max_length=100, unique=True)
    """The model, as a key of the setting ``MODELS``."""
    settings_hash = models.CharField(max_length=64)
    """Of the settings under which it was found; under other settings it no longer counts."""
    corrections = models.JSONField(default=list)
    """What is changed about requests, since the server refused it: fields of ``Correction``."""
    context_tokens = models.PositiveIntegerField(null=True)
    """The tokens of prompt and answer together that the server loads by itself; null for unknown."""
    max_context_tokens = models.PositiveIntegerField(null=True)
    """The most that it can be asked to load; null where that is not for a client to say."""
    requested_context_tokens = models.PositiveIntegerField(null=True)
    """The tokens that it is asked to load instead; null where it has not been asked for any."""
    asked_at = models.DateTimeField(null=True)
    """When the server was last asked for its context."""
    accepts_images = models.BooleanField(null=True)
    """Whether its server says that the model sees images; null where it has not said."""
    begins_in_reasoning = models.BooleanField(default=False)
    """Whether an answer had the end of its reasoning in the text, and no beginning."""

    def __str__(self) -> str:
        return self.model_key
