"""How dates look in English: in the admin, and wherever a template names a format.

That `a` is “pm” and not “p.m.” is said in locale/en: no format can.
"""

DATE_FORMAT = "l, F j, Y"
SHORT_DATE_FORMAT = "F j, Y"
MONTH_DAY_FORMAT = "F j"
TIME_FORMAT = "g:i a"
DATETIME_FORMAT = "M j, Y, g:i a"  # in the lists of the admin
SHORT_DATETIME_FORMAT = "F j, Y, g:i a"
