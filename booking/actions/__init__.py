"""The only writers of requests and appointments.

Every action is one transaction that holds the change, its event and its message. `now` is taken
once by the caller; `by` says who acts, and with which form: the same form sent again changes
nothing more. What cannot be done raises a BookingError and changes nothing.

drafts.py    from the safety gate to the request
answers.py   staff confirm, decline, offer and book; the patient takes or declines an offer
visits.py    moved, cancelled, attended
day.py       arrived, completed, did not come; taken back; removed
reminders.py what is to come, said in time
upkeep.py    what else the clock does, messages, links
patients.py  records corrected, noted upon, merged, kept and erased
"""

from booking.actions.answers import (
    MOST_IN_A_VISIT,
    MOST_OFFERS,
    Part,
    Proposal,
    accept_offer,
    book,
    book_visit,
    confirm,
    decline,
    decline_offers,
    offer,
)
from booking.actions.day import (
    arrive,
    complete,
    mark_no_show,
    remove,
    remove_all_of_sender,
    take_back,
)
from booking.actions.drafts import (
    REFERENCE_ALPHABET,
    Details,
    answer_by,
    forget_draft,
    hold,
    keep_hold,
    save_answers,
    send,
    start_draft,
)
from booking.actions.patients import (
    add_note,
    correct_patient,
    erase_patient,
    merge_patients,
    set_legal_hold,
    tell_apart,
    undo_merge,
)
from booking.actions.reminders import remind_patients
from booking.actions.upkeep import (
    ask_for_links,
    expire_lapsed,
    forget_senders,
    forget_useless_messages,
    note_call,
    record_call,
    renew_feed,
    send_again,
    send_lost_links,
    warn_staff,
)
from booking.actions.visits import (
    cancel,
    cancel_visit,
    change_until,
    confirm_attendance,
    keep_time,
    move,
    need_other_time,
    settle_other_time,
)

__all__ = [
    "MOST_IN_A_VISIT",
    "MOST_OFFERS",
    "REFERENCE_ALPHABET",
    "Details",
    "Part",
    "Proposal",
    "accept_offer",
    "add_note",
    "answer_by",
    "arrive",
    "ask_for_links",
    "book",
    "book_visit",
    "cancel",
    "cancel_visit",
    "change_until",
    "complete",
    "confirm",
    "confirm_attendance",
    "correct_patient",
    "decline",
    "decline_offers",
    "erase_patient",
    "expire_lapsed",
    "forget_draft",
    "forget_senders",
    "forget_useless_messages",
    "hold",
    "keep_hold",
    "keep_time",
    "mark_no_show",
    "merge_patients",
    "move",
    "need_other_time",
    "note_call",
    "offer",
    "record_call",
    "remind_patients",
    "remove",
    "remove_all_of_sender",
    "renew_feed",
    "save_answers",
    "send",
    "send_again",
    "send_lost_links",
    "set_legal_hold",
    "settle_other_time",
    "start_draft",
    "take_back",
    "tell_apart",
    "undo_merge",
    "warn_staff",
]
