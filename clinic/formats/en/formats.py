"""How dates look in English: in the admin, and wherever a template names a format.

That `a` is “pm” and not “p.m.” is said in locale/en: no format can.
"""

WEEKDAY_FORMAT = "l, F j, Y"  # a name of ours, which Django finds as it finds its own
DATE_FORMAT = "M j, Y"  # in the lists of the admin
SHORT_DATE_FORMAT = "F j, Y"
MONTH_DAY_FORMAT = "F j"
TIME_FORMAT = "g:i a"
DATETIME_FORMAT = "M j, Y, g:i a"  # in the lists of the admin
SHORT_DATETIME_FORMAT = "F j, Y, g:i a"

# What may be typed: 14:30, 14.30, 2:30 pm, 2.30pm, 2 pm. Fields are filled in as the first says.
TIME_INPUT_FORMATS = [
    *("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H.%M"),
    *("%I:%M %p", "%I:%M%p", "%I.%M %p", "%I.%M%p", "%I %p", "%I%p"),
]
