"""Points stand anew on the new drawings; a caution says whether readers are asked about it."""

import django.core.validators
from django.db import migrations, models

# Where a point of the starter content stood on the old drawing, and stands on the new one.
MOVED = {
    "gb-21": ((194, 126), (206, 132)),
    "gb-10": ((217, 160), (220, 140)),
    "ki-27": ((179, 134), (182, 142)),
    "lu-5": ((260, 262), (276, 288)),
    "si-15": ((177, 128), (183, 129)),
    "cv-6": ((160, 293), (160, 314)),
    "li-4": ((202, 254), (197, 250)),
    "te-3": ((121, 216), (112, 225)),
}
FOR_EVERYBODY = ("front-of-neck", "over-bone")


def move(apps, schema_editor):
    # In the database that is migrated: a restore fills another one than the default.
    place = schema_editor.connection.alias
    points = apps.get_model("content", "PressurePoint").objects.using(place)
    for slug, ((old_x, old_y), (x, y)) in MOVED.items():
        points.filter(slug=slug, x=old_x, y=old_y).update(x=x, y=y)
    cautions = apps.get_model("content", "Caution").objects.using(place)
    cautions.filter(slug__in=FOR_EVERYBODY).update(is_personal=False)


class Migration(migrations.Migration):
    dependencies = [("content", "0004_figures")]

    operations = [
        migrations.AddField(
            "caution",
            "is_personal",
            models.BooleanField(
                default=True,
                help_text="Something that applies to some people: readers tick it on the body map, and the points to leave out are marked. Off: it holds for everybody, as “press muscle, not bone”.",
                verbose_name="readers are asked",
            ),
        ),
        migrations.AlterField(
            "pressurepoint",
            "x",
            models.PositiveSmallIntegerField(
                help_text="On the figure, from its left edge: 0 to 320; the middle is 160. Of a pair, the one on the right as you look at it.",
                validators=[django.core.validators.MaxValueValidator(320)],
            ),
        ),
        migrations.AlterField(
            "pressurepoint",
            "y",
            models.PositiveSmallIntegerField(
                help_text="On the figure, from its top: 0 to 420.",
                validators=[django.core.validators.MaxValueValidator(420)],
            ),
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
