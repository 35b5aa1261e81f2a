"""The table of the berths."""

from __future__ import annotations

import django.core.validators
import wagtail.contrib.forms.models
from django.db import migrations, models

import tests.notices.models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0004_harbours"),
    ]

    operations = [
        migrations.CreateModel(
            name="Berth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_name", models.CharField(max_length=254)),
                ("last_name", models.CharField(max_length=254)),
                (
                    "position",
                    models.CharField(
                        max_length=36, validators=[tests.notices.models.validate_position]
                    ),
                ),
                (
                    "signal",
                    models.CharField(
                        max_length=40,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{4}$")],
                    ),
                ),
                (
                    "to_address",
                    models.CharField(
                        blank=True,
                        max_length=255,
                        validators=[wagtail.contrib.forms.models.validate_to_address],
                    ),
                ),
                ("postcode", models.CharField(blank=True, max_length=8)),
                (
                    "remark",
                    models.CharField(
                        blank=True,
                        max_length=255,
                        validators=[django.core.validators.MinLengthValidator(30)],
                    ),
                ),
            ],
        ),
    ]
