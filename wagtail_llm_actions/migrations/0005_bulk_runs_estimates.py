from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("wagtail_llm_actions", "0004_accepted_logged"),
    ]

    operations = [
        migrations.AlterField(
            model_name="llmattempt",
            name="usage_source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reported", "Reported by the provider"),
                    ("estimated", "Estimated from the texts"),
                ],
                max_length=20,
                verbose_name="token counts",
            ),
        ),
        migrations.AlterField(
            model_name="llmrun",
            name="trigger",
            field=models.CharField(
                choices=[("editor", "Editor"), ("test", "Test"), ("bulk", "Bulk run")],
                default="editor",
                max_length=20,
                verbose_name="trigger",
            ),
        ),
    ]
