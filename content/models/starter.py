"""What the starter content has put in."""

from django.db import models


class StarterEntry(models.Model):
    """What the starter content has put in once: never again, whatever staff did with it since."""

    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=128)
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "starter entries"
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="starter_entry_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
