"""A picture in a model and in its form: uploaded once, checked, and kept by its line of text."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.forms.renderers import BaseRenderer
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from clinic.images import ACCEPTED, ARTICLE_WIDTHS, Picture, keep

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class PictureInput(forms.FileInput):
    """Shows the picture there is, and takes another one.

    What was uploaded into a form with a mistake elsewhere is kept and carried along by its line:
    nobody has to look for the file again.
    """

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        line = getattr(value, "kept_as", "") if isinstance(value, UploadedFile) else value or ""
        context = {
            "input": super().render(name, None, {"accept": ACCEPTED, **(attrs or {})}, renderer),
            "name": name,
            "line": line,
            "picture": Picture.parse(str(line)),
            "may_be_empty": not self.is_required,
        }
        return SafeString(render_to_string("admin/clinic/picture_input.html", context))

    def use_required_attribute(self, initial: Any) -> bool:
        return False  # the picture there is counts, too

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, UploadedFile], name: str
    ) -> Any:
        if upload := files.get(name):
            return upload
        return "" if data.get(f"{name}-none") else data.get(f"{name}-kept", "")

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, UploadedFile], name: str
    ) -> bool:
        return name not in files and f"{name}-kept" not in data


class PictureFormField(forms.Field):
    widget = PictureInput
    default_error_messages = {
        "required": "Choose a picture.",
        "lost": "This picture is not kept here any more. Choose it once more.",
    }

    def __init__(
        self, *, widths: tuple[int, ...] = ARTICLE_WIDTHS, max_length: int = 0, **options: Any
    ) -> None:
        super().__init__(**options)
        self.widths = widths

    def to_python(self, value: Any) -> str:
        """The line of the picture; an upload is made into files first."""
        if isinstance(value, UploadedFile):
            line = str(keep(cast("Any", value), widths=self.widths))
            value.kept_as = line  # type: ignore[attr-defined]  # for the form, if it comes back
            return line
        if not value:
            return ""
        picture = Picture.parse(str(value))
        if picture is None or not picture.is_kept:
            raise ValidationError(self.error_messages["lost"], code="lost")
        return str(picture)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return isinstance(data, UploadedFile) or (initial or "") != (data or "")


class PictureField(_CharField):
    """Holds a Picture's line; `Picture.parse` reads it."""

    def __init__(
        self, *args: Any, widths: tuple[int, ...] = ARTICLE_WIDTHS, **options: Any
    ) -> None:
        self.widths = widths
        super().__init__(*args, **{"max_length": 100, **options})

    def formfield(self, **options: Any) -> Any:
        options |= {"form_class": PictureFormField, "widths": self.widths}
        options.pop("widget", None)  # the admin's own for texts
        return super().formfield(**options)
