"""How dates look in English: in the admin, and wherever a template names a format."""

DATE_FORMAT = "l, F j, Y"
SHORT_DATE_FORMAT = "F j, Y"
MONTH_DAY_FORMAT = "F j"
TIME_FORMAT = "g:i a"
DATETIME_FORMAT = "l, F j, Y, g:i a"
SHORT_DATETIME_FORMAT = "F j, Y, g:i a"
