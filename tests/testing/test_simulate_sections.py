"""The simulated month section by section: planted cases by hand, and its shares counted anew from the events."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from sla_rules.events import Event
from sla_rules.instants import micros
from sla_rules.testing import simulate
from tests.testing.test_simulate import planted, times

MINUTE = 60_000_000
HOUR = 60 * MINUTE


@pytest.fixture(scope="module")
def march() -> simulate.Month:
    return simulate.month()


@pytest.fixture(scope="module", params=[False, True], ids=["missed", "kept"])
def shares(request: pytest.FixtureRequest) -> simulate.Month:
    """A month that just misses or just keeps its shares."""
    return simulate.month(shares_kept=request.param)


def of(month: simulate.Month, subject: str) -> list[Event]:
    return [event for event in month.events if event.subject == subject]


def outcome(month: simulate.Month, policy: str, period: str, subject: str = "") -> str | None:
    """What was planted for the share of a month, or for a service in it."""
    (found,) = [one for one in month.planted if (one.policy, one.period, one.subject) == (policy, period, subject)]
    return found.outcome


def plus(whole: int, part: int) -> str:
    """What a share of at least 99 % comes to when `part` of `whole` is not as it should be."""
    return "met" if 100 * part <= whole else "breached"


def month_of(at: int) -> str:
    """The month of 2026 in Toronto, by hand."""
    for label, end in (
        ("2026-01", "2026-02-01T05:00:00Z"),
        ("2026-02", "2026-03-01T05:00:00Z"),
        ("2026-03", "2026-04-01T04:00:00Z"),
    ):
        if at < micros(end):
            return label
    return "2026-04"


# --- The services


def down(month: simulate.Month, service: str, start: str, end: str) -> int:
    """How long a service was down, nothing left out."""
    total, since = 0, None
    for event in of(month, service):
        at = min(max(event.at, micros(start)), micros(end))
        if event.type == "service.down" and since is None:
            since = at
        elif event.type == "service.up" and since is not None:
            total, since = total + at - since, None
    return total


def test_the_reservations_of_march_are_up_for_exactly_99_percent(march: simulate.Month) -> None:
    assert down(march, "reservations", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z") == 743 * HOUR // 100
    assert outcome(march, "availability.reservations", "2026-03", "reservations") == "met"


def test_the_reservations_of_february_miss_99_percent_by_a_microsecond(march: simulate.Month) -> None:
    assert down(march, "reservations", "2026-02-01T05:00:00Z", "2026-03-01T05:00:00Z") == 672 * HOUR // 100 + 1
    assert outcome(march, "availability.reservations", "2026-02", "reservations") == "breached"


def test_april_has_not_ended(march: simulate.Month) -> None:
    april = "2026-04-01T04:00:00Z", "2026-05-01T04:00:00Z"
    assert down(march, "video", *april) == 720 * HOUR // 100
    assert down(march, "reservations", *april) == 720 * HOUR // 100 + 1
    assert outcome(march, "availability.video", "2026-04", "video") == "pending"
    assert outcome(march, "availability.reservations", "2026-04", "reservations") == "breached"


def test_the_video_of_march_by_hand(march: simulate.Month) -> None:
    """31 h do not count: 1 at the beginning, 4, 2, 2, 2, 2 and 4 h, and 14 h in which two windows overlap.

    What counts until the 24th: 5 min as the month begins, 5, 40 and 20 min, 10 + 15, 5 + 5, 15 and 20 min; and 10 min
    as the month ends.
    """
    allowed = (743 - 31) * HOUR // 100
    known = 5 + 5 + 40 + 20 + 10 + 15 + 5 + 5 + 15 + 20 + 10
    began = micros("2026-03-24T08:00:00-04:00")
    (ended,) = [e.at for e in of(march, "video") if e.type == "service.up" and began < e.at < began + 8 * HOUR]
    assert ended - began == allowed - known * MINUTE + 1
    assert outcome(march, "availability.video", "2026-03", "video") == "breached"
    assert outcome(march, "availability.video", "2026-02", "video") == "met"


def test_a_notice_exactly_at_the_new_beginning(march: simulate.Month) -> None:
    just = planted(march, "availability.maintenance_notice", "a notice exactly at the new beginning")
    first, moved, notice = of(march, just.subject)
    assert [first.type, moved.type] == ["maintenance.scheduled", "maintenance.rescheduled"]
    assert (just.start, just.outcome) == (moved.at, "met")
    assert notice.at == micros(moved.data["window_start"])


# --- Conferences, counted anew


def conferences(month: simulate.Month) -> Iterator[tuple[str, list[Event]]]:
    events = defaultdict(list)
    for event in month.events:
        if event.type.startswith("conference."):
            events[event.subject].append(event)
    yield from events.items()


def scheduled(month: simulate.Month) -> Iterator[tuple[str, int, int, list[Event]]]:
    """Each scheduled conference: its month, when it was scheduled first, its latest beginning, and its events."""
    for _, events in conferences(month):
        plans = [event for event in events if event.type == "conference.scheduled"]
        if plans:
            begins = micros(plans[-1].data["scheduled_start"])
            yield month_of(begins), plans[0].at, begins, events


def test_the_share_of_failed_conferences(shares: simulate.Month) -> None:
    whole, failed = Counter[str](), Counter[str]()
    for label, first, _, events in scheduled(shares):
        whole[label] += 1
        failed[label] += any(event.type == "conference.failed" and event.at >= first for event in events)
    for label in ("2026-02", "2026-03"):
        said = "met" if 100 * failed[label] < 3 * whole[label] else "breached"
        assert outcome(shares, "conference.failed_share", label) == said
    assert (whole["2026-02"], whole["2026-03"], whole["2026-04"]) == (320, 500, 2)
    assert sorted((failed["2026-02"] - 9, failed["2026-03"] - 14)) == [0, 1]


def test_the_share_of_late_starts(shares: simulate.Month) -> None:
    whole, late = Counter[str](), Counter[str]()
    for label, _, begins, events in scheduled(shares):
        started = min((event.at for event in events if event.type == "conference.started"), default=None)
        clients = [
            event
            for event in events
            if event.type in ("conference.failed", "conference.delayed")
            and event.data["cause"] in ("client_sync", "client_hardware")
            and (started is None or event.at <= started)
        ]
        if not clients:
            whole[label] += 1
            late[label] += started is None or started > begins
    for label in ("2026-02", "2026-03"):
        assert outcome(shares, "conference.on_time", label) == plus(whole[label], late[label])
        assert late[label] - whole[label] // 100 in (0, 1)
    assert whole["2026-03"] == 495


def test_the_share_of_our_causes(shares: simulate.Month) -> None:
    failures = Counter[str]()
    ours = Counter[tuple[str, str]]()
    for _, events in conferences(shares):
        for event in events:
            if event.type == "conference.failed":
                failures[month_of(event.at)] += 1
                ours[month_of(event.at), str(event.data["cause"])] += 1
    assert failures == {"2026-02": 100, "2026-03": 100}
    for cause in ("reservation", "support"):
        for label in ("2026-02", "2026-03"):
            assert ours[label, cause] in (1, 2)
            assert outcome(shares, f"conference.cause_{cause}", label) == plus(100, ours[label, cause])


def test_the_share_of_restored_conferences(shares: simulate.Month) -> None:
    whole, slow = Counter[str](), Counter[str]()
    for _, events in conferences(shares):
        since = None
        for event in sorted(events, key=lambda one: (one.at, one.type != "conference.disconnected", one.id)):
            if event.type in ("conference.failed", "conference.disconnected", "conference.delayed"):
                since = event.at if since is None else since
            elif event.type in ("conference.restored", "conference.ended") and since is not None:
                in_time = event.at - since < 5 * MINUTE
                if event.type == "conference.restored" or not in_time:
                    whole[month_of(since)] += 1
                    slow[month_of(since)] += not in_time
                since = None
        assert since is None
    for label in ("2026-02", "2026-03"):
        assert outcome(shares, "conference.restored", label) == plus(whole[label], slow[label])
        assert 100 * slow[label] - whole[label] in (0, 1)


def test_a_conference_started_a_microsecond_late(march: simulate.Month) -> None:
    late = planted(march, "conference.on_time", "started 1 µs after its time")
    at = times(march, late.subject)
    plan = of(march, late.subject)[0]
    assert at["conference.started"] - micros(plan.data["scheduled_start"]) == 1
    assert (late.start, late.period, late.outcome) == (plan.at, "2026-03", "breached")


def test_a_disconnection_exactly_at_the_scheduled_end(march: simulate.Month) -> None:
    what = "disconnected by the provider exactly at its scheduled end"
    cut = planted(march, "conference.overrun", what)
    at = times(march, cut.subject)
    assert cut.start == at["conference.started"]
    assert at["conference.disconnected"] == micros(of(march, cut.subject)[0].data["scheduled_end"])
    assert at["conference.ended"] > at["conference.disconnected"]


def test_an_audio_link_in_place_of_a_site(march: simulate.Month) -> None:
    what = "cause network, an audio link exactly at 5 min, reconnected 1 µs later"
    at = times(march, planted(march, "conference.site_dropped", what).subject)
    assert at["conference.audio_linked"] - at["conference.site_dropped"] == 300_000_000
    assert at["conference.site_reconnected"] - at["conference.site_dropped"] == 300_000_001


# --- Rooms, ad hoc conferences


def test_back_to_back_and_a_microsecond_of_overlap(march: simulate.Month) -> None:
    policy = "reservation.no_double_booking"
    for what, after, outcome in (
        ("booked again back-to-back, from the end of the other booking on", 0, "met"),
        ("booked again from 1 µs before the end of the other booking on", -1, "breached"),
    ):
        second = planted(march, policy, what)
        (mine,) = of(march, second.subject)
        (first,) = [
            event
            for event in march.events
            if event.type == "room.booked" and event.data["room"] == mine.data["room"] and event.id != mine.id
        ]
        assert second.outcome == outcome
        assert micros(mine.data["start"]) - micros(first.data["end"]) == after


def test_no_others_overlap(march: simulate.Month) -> None:
    """Every pair of bookings of a room that overlap, held against what is planted; none of those is released."""
    booked, released = defaultdict(list), {}
    for event in march.events:
        if event.type == "room.booked":
            booked[event.data["room"]].append(event)
        elif event.type == "room.released":
            released[event.subject] = event.at
    at_fault = set()
    for bookings in booked.values():
        for number, later in enumerate(bookings):
            for earlier in bookings[:number]:
                overlap = micros(earlier.data["start"]) < micros(later.data["end"]) and micros(
                    later.data["start"]
                ) < micros(earlier.data["end"])
                if overlap and released.get(earlier.subject, later.at + 1) > later.at:
                    at_fault.add(later.subject)
    assert at_fault == {key[1] for key in march.expected if key[0] == "reservation.no_double_booking"}


def test_an_ad_hoc_conference_of_twelve_sites(march: simulate.Month) -> None:
    late = planted(march, "adhoc.setup", "12 sites, connected 1 µs after 60 min")
    at = times(march, late.subject)
    assert at["adhoc.connected"] - at["adhoc.requested"] == 3_600_000_001


# --- Sites


def test_75_initial_sites_and_76(march: simulate.Month) -> None:
    first: dict[str, Event] = {}
    for event in march.events:
        if event.type == "site.info_received":
            first.setdefault(event.subject, event)
    initial = Counter(event.data["customer"] for event in first.values() if event.data.get("initial") is True)
    assert initial == {
        "customer with 75 sites": 75,
        "a customer with 76 sites": 76,
        "a customer with 75 sites and one more": 76 + 3,
    }
    exempt = {one.subject for one in march.planted if one.outcome == "exempt" and one.policy.startswith("cert")}
    customers = Counter(first[site].data["customer"] for site in exempt)
    assert customers == {"a customer with 76 sites": 76 + 2, "a customer with 75 sites and one more": 76 + 2}


def test_exempt_until_the_last_of_76_is_certified(march: simulate.Month) -> None:
    customer = "a customer with 76 sites"
    before = planted(
        march, "certification.scheduled", f"1 µs before the last site of {customer} is certified, itself after 3 days"
    )
    then = planted(
        march, "certification.scheduled", f"when the last site of {customer} is certified, itself 1 µs after 24 h"
    )
    closes = micros("2026-03-18T14:00:00-04:00")
    assert (before.start, before.outcome) == (closes - 1, "exempt")
    assert (then.start, then.outcome) == (closes, "breached")
    first, certified = {}, {}
    for event in march.events:
        if event.type == "site.info_received" and event.data["customer"] == customer and event.data.get("initial"):
            first[event.subject] = event.at
        elif event.type == "site.certified":
            certified[event.subject] = event.at
    assert max(certified[site] for site in first) == closes


def test_an_upgrade_across_the_change_of_the_clocks(march: simulate.Month) -> None:
    what = "on the day of the change of the clocks, a change received at midnight, applied 1 µs before the next one"
    just = planted(march, "certification.upgrade", what)
    at = times(march, just.subject)
    assert at["site.change_received"] == micros("2026-03-08T00:00:00-05:00")
    assert at["site.change_applied"] == micros("2026-03-08T23:59:59.999999-04:00")


# --- Tickets, problems, billing


def test_l2_as_the_first_escalation(march: simulate.Month) -> None:
    first = planted(march, "escalation.path", "L2 as the first escalation")
    levels = [event.data["level"] for event in of(march, first.subject) if event.type == "ticket.escalated"]
    assert (levels, first.outcome) == (["L2"], "met")


def test_an_outage_recorded_as_sl3(march: simulate.Month) -> None:
    wrong = planted(march, "severity.classification", "an outage recorded as SL3")
    assert of(march, wrong.subject)[0].data == {"severity": "SL3", "provider_outage": True}


def test_a_voicemail_without_a_receptionist(march: simulate.Month) -> None:
    left = planted(march, "problem.contacts", "voicemail followed up without receptionist")
    steps = [event.data["step"] for event in of(march, left.subject) if event.type == "problem.step"]
    assert steps[:3] == ["technical_contact", "message_left", "scheduler"]
    assert left.outcome == "breached"


def test_zero_is_a_value(march: simulate.Month) -> None:
    zero = planted(march, "billing.invoice_fields", "a line with zero for its total_charge")
    (invoice,) = of(march, zero.subject)
    assert [line["total_charge"] for line in invoice.data["lines"]] == [0]
    assert zero.outcome == "met"


def test_an_invoice_in_the_last_microsecond(march: simulate.Month) -> None:
    just = planted(march, "billing.monthly", "invoiced in the last microsecond of the following month")
    (active,) = of(march, just.subject)
    assert active.data == {"customer": just.subject, "month": "2026-02"}
    (issued,) = [e for e in march.events if e.type == "invoice.issued" and e.data["customer"] == just.subject]
    assert issued.at == micros("2026-03-31T23:59:59.999999-04:00")
