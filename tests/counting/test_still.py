import sla_rules as sla
from sla_rules.counting.still import Still, in_turn, still, still_of
from sla_rules.events import Window

START, NOW = 100, 200


def stretch(start, end, kind="paused", id=None):
    return Window.between(kind, start, end, id=id)


class TestTheClock:
    def test_runs_where_nothing_holds_it(self):
        assert still_of([], [], START, NOW) == Still()

    def test_is_held_as_a_whole_by_what_has_a_known_end(self):
        assert still_of([stretch(150, 300)], [], START, NOW).intervals == ((150, 300),)

    def test_is_held_up_to_the_instant_and_no_further_by_what_lasts(self):
        assert still_of([], [stretch(150, 300)], START, NOW).intervals == ((150, NOW),)
        assert still_of([], [stretch(150, None)], START, NOW).intervals == ((150, NOW),)
        assert still_of([], [stretch(150, 170)], START, NOW).intervals == ((150, 170),)

    def test_stands_still_in_what_has_no_end_yet_and_only_there(self):
        assert still_of([], [stretch(150, None)], START, NOW).paused
        assert still_of([], [stretch(NOW, None)], START, NOW).paused
        assert not still_of([], [stretch(NOW + 1, None)], START, NOW).paused
        assert not still_of([], [stretch(150, 300)], START, NOW).paused
        assert not still_of([stretch(150, 300)], [], START, NOW).paused

    def test_is_held_from_the_start_by_what_began_before(self):
        held = still_of([], [stretch(50, None)], START, NOW)
        assert held.intervals == ((50, NOW),)
        assert len(held.windows) == 1

    def test_joins_what_overlaps_or_touches(self):
        held = still_of([stretch(110, 130)], [stretch(120, 140), stretch(140, 150)], START, NOW)
        assert held.intervals == ((110, 150),)


class TestTheStory:
    def test_leaves_out_what_was_over_at_the_start(self):
        before, over, across = stretch(10, 99), stretch(10, START), stretch(10, START + 1)
        assert still_of([before, over, across], [], START, NOW).windows == (across,)
        assert still_of([], [before, over, across], START, NOW).windows == (across,)

    def test_leaves_out_what_has_not_begun(self):
        at_now, later = stretch(NOW, 300), stretch(NOW + 1, 300)
        assert still_of([at_now, later], [], START, NOW).windows == (at_now,)
        assert still_of([], [at_now, later], START, NOW).windows == (at_now,)

    def test_counts_a_known_window_that_has_not_begun_all_the_same(self):
        assert still_of([stretch(NOW + 1, 300)], [], START, NOW).intervals == ((NOW + 1, 300),)

    def test_is_told_in_turn_whichever_list_a_stretch_came_in(self):
        first, second, third = stretch(120, 130), stretch(140, 150, "freeze"), stretch(140, None, "paused")
        assert still_of([second], [third, first], START, NOW).windows == (first, second, third)

    def test_is_in_turn_by_start_kind_and_id(self):
        turn = (stretch(1, 9, "a"), stretch(1, 2, "a", "x"), stretch(1, 2, "b", "w"), stretch(2, 3, "a", "a"))
        assert in_turn(reversed(turn)) == turn


def test_a_stretch_is_named_after_the_events_that_make_it():
    held = sla.Event(id="e1", type="held", subject="S", time="2026-03-02T09:00:00Z")
    freed = sla.Event(id="e2", type="released", subject="S", time="2026-03-02T10:00:00Z")
    assert still("paused", held, freed) == Window.between("paused", held.at, freed.at, id="e1 to e2")
    assert still("paused", held, None) == Window.between("paused", held.at, None, id="e1")
