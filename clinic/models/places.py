"""Where the clinic is: its locations and their rooms."""

import zoneinfo

from django.db import models

from clinic.fields import Bilingual
from clinic.models.zones import validate_zone


class Location(models.Model):
    slug = models.SlugField(unique=True)
    name_en = models.CharField("name (English)", max_length=128)
    name_es = models.CharField("name (Spanish)", max_length=128, blank=True)
    street = models.CharField(max_length=128, blank=True)
    city = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=32, blank=True)
    postal_code = models.CharField(max_length=16, blank=True)
    directions_en = models.TextField("directions (English)", blank=True)
    directions_es = models.TextField("directions (Spanish)", blank=True)
    transit_en = models.TextField("by bus or train (English)", blank=True)
    transit_es = models.TextField("by bus or train (Spanish)", blank=True)
    parking_en = models.TextField("parking (English)", blank=True)
    parking_es = models.TextField("parking (Spanish)", blank=True)
    access_en = models.TextField("getting in without steps (English)", blank=True)
    access_es = models.TextField("getting in without steps (Spanish)", blank=True)
    time_zone = models.CharField(
        max_length=64, default="America/New_York", validators=[validate_zone]
    )
    is_active = models.BooleanField(default=True)

    name = Bilingual()
    directions = Bilingual()
    transit = Bilingual()
    parking = Bilingual()
    access = Bilingual()

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name_en

    @property
    def one_line(self) -> str:
        """The address as one writes it on an envelope's last lines; nothing without a street."""
        return f"{self.street}, {self.city}, {self.state} {self.postal_code}" if self.street else ""

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Room(models.Model):
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=64)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("location", "name"), name="room_name_once_a_location"),
        )

    def __str__(self) -> str:
        return self.name
