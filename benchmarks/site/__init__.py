"""The site that is measured: the example site's blog, with the settings of production."""

from __future__ import annotations
