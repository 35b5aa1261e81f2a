"""The provider seam: one verb, ``stream``, behind which every language model looks the same.

Adapters import neither Django nor Wagtail, and their SDK only when it is used; ``registry`` is the
one module that knows the settings.
"""

from __future__ import annotations
