import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import booking.constraints
import clinic.constraints
import clinic.fields
from booking.trigrams import trigrams_of

REFUSAL = 'append-only: rows can be neither changed nor deleted'


def fill_index(apps, schema_editor):
    """What patients are found by, of those who are there already.

    In the database that is migrated: a restore fills one beside that of the site.
    """
    alias = schema_editor.connection.alias
    patients = apps.get_model('booking', 'Patient').objects.using(alias).order_by()
    Trigram = apps.get_model('booking', 'PatientTrigram')
    index = Trigram.objects.using(alias)
    rows = []
    for key, name, email in patients.values_list('pk', 'full_name', 'email').iterator():
        rows += [Trigram(trigram=trigram, patient_id=key) for trigram in sorted(trigrams_of(name, email))]
        if len(rows) > 5_000:
            index.bulk_create(rows)
            rows = []
    index.bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0009_sender'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='patient',
            options={'ordering': ('-created_at',), 'permissions': (('merge_patient', 'Can merge records of one person, and undo it'), ('export_patient', 'Can export a whole record'), ('hold_patient', 'Can set and lift a legal hold'), ('erase_patient', 'Can erase a record'))},
        ),
        migrations.RemoveConstraint(
            model_name='patient',
            name='patient_can_be_reached',
        ),
        migrations.AddField(
            model_name='patient',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='patient',
            name='legal_hold',
            field=models.BooleanField(default=False, editable=False, help_text='Nothing of this record may be erased.'),
        ),
        migrations.AddField(
            model_name='patient',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='booking.patient'),
        ),
        migrations.AddField(
            model_name='patient',
            name='revision',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='patient',
            name='birth_date',
            field=models.DateField(blank=True, db_index=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('telephone', ''), _negated=True), ('erased_at__isnull', False), _connector='OR'), name='patient_can_be_reached', violation_error_message='An e-mail address or a telephone number is needed.'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='patient_not_merged_into_itself'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at', None), ('legal_hold', False), _connector='OR'), name='patient_under_legal_hold_not_erased'),
        ),
        migrations.CreateModel(
            name='PatientEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('patient', models.UUIDField(db_index=True)),
                ('kind', models.CharField(db_index=True, choices=[('corrected', 'Corrected'), ('merged', 'Merged'), ('separated', 'Merge undone'), ('told_apart', 'Said to be two people'), ('held', 'Legal hold set'), ('released', 'Legal hold lifted'), ('erased', 'Erased')], max_length=16)),
                ('other', models.UUIDField(db_index=True, null=True)),
                ('before', models.UUIDField(null=True)),
                ('detail', models.CharField(blank=True, max_length=200)),
                ('actor_kind', models.CharField(max_length=8)),
                ('actor', models.UUIDField(null=True)),
                ('number', models.PositiveIntegerField(default=0)),
                ('submission', models.UUIDField(db_index=True, null=True)),
            ],
            options={
                'ordering': ('at', 'number', 'id'),
                'default_permissions': (),
                'constraints': (clinic.constraints.AppendOnly(name='patient_event_append_only', violation_error_message=REFUSAL),),
            },
        ),
        migrations.CreateModel(
            name='PatientNote',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('text', clinic.fields.EncryptedText()),
                ('submission', models.UUIDField(null=True, unique=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('corrects', models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='corrections', to='booking.patientnote')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='booking.patient')),
            ],
            options={
                'ordering': ('-at',),
                'default_permissions': ('add', 'view'),
                'constraints': (booking.constraints.NeverRewritten(name='patient_note_append_only', text='text', others=('id', 'patient_id', 'author_id', 'at', 'corrects_id', 'submission'), violation_error_message=REFUSAL),),
            },
        ),
        migrations.CreateModel(
            name='PatientTrigram',
            fields=[
                ('pk', models.CompositePrimaryKey('trigram', 'patient', blank=True, editable=False, primary_key=True, serialize=False)),
                ('trigram', models.CharField(max_length=3)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trigrams', to='booking.patient')),
            ],
        ),
        migrations.RunPython(fill_index, migrations.RunPython.noop),
    ]
