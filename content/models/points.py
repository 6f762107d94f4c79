"""Pressure points: where they are, who should leave them alone, what is known."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.fields import Bilingual
from content.models.vocabulary import Caution, Topic


class PressurePoint(models.Model):
    WIDTH, HEIGHT = 320, 420  # of the figures in static/img/body.svg

    class View(models.TextChoices):
        FRONT = "front", _("Front")
        BACK = "back", pgettext_lazy("view of the body", "Back")
        HAND = "hand", _("Back of the hand")
        HEAD = "head", _("Head, from the side")

    class Region(models.TextChoices):
        HEAD = "head", _("Head")
        NECK_SHOULDER = "neck_shoulder", _("Neck and shoulder")
        CHEST = "chest", _("Chest")
        ABDOMEN = "abdomen", _("Belly")
        ARM = "arm", _("Arm")
        HAND = "hand", _("Hand")

    class Evidence(models.TextChoices):
        TRADITIONAL = "traditional", _("Traditional use only")
        VERY_LOW = "very_low", _("Very low")
        LOW = "low", _("Low")
        MODERATE = "moderate", _("Moderate")

    code = models.CharField(max_length=8, unique=True)
    slug = models.SlugField(unique=True)
    pinyin = models.CharField(max_length=64)
    name_en = models.CharField("name (English)", max_length=64)
    name_es = models.CharField("name (Spanish)", max_length=64, blank=True)
    channel_en = models.CharField("channel (English)", max_length=64)
    channel_es = models.CharField("channel (Spanish)", max_length=64, blank=True)
    region = models.CharField(max_length=16, choices=Region)
    view = models.CharField(max_length=8, choices=View)
    x = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(WIDTH)],
        help_text="On the figure, from its left edge: 0 to 320; the middle is 160. "
        "Of a pair, the one on the right as you look at it.",
    )
    y = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(HEIGHT)],
        help_text="On the figure, from its top: 0 to 420.",
    )
    paired = models.BooleanField(default=True, help_text="Shown on both sides of the body.")
    self_press = models.BooleanField(
        default=True, help_text="Off: only a practitioner presses this point."
    )
    location_en = models.TextField("where it is (English)")
    location_es = models.TextField("where it is (Spanish)", blank=True)
    caution_en = models.TextField("its own caution (English)", blank=True)
    caution_es = models.TextField("its own caution (Spanish)", blank=True)
    technique_en = models.TextField("how to press (English)")
    technique_es = models.TextField("how to press (Spanish)", blank=True)
    tradition_en = models.TextField("what tradition says (English)")
    tradition_es = models.TextField("what tradition says (Spanish)", blank=True)
    evidence_grade = models.CharField(max_length=16, choices=Evidence)
    evidence_en = models.TextField("evidence (English)", blank=True)
    evidence_es = models.TextField("evidence (Spanish)", blank=True)
    cautions = models.ManyToManyField(Caution, blank=True, related_name="points")
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="points", help_text="What hurts when people use it."
    )
    order = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    name = Bilingual()
    channel = Bilingual()
    location = Bilingual()
    caution = Bilingual()
    technique = Bilingual()
    tradition = Bilingual()
    evidence = Bilingual()

    class Meta:
        ordering = ("order", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.name_en}"

    def get_absolute_url(self) -> str:
        return reverse("point", args=[self.slug])
