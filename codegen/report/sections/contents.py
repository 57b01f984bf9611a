"""What is in the examples: languages, sources, topics, and what statements ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from codegen.report.charts import bars, heat
from codegen.report.figures import Figures
from codegen.report.names import language_title, natural_title
from codegen.report.reading import Reading
from codegen.report.section import Column, Panel, Section, counted, labelled, listed, share
from codegen.report.wording import SEEDS
from codegen.synthesis.difficulty import LEVELS

_MOST_ROWS = 14
_MOST_TOPICS = 30
_MOST_WISHES = 20
_TALLIES = {
    "language": "Programming language",
    "natural_language": "Language of the statement",
    "seed": "What it was inspired by",
    "licence": "Licence of the source",
    "model": "Model that wrote it",
}


def contents(figures: Figures, _: Reading) -> Section:
    """Show what the kept examples are made of."""
    tallies, kept = figures.tallies, figures.kept
    if not kept:
        return Section("contents", "What is in the data", "No example is kept in this part.")
    says = (
        f"{counted(kept, 'example')} in {listed(map(language_title, tallies['language']))},"
        f" with statements in {listed(map(natural_title, tallies['natural_language']))},"
        f" inspired by {listed(_named('seed', tallies['seed']))}."
    )
    panels = tuple(
        _tally(title, _named(column, tallies[column]), kept)
        for column, title in _TALLIES.items()
        if len(tallies[column]) > 1
    )
    same = "; ".join(
        f"{title.lower()}: {next(iter(_named(column, tallies[column])))}"
        for column, title in _TALLIES.items()
        if len(tallies[column]) == 1
    )
    note = f"The same for all: {same}." if same else ""
    return Section("contents", "What is in the data", says, panels, note=note)


def _named(column: str, counts: Counter[str]) -> Counter[str]:
    titles: dict[str, Callable[[str], str]] = {
        "language": language_title,
        "natural_language": natural_title,
        "seed": lambda name: SEEDS.get(name, name),
    }
    title = titles.get(column, str)
    return Counter({title(name) or "none stated": n for name, n in counts.items()})


def _tally(title: str, counts: Counter[str], whole: int) -> Panel:
    shown = counts.most_common(_MOST_ROWS)
    rest = counts.total() - sum(count for _, count in shown)
    if rest:
        shown.append((f"{len(counts) - _MOST_ROWS} others", rest))
    rows = tuple(
        (
            name,
            count,
            labelled(count, whole),
        )
        for name, count in shown
    )
    columns = (
        Column("value", title),
        Column("examples", "Examples"),
        Column("label", "", hidden=True),
    )
    return Panel(title, columns, rows, bars("value", "examples"), wide=False)


def topics(figures: Figures, _: Reading) -> Section:
    """Show which topics the accepted problems have, at which claimed difficulty."""
    totals: Counter[str] = Counter()
    for (topic, _level), count in figures.about.items():
        totals[topic] += count
    if not totals:
        return Section("topics", "Topics and difficulty", "No problem was accepted in this part.")
    name, most = totals.most_common(1)[0]
    says = (
        f"The {counted(totals.total(), 'accepted problem')} are about"
        f" {counted(len(totals), 'topic')}; the most frequent, {name}, has"
        f" {share(most, totals.total())} of them."
    )
    levels = [one for one in (*LEVELS, "not claimed") if any(k[1] == one for k in figures.about)]
    shown = [topic for topic, _ in totals.most_common(_MOST_TOPICS)]
    rows = tuple(
        (topic, level, figures.about[topic, level], f"{figures.about[topic, level]:,}")
        for topic in shown
        for level in levels
        if figures.about[topic, level]
    )
    columns = (
        Column("topic", "Topic"),
        Column("difficulty", "Claimed difficulty"),
        Column("problems", "Problems"),
        Column("label", "", hidden=True),
    )
    chart = heat("difficulty", "topic", "problems")
    left = len(totals) - len(shown)
    note = f"{counted(left, 'rarer topic')} not shown." if left else ""
    title = "Accepted problems by topic and claimed difficulty"
    panel = Panel(title, columns, rows, chart)
    return Section("topics", "Topics and difficulty", says, (panel,), note=note)


def wishes(figures: Figures, _: Reading) -> Section:
    """Show what the statements ask for, as verbs and their objects."""
    found, seen = figures.wishes, figures.wishes.total()
    title = "What the statements ask for"
    if not found:
        return Section("wishes", title, "No wish was recognised in the statements of this part.")
    (verb, named), most = found.most_common(1)[0]
    says = (
        f"{len(found):,} different wishes were recognised in {counted(figures.asked, 'statement')};"
        f" the most frequent, “{verb} {named}”, is {share(most, seen)} of them."
    )
    rows = tuple(
        (f"{verb} {named}".strip(), count, labelled(count, seen))
        for (verb, named), count in found.most_common(_MOST_WISHES)
    )
    columns = (
        Column("wish", "Verb and object"),
        Column("statements", "Statements"),
        Column("label", "", hidden=True),
    )
    note = (
        "A heuristic: the first sentence part that begins with one of a closed set of English"
        " verbs, and the last word of the noun phrase after it. Statements in other languages are"
        " left out."
    )
    panel = Panel("The most frequent verbs and objects", columns, rows, bars("wish", "statements"))
    return Section("wishes", title, says, (panel,), note=note)
