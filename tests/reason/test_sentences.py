"""The sentence of every kind of policy at its edges, in both languages, to the letter."""

from typing import Any

import pytest

import sla_rules as sla
from sla_rules.verdict import Verdict
from tests.conftest import History, agreement, only

TEXT, FLAG, WHEN = {"kind": "text"}, {"kind": "boolean"}, {"kind": "instant"}
EVENTS: dict[str, Any] = {
    "opened": {"priority": TEXT, "vip": FLAG, "meeting": WHEN, "sites": {"kind": "integer"}},
    "closed": {},
    "cancelled": {},
    "held": {},
    "freed": {},
    "refused": {},
    "booked": {"room": TEXT, "start": WHEN, "end": WHEN},
    "step": {"name": TEXT, "result": TEXT},
    "begun": {},
    "reached": {},
    "ended": {},
    "issued": {"recipient": TEXT, **dict.fromkeys("abcdefgh", TEXT)},
    "rated": {"severity": TEXT, "outage": FLAG, "degraded": FLAG},
    "down": {},
    "up": {},
}


def spaced(text: str) -> str:
    """Write `_` for the wide no-break space and `~` for the narrow one."""
    return text.replace("\u00a0", "_").replace("\u202f", "~")


def says(verdict: Verdict, english: str, french: str) -> None:
    assert verdict.reason == verdict.reason_in("en") == english
    assert spaced(verdict.reason_in("fr")) == french


def judged(policy: dict[str, Any], *steps: Any, as_of: str | None = None, **parts: Any) -> sla.verdict.Verdicts:
    """Judge events written `type time`, each with its data behind it."""
    history = History()
    for step in steps:
        written, data = step if isinstance(step, tuple) else (step, {})
        type, time = written.split()
        history.add(type, f"2026-03-{time}Z", **data)
    return sla.judge(agreement(policy, events=EVENTS, timezone="Europe/Paris", **parts), history.events, as_of=as_of)


OPENED = ("opened 02T14:00:00", {"priority": "P 1"})
DUE = "due by 2026-03-02 16:30:00 CET"
PLAIN = {"start": "opened", "stop": ["closed", "ended"], "cancel": "cancelled"}
TABLE = {**PLAIN, "limit": {"by": "priority", "table": {"P 1": "90 min", "P2": "none"}}}
LATE = {**TABLE, "exemptions": [{"id": "vip", "when": {"vip": True}}, {"id": "held", "preceded_by": "held"}]}
STRICT = {**PLAIN, "strict": True}
LEAD = {
    **PLAIN,
    "limit": {
        "lead_days": {"to": "meeting"},
        "tiers": [{"from": 0, "to": 1, "limit": "1 h"}, {"from": 2, "limit": "4 h"}],
    },
}
DEADLINES = [
    pytest.param(
        TABLE, (OPENED, "closed 02T15:30:00"), None,
        "`closed` or `ended` came 1 h 30 min after `opened`, in time "
        "(the limit is 1 h 30 min for priority `P 1`, due by 2026-03-02 16:30:00 CET).",
        "«~closed~» ou «~ended~» est survenu 1_h_30_min après «~opened~», dans le délai "
        "(délai de 1_h_30_min pour priority «~P 1~», échéance le 2026-03-02 16:30:00 CET).",
        id="met",
    ),
    pytest.param(
        TABLE, (OPENED, "closed 02T15:30:00.000001"), None,
        "`closed` or `ended` came 1 h 30 min 0.000001 s after `opened`, 0.000001 s too late "
        "(the limit is 1 h 30 min for priority `P 1`, due by 2026-03-02 16:30:00 CET).",
        "«~closed~» ou «~ended~» est survenu 1_h_30_min_0,000001_s après «~opened~», avec 0,000001_s de retard "
        "(délai de 1_h_30_min pour priority «~P 1~», échéance le 2026-03-02 16:30:00 CET).",
        id="late by a microsecond",
    ),
    pytest.param(
        {**PLAIN, "limit": "1 h", "calendar": "night"}, (OPENED, "closed 02T19:00:00"), None,
        "`closed` or `ended` came 0 s of counted time after `opened`, in time "
        "(the limit is 1 h, due by 2026-03-02 23:00:00 CET).",
        "«~closed~» ou «~ended~» est survenu 0_s de temps compté après «~opened~», dans le délai "
        "(délai de 1_h, échéance le 2026-03-02 23:00:00 CET).",
        id="counted time",
    ),
    pytest.param(
        {**PLAIN, "limit": {"until": "meeting"}, "calendar": "night"},
        (("opened 02T14:00:00", {"meeting": "2026-03-02T15:00:00Z"}), "closed 02T16:00:00"), None,
        "`closed` or `ended` came 0 s of counted time after `opened`, too late (due by 2026-03-02 16:00:00 CET).",
        "«~closed~» ou «~ended~» est survenu 0_s de temps compté après «~opened~», en retard "
        "(échéance le 2026-03-02 16:00:00 CET).",
        id="late by no counted time",
    ),
    pytest.param(
        TABLE, (OPENED,), "2026-03-02T16:00:00Z",
        "No `closed` or `ended` 2 h after `opened`, 30 min too late already "
        "(the limit is 1 h 30 min for priority `P 1`, due by 2026-03-02 16:30:00 CET).",
        "Aucun «~closed~» ou «~ended~» 2_h après «~opened~», déjà 30_min de retard "
        "(délai de 1_h_30_min pour priority «~P 1~», échéance le 2026-03-02 16:30:00 CET).",
        id="breached while open",
    ),
    pytest.param(
        TABLE, (OPENED,), "2026-03-02T15:30:00Z",
        "No `closed` or `ended` yet, 1 h 30 min after `opened`, 0 s left "
        "(the limit is 1 h 30 min for priority `P 1`, due by 2026-03-02 16:30:00 CET).",
        "Pas encore de «~closed~» ou «~ended~», 1_h_30_min après «~opened~», il reste 0_s "
        "(délai de 1_h_30_min pour priority «~P 1~», échéance le 2026-03-02 16:30:00 CET).",
        id="pending at its due instant",
    ),
    pytest.param(
        {**PLAIN, "limit": "1 h", "pause": {"from": "held", "to": "freed"}},
        (OPENED, "held 02T14:10:00"), "2026-03-03T00:00:00Z",
        "No `closed` or `ended` yet, 10 min of counted time after `opened`, 50 min left "
        "(the limit is 1 h, the due time is open).",
        "Pas encore de «~closed~» ou «~ended~», 10_min de temps compté après «~opened~», il reste 50_min "
        "(délai de 1_h, échéance en suspens).",
        id="paused",
    ),
    pytest.param(
        {**PLAIN, "limit": "none"}, (OPENED,), "2026-03-02T15:00:00Z",
        "No `closed` or `ended` yet, 1 h after `opened` (no limit is given).",
        "Pas encore de «~closed~» ou «~ended~», 1_h après «~opened~» (aucun délai n’est fixé).",
        id="no limit",
    ),
    pytest.param(
        TABLE, (OPENED, "cancelled 02T15:00:00"), None,
        "Cancelled 1 h after `opened`, in time "
        "(the limit is 1 h 30 min for priority `P 1`, due by 2026-03-02 16:30:00 CET).",
        "Annulé 1_h après «~opened~», dans le délai "
        "(délai de 1_h_30_min pour priority «~P 1~», échéance le 2026-03-02 16:30:00 CET).",
        id="void",
    ),
    pytest.param(
        TABLE, (OPENED, "cancelled 02T16:00:00"), None,
        "Cancelled 2 h after `opened`, 30 min too late "
        "(the limit is 1 h 30 min for priority `P 1`, due by 2026-03-02 16:30:00 CET).",
        "Annulé 2_h après «~opened~», avec 30_min de retard "
        "(délai de 1_h_30_min pour priority «~P 1~», échéance le 2026-03-02 16:30:00 CET).",
        id="cancelled late",
    ),
    pytest.param(
        LATE, (("opened 02T14:00:00", {"priority": "P 1", "vip": True}), "held 02T14:01:00"), "2026-03-02T14:30:00Z",
        "Exempt by `vip` and `held`; no `closed` or `ended` yet, 30 min after `opened`, 1 h left "
        "(the limit is 1 h 30 min for priority `P 1`, due by 2026-03-02 16:30:00 CET).",
        "Exempté par «~vip~» et «~held~»~; pas encore de «~closed~» ou «~ended~», 30_min après «~opened~», "
        "il reste 1_h "
        "(délai de 1_h_30_min pour priority «~P 1~», échéance le 2026-03-02 16:30:00 CET).",
        id="exempt",
    ),
    pytest.param(
        {**STRICT, "limit": "1 h"}, (OPENED, "closed 02T15:00:00"), None,
        "`closed` or `ended` came 1 h after `opened`, 0.000001 s too late "
        "(the limit is less than 1 h, due by 2026-03-02 15:59:59.999999 CET).",
        "«~closed~» ou «~ended~» est survenu 1_h après «~opened~», avec 0,000001_s de retard "
        "(délai de moins de 1_h, échéance le 2026-03-02 15:59:59.999999 CET).",
        id="strict",
    ),
    pytest.param(
        {**STRICT, "limit": {"until": "meeting"}},
        (("opened 02T14:00:00", {"meeting": "2026-03-02T15:00:00Z"}), "closed 02T14:30:00"), None,
        "`closed` or `ended` came 30 min after `opened`, in time (due before 2026-03-02 16:00:00 CET).",
        "«~closed~» ou «~ended~» est survenu 30_min après «~opened~», dans le délai "
        "(échéance avant le 2026-03-02 16:00:00 CET).",
        id="strict instant",
    ),
    pytest.param(
        LEAD, (("opened 02T14:00:00", {"meeting": "2026-03-03T15:00:00Z"}), "closed 02T14:30:00"), None,
        "`closed` or `ended` came 30 min after `opened`, in time "
        "(the limit is 1 h for days ahead 1, due by 2026-03-02 16:00:00 CET).",
        "«~closed~» ou «~ended~» est survenu 30_min après «~opened~», dans le délai "
        "(délai de 1_h pour 1 jour d’avance, échéance le 2026-03-02 16:00:00 CET).",
        id="one day ahead",
    ),
    pytest.param(
        LEAD, (("opened 02T14:00:00", {"meeting": "2026-03-04T15:00:00Z"}), "closed 02T14:30:00"), None,
        "`closed` or `ended` came 30 min after `opened`, in time "
        "(the limit is 4 h for days ahead 2, due by 2026-03-02 19:00:00 CET).",
        "«~closed~» ou «~ended~» est survenu 30_min après «~opened~», dans le délai "
        "(délai de 4_h pour 2 jours d’avance, échéance le 2026-03-02 19:00:00 CET).",
        id="two days ahead",
    ),
    pytest.param(
        TABLE, ("opened 02T14:00:00",), None,
        "Cannot be judged: `priority` is missing.",
        "Jugement impossible_: «~priority~» n’est pas renseigné.",
        id="undetermined",
    ),
    pytest.param(
        TABLE, ("opened 02T14:00:00", "cancelled 02T15:00:00"), None,
        "Cancelled; it could not have been judged: `priority` is missing.",
        "Annulé~; le jugement aurait été impossible_: «~priority~» n’est pas renseigné.",
        id="void, and undetermined otherwise",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "steps", "as_of", "english", "french"), DEADLINES)
def test_deadline(policy: Any, steps: Any, as_of: Any, english: str, french: str) -> None:
    verdicts = judged(policy, *steps, as_of=as_of, calendars={"night": {"week": {"mon-sun": "22:00-24:00"}}})
    says(only(verdicts, subject="S"), english, french)


NEVER = {"kind": "never", "violated_by": ["refused", "held", "freed"]}
BOOKING = {
    "kind": "no_overlap",
    "booked": "booked",
    "released": "freed",
    "resource": "room",
    "from": "start",
    "to": "end",
}
ROOM = {"room": "R1", "start": "2026-03-03T09:00:00Z", "end": "2026-03-03T10:00:00Z"}
PROCEDURE = {
    "kind": "procedure",
    "start": "begun",
    "end": {"reached": "reached", "closed": "ended"},
    "step": {"event": "step", "field": "name"},
    "steps": ["call", "mail", "visit"],
    "asks": {"result": {"voicemail": ["message", "page"]}},
    "complete": True,
}
BEGUN = "begun 02T14:00:00"
CALL, MAIL, VISIT = ((f"step 02T14:0{at}:00", {"name": name}) for at, name in enumerate(PROCEDURE["steps"], 1))
ASKING = ("step 02T14:01:00", {"name": "call", "result": "voicemail"})
FIELDS = {"kind": "required_fields", "record": "issued", "fields": ["recipient", *"abcdefgh"]}
RATING = {
    "kind": "classification",
    "start": "rated",
    "value": "severity",
    "table": [{"when": {"outage": True}, "value": "SL4"}, {"when": {"degraded": True}, "value": "SL2"}],
}
OTHERS = [
    pytest.param(
        {**NEVER, "for_each": "opened"}, (OPENED,),
        "No forbidden `refused` or `held` or `freed` after `opened`.",
        "Aucun «~refused~», «~held~» ou «~freed~» interdit après «~opened~».",
        id="never met",
    ),
    pytest.param(
        {**NEVER, "for_each": "opened"}, (OPENED, "refused 02T14:00:00.5"),
        "`refused` or `held` or `freed` at 2026-03-02 15:00:00.500000 CET after `opened`, which must never happen.",
        "«~refused~», «~held~» ou «~freed~» est survenu le 2026-03-02 15:00:00.500000 CET après «~opened~», "
        "ce qui ne doit jamais se produire.",
        id="never breached",
    ),
    pytest.param(
        {**NEVER, "violated_by": "refused"}, ("refused 02T14:00:00",),
        "`refused` at 2026-03-02 15:00:00 CET, which must never happen.",
        "«~refused~» est survenu le 2026-03-02 15:00:00 CET, ce qui ne doit jamais se produire.",
        id="never at all",
    ),
    pytest.param(
        {**NEVER, "for_each": "refused", "violated_by": "refused"}, ("refused 02T14:00:00",),
        "`refused` at 2026-03-02 15:00:00 CET, which must never happen.",
        "«~refused~» est survenu le 2026-03-02 15:00:00 CET, ce qui ne doit jamais se produire.",
        id="never, begun by what is forbidden",
    ),
    pytest.param(
        {**NEVER, "for_each": "refused", "violated_by": {"type": "refused", "where": {"priority": "P9"}}},
        ("refused 02T14:00:00",),
        "No forbidden `refused`.",
        "Aucun «~refused~» interdit.",
        id="never met, begun by what is forbidden",
    ),
    pytest.param(
        {**NEVER, "for_each": ["opened", "refused"]}, (OPENED, "held 02T14:00:00.5"),
        "`refused` or `held` or `freed` at 2026-03-02 15:00:00.500000 CET after `opened` or `refused`, which must "
        "never happen.",
        "«~refused~», «~held~» ou «~freed~» est survenu le 2026-03-02 15:00:00.500000 CET après «~opened~» ou "
        "«~refused~», ce qui ne doit jamais se produire.",
        id="never breached later, some types the same",
    ),
    pytest.param(
        BOOKING, (("booked 02T14:00:00", ROOM),),
        "The booking of room R1 overlaps none made before it.",
        "La réservation (room R1) ne chevauche aucune réservation antérieure.",
        id="no overlap",
    ),
    pytest.param(
        PROCEDURE, (BEGUN,),
        "Not ended yet, no step yet.",
        "Procédure non terminée, sans aucune étape franchie.",
        id="nothing done yet",
    ),
    pytest.param(
        PROCEDURE, (BEGUN, CALL, MAIL),
        "Not ended yet, in order as far as `mail`.",
        "Procédure non terminée, suivie dans l’ordre jusqu’à «~mail~».",
        id="under way",
    ),
    pytest.param(
        PROCEDURE, (BEGUN, CALL, "reached 02T15:00:00"),
        "Taken in order as far as `call`.",
        "Procédure suivie dans l’ordre jusqu’à «~call~».",
        id="reached",
    ),
    pytest.param(
        PROCEDURE, (BEGUN, "reached 02T15:00:00"),
        "Taken no step yet.",
        "Procédure sans aucune étape franchie.",
        id="reached at once",
    ),
    pytest.param(
        PROCEDURE, (BEGUN, VISIT),
        "`visit` was taken before `call` and `mail`.",
        "L’étape «~visit~» a été franchie avant «~call~» et «~mail~».",
        id="skipped",
    ),
    pytest.param(
        PROCEDURE, (BEGUN, ASKING, MAIL),
        "`mail` was taken before `message` and `page`, which the result before it asks for.",
        "L’étape «~mail~» a été franchie avant «~message~» et «~page~», "
        "contrairement à ce que demande le résultat précédent.",
        id="asked",
    ),
    pytest.param(
        PROCEDURE, (BEGUN, "ended 02T15:00:00"),
        "Closed without `call` and `mail` and `visit`.",
        "Procédure close sans «~call~», «~mail~» ni «~visit~».",
        id="left",
    ),
    pytest.param(
        FIELDS, (("issued 02T14:00:00", dict.fromkeys(FIELDS["fields"], "x")),),
        "Every required field is there.",
        "Toutes les mentions obligatoires sont présentes.",
        id="complete",
    ),
    pytest.param(
        FIELDS, (("issued 02T14:00:00", dict.fromkeys("abcdefgh", "x")),),
        "Missing or empty: `recipient`.",
        "Mention manquante ou vide_: «~recipient~».",
        id="one missing",
    ),
    pytest.param(
        FIELDS, (("issued 02T14:00:00", dict.fromkeys("defgh", "x")),),
        "Missing or empty: `recipient` and `a` and `b` and `c`.",
        "Mentions manquantes ou vides_: «~recipient~», «~a~», «~b~» et «~c~».",
        id="four missing",
    ),
    pytest.param(
        FIELDS, (("issued 02T14:00:00", dict.fromkeys("gh", "x")),),
        "Missing or empty: `recipient` and `a` and `b` and `c` and `d` and `e` and 1 more.",
        "Mentions manquantes ou vides_: «~recipient~», «~a~», «~b~», «~c~», «~d~», «~e~» et 1 autre.",
        id="one more",
    ),
    pytest.param(
        FIELDS, (("issued 02T14:00:00", {"h": "x"}),),
        "Missing or empty: `recipient` and `a` and `b` and `c` and `d` and `e` and 2 more.",
        "Mentions manquantes ou vides_: «~recipient~», «~a~», «~b~», «~c~», «~d~», «~e~» et 2 autres.",
        id="two more",
    ),
    pytest.param(
        RATING, (("rated 02T14:00:00", {"severity": "SL4", "outage": True}),),
        "`severity` is SL4, as the table says for outage true.",
        "«~severity~» vaut SL4, comme le prévoit la table de décision pour outage true.",
        id="classified",
    ),
    pytest.param(
        RATING, (("rated 02T14:00:00", {"severity": "SL4", "outage": False, "degraded": True}),),
        "`severity` is SL4, the table says SL2 for degraded true, outage false.",
        "«~severity~» vaut SL4, alors que la table de décision prévoit SL2 pour degraded true, outage false.",
        id="wrongly classified",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "steps", "english", "french"), OTHERS)
def test_other_kinds(policy: Any, steps: Any, english: str, french: str) -> None:
    says(only(judged(policy, *steps)), english, french)


def test_an_overlap_names_the_other_booking() -> None:
    history = History().add("booked", "2026-03-02T14:00:00Z", subject="B 1", **ROOM)
    history.add("booked", "2026-03-02T15:00:00Z", subject="B 2", **ROOM)
    verdicts = sla.judge(agreement(BOOKING, events=EVENTS), history.events)
    says(
        only(verdicts, subject="B 2"),
        "The booking of room R1 overlaps that of B 1, made before it and not released.",
        "La réservation (room R1) chevauche celle de B 1, antérieure et non libérée.",
    )


UPTIME = {"kind": "availability", "service": "S", "down": "down", "up": "up", "at_least": "99 %"}
FREEZE = sla.Window(kind="freeze", start="2026-03-20T00:00:00Z", end="2026-03-20T01:00:00Z")


@pytest.mark.parametrize(
    ("until", "as_of", "english", "french"),
    [
        (
            "02T01:00:00", "2026-04-02T00:00:00Z",
            "S was up about 99.8652 % of 2026-03: down 1 h of 742 h measured, 1 h excluded; "
            "at least 99 % allows 7 h 25 min 12 s, 6 h 25 min 12 s of it left.",
            "S a été disponible pendant environ 99,8652~% de 2026-03_: 1_h d’interruption sur 742_h de temps mesuré, "
            "1_h de temps exclu~; un minimum de 99~% autorise 7_h_25_min_12_s, dont il reste 6_h_25_min_12_s.",
        ),
        (
            "02T10:00:00", "2026-03-11T00:00:00+01:00",
            "S was up about 98.6541 % of 2026-03: down 10 h of 743 h measured; "
            "at least 99 % allows 7 h 25 min 48 s, 2 h 34 min 12 s too much.",
            "S a été disponible pendant environ 98,6541~% de 2026-03_: 10_h d’interruption sur 743_h de temps mesuré~; "
            "un minimum de 99~% autorise 7_h_25_min_48_s, soit un dépassement de 2_h_34_min_12_s.",
        ),
        (
            "02T01:00:00", "2026-03-11T00:00:00+01:00",
            "S was up about 99.8654 % of 2026-03 so far: down 1 h of 743 h measured; "
            "at least 99 % allows 7 h 25 min 48 s, 6 h 25 min 48 s of it left.",
            "S a été disponible pendant environ 99,8654~% de 2026-03 à ce jour_: 1_h d’interruption sur 743_h de temps "
            "mesuré~; un minimum de 99~% autorise 7_h_25_min_48_s, dont il reste 6_h_25_min_48_s.",
        ),
    ],
    ids=["kept", "used up", "so far"],
)  # fmt: skip
def test_availability(until: str, as_of: str, english: str, french: str) -> None:
    history = History().add("down", "2026-03-02T00:00:00Z").add("up", f"2026-03-{until}Z")
    policy = {**UPTIME, "exclude": ["freeze"]}
    made = agreement(policy, events=EVENTS, timezone="Europe/Paris", windows={"freeze": {}})
    verdicts = sla.judge(made, history.events, as_of=as_of, windows=[FREEZE])
    says(next(iter(verdicts)), english, french)


SHARE = {"start": "opened", "stop": "closed", "cancel": "cancelled", "limit": "1 h"}


def shared(met: int, objective: dict[str, Any], as_of: str = "2026-04-02T00:00:00Z", **others: int) -> Verdict:
    """The period of a month with so many met instances, others late, open, exempt, void or undetermined."""
    sorts = {
        "met": ({"sites": 1}, "closed", "14:30:00"),
        "late": ({"sites": 1}, "closed", "16:00:00"),
        "open": ({"sites": 1}, None, ""),
        "exempt": ({"sites": 1, "vip": True}, None, ""),
        "void": ({"sites": 1}, "cancelled", "14:30:00"),
        "undetermined": ({}, None, ""),
    }
    history = History()
    for sort, count in {"met": met, **others}.items():
        data, end, at = sorts[sort]
        for number in range(count):
            subject = f"{sort} {number}"
            history.add("opened", "2026-03-02T14:00:00Z", subject=subject, **data)
            if end:
                history.add(end, f"2026-03-02T{at}Z", subject=subject)
    exempted = [{"id": "vip", "when": {"vip": True}}]
    policy = {**SHARE, "limit": {"each": "1 h", "times": "sites"}, "objective": objective, "exemptions": exempted}
    return only(sla.judge(agreement(policy, events=EVENTS), history.events, as_of=as_of), subject="")


def test_a_month_that_was_kept() -> None:
    says(
        shared(4, {"at_least": "80 %", "per": "month"}, late=1, exempt=1, void=2, undetermined=1),
        "In 2026-03 4 of 5 were met (80 %); promised: at least 80 % met; left out: 1 exempt, 2 void, 1 undetermined.",
        "Pour 2026-03, 4 engagements sur 5 ont été respectés (80~%)~; promis_: au moins 80~% respectés~; "
        "hors décompte_: 1 exempté, 2 annulés, 1 indéterminé.",
    )


def test_a_running_month() -> None:
    says(
        shared(1, {"breached_less_than": "3 %", "per": "month"}, "2026-03-02T14:45:00Z", open=2),
        "In 2026-03, which is not over yet, 1 of 1 were met (100 %), 2 pending; promised: less than 3 % breached.",
        "Pour 2026-03, période non terminée, 1 engagement sur 1 a été respecté (100~%), 2 en cours~; "
        "promis_: moins de 3~% de non respectés.",
    )


def test_nothing_counted_yet() -> None:
    says(
        shared(0, {"at_least": "80 %", "per": "month"}, "2026-03-02T14:45:00Z", open=1),
        "In 2026-03, which is not over yet, 0 of 0 were met, 1 pending; promised: at least 80 % met.",
        "Pour 2026-03, période non terminée, 0 engagement sur 0 a été respecté, 1 en cours~; "
        "promis_: au moins 80~% respectés.",
    )


def test_the_whole_time() -> None:
    says(
        shared(2, {"breached_at_most": "0.5 %", "per": "whole"}, late=1),
        "On the whole 2 of 3 were met (about 66.6666 %); promised: at most 0.5 % breached.",
        "Sur toute la durée, 2 engagements sur 3 ont été respectés (environ 66,6666~%)~; "
        "promis_: au plus 0,5~% de non respectés.",
    )
