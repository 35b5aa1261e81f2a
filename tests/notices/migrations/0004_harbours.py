"""The table of the harbours."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_memos")]

    operations = [
        migrations.CreateModel(
            name="Harbour",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("text", models.TextField(blank=True)),
            ],
        ),
    ]
