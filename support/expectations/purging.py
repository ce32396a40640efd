"""What must hold of a purge: exactly what was named goes, and the report says so."""

from collections import Counter
from collections.abc import Sequence

from support.errors import UsageError
from support.expectations import expect
from support.purge import Difference, Kind, Selection, compare
from support.purging import with_beginning
from support.removals import Removal
from support.rows import tables_naming, tables_with
from support.world import World


def only_gone(removal: Removal, named: Selection) -> None:
    """Rows have gone, and all of them were of what was named."""
    gone = _gone(removal, named)
    others = [str(each) for each in gone if each.kind is not Kind.LEFT]
    expect(not others, f"The purge took what nobody had named: {'; '.join(others[:5])}; expected it to stay.")
    expect(bool(gone), "The purge took nothing; expected the rows of who was named to go.")


def nothing_gone(removal: Removal) -> None:
    """Every row that was there is there."""
    gone = [str(each) for each in _gone(removal, Selection())]
    expect(not gone, f"Rows have gone: {'; '.join(gone[:5])}; expected every row to stay.")


def _gone(removal: Removal, named: Selection) -> list[Difference]:
    # Rows that others add in the meantime are theirs; a purge adds none.
    gone = [each for each in compare(removal.before, removal.after, named) if each.rows <= 0]
    return [each for each in gone if not _may_be_their_own_doing(each, removal, gone)]


def _may_be_their_own_doing(difference: Difference, removal: Removal, gone: Sequence[Difference]) -> bool:
    """Whether only strangers have lost these rows, while the purge removed none but those of who was named there."""
    owners = {name for name in difference.owner if name in removal.before.owners}
    taken = 0 if removal.report.dry_run else removal.report.counts.get(difference.name, 0)
    of_named = sum(each.rows for each in gone if each.kind is Kind.LEFT and each.name == difference.name)
    return bool(owners) and owners <= removal.strangers and taken <= -of_named


def nothing_left(database_urls: Sequence[str], named: Selection) -> None:
    """No id of who was named, and no user name, stands in any column of any table."""
    left = tables_with(database_urls, *sorted(named.ids)) + tables_naming(database_urls, *sorted(named.usernames))
    expect(not left, f"After the purge names of who was named stand in {dict(left)}; expected no row to hold one.")


def tells_what_went(removal: Removal, named: Selection) -> None:
    """The report counts, for each table, the rows that have gone."""
    went: Counter[str] = Counter()
    for each in _gone(removal, named):
        # With several databases a table is called after its own.
        went[each.table.rpartition(":")[2]] -= each.rows
    told = removal.report.counts
    expect(told == dict(went), f"The purge reports {told}; expected what has gone from the tables, {dict(went)}.")


def foresaw(foreseen: Removal, done: Removal) -> None:
    """The dry run counted what the purge took."""
    said, took = foreseen.report.counts, done.report.counts
    expect(said == took, f"The dry run counted {said}; expected what the purge took, {took}.")


def found_nobody(removal: Removal, named: Selection) -> None:
    """The report says that there was nothing to take, and whom it missed."""
    report = removal.report
    expect(report.counts == {}, f"The purge reports {report.counts}; expected nothing, for nobody was there.")
    expect(report.missing == named, f"The purge missed {report.missing}; expected {named}, for nobody is called so.")


def refuses_empty_beginning(world: World) -> None:
    """Who names the beginning of all user names has named nobody."""
    try:
        selection = with_beginning(world, "")
    except UsageError:
        return
    expect(False, f"An empty beginning of user names selects {len(selection.usernames)} accounts; expected a refusal.")
