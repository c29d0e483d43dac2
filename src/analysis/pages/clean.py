"""Page "Data quality": what was read and what became of it, what needs a person, what was changed."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from analysis.pages import house
from analysis.pages.display import Block, Group, Prose, Table, Title
from analysis.pages.findings import coded, columns, of_edition, shown
from analysis.pages.irregular import IN_SECTIONS
from analysis.pages.page import Column, Page

PARTS = ("accepted", "quarantined", "excluded")
KINDS = ("scores", "dossiers", "survey", "register")
UNITS = ("row", "cell")
GAP, BAR = 2.2, 24  # rows between groups of files; pixels of a row
_ADDRESSED = ("what", "where", "key", "found", "done", "todo")
HASH = 12  # signs of a SHA-256 that are shown


def title(page: Page) -> Title:
    """Head of the page."""
    return page.title("clean.head")


def first(page: Page) -> Group:
    """The answer: how many things wait for a person, and the account of everything that was read."""
    ledger = of_edition(page, "ledger")
    unit = "cell" if (ledger["unit"] == "cell").any() else "row"
    sums = ledger.loc[ledger["unit"] == unit, ["read", *PARTS]].sum()
    found = of_edition(page, "findings")["severity"].value_counts()
    waiting = int(found.get("act", 0))
    said = page.words.count("clean.plural.waiting", waiting) + "." if waiting else page.say("clean.first.clear")
    account = page.say(
        "clean.first.sum",
        read=page.words.count(f"clean.plural.read_{unit}", int(sums["read"])),
        files=page.words.count("clean.plural.of_file", ledger["file"].nunique()),
        **{part: page.words.number(sums[part]) for part in PARTS},
    )
    finding = page.finding("clean.first", f"{said} {account}")
    facts = [(page.say(f"clean.facts.{name}"), page.words.number(sums[name])) for name in ("read", *PARTS)]
    look = int(found.get("look", 0))
    look = page.say("clean.first.look", look=page.words.count("finding", look)) if look else ""
    return page.group(
        finding, page.facts("clean.facts", facts), Prose("clean-adds", tuple(filter(None, (_adds(page, ledger), look))))
    )


def _hatched(color: str, shape: str) -> dict:
    """Bar of a color told apart by a pattern too."""
    return {"color": color, "pattern": {"shape": shape, "fgcolor": house.PAPER, "bgcolor": color, "solidity": 0.15}}


def _adds(page: Page, ledger: pd.DataFrame) -> str:
    """Say whether read = accepted + quarantined + excluded in every file."""
    wrong = ledger.loc[ledger["read"] != ledger[list(PARTS)].sum(axis=1), "file"]
    if wrong.empty:
        return page.say("clean.first.parts")
    return page.say("clean.first.parts_wrong", files=page.words.listing(sorted(set(wrong))))


def account(page: Page) -> Block:
    """Stacked bars of every file, rows and cells side by side, in groups by what the files hold."""
    ledger = of_edition(page, "ledger")
    if ledger.empty:
        return page.absent("clean.account", None)
    files = page.words.count("file", ledger["file"].nunique())
    held = ledger.loc[ledger["quarantined"] > 0, "file"].nunique()
    key = "some" if held else "ruled" if ledger["excluded"].sum() else "all"
    total = page.words.count("clean.plural.of_file", ledger["file"].nunique())
    finding = page.say(f"clean.account.{key}", n=held, total=total)
    table = _account_table(page, ledger, "clean.account.table", "sheet")
    return page.figure("clean.account", _bars(page, _by_file(ledger)), table, finding=finding, files=files)


def _by_file(ledger: pd.DataFrame) -> pd.DataFrame:
    """Give the account of whole files, the sheets of a workbook taken together."""
    numbers = dict.fromkeys(["read", *PARTS], "sum")
    kept = dict.fromkeys(["sha256", "encoding"], "first")
    return ledger.groupby(["file", "kind", "unit"], sort=False, as_index=False).agg(numbers | kept)


def _bars(page: Page, ledger: pd.DataFrame) -> Any:
    groups = _groups(ledger)
    named = [{file: PurePosixPath(file).name for file in frame["file"]} for _, frame in groups]
    rows = sum(map(len, named)) + GAP * len(groups)
    fig = house.figure(page.words, height=int(60 + BAR * rows))
    styles = fig.layout.xaxis.to_plotly_json(), fig.layout.yaxis.to_plotly_json()
    top = 1.0
    for place, ((kind, frame), labels) in enumerate(zip(groups, named, strict=True)):
        head = f"<b>{page.say(f'clean.kind.{kind}')}</b>"
        start, end = top - GAP / rows, top - (GAP + len(labels)) / rows
        for column, unit in enumerate(UNITS):
            name = _axes(fig, styles, 2 * place + column, column, (max(end, 0), start))
            _stack(page, fig, frame[frame["unit"] == unit], labels, name)
            if frame[frame["unit"] == unit].empty:
                continue
            text = f"{head} · {page.say(f'clean.unit.{unit}')}" if column == 0 else page.say(f"clean.unit.{unit}")
            fig.add_annotation(
                text=text, xref=f"x{name} domain", x=0, yref="paper", y=start, showarrow=False, xanchor="left",
                yanchor="bottom", font={"size": 12, "color": house.MUTED},
            )  # fmt: skip
        top = end
    return fig.update_layout(barmode="stack", bargap=0.35)


def _groups(ledger: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Give the files in groups of one kind and one folder: files that hold the like are of the like length."""
    folder = ledger["file"].map(lambda file: str(PurePosixPath(file).parent))
    groups = ledger.assign(place=ledger["kind"].map(KINDS.index)).groupby(["place", folder], sort=True)
    return [(KINDS[place], frame) for (place, _), frame in groups]


def _axes(fig: Any, styles: tuple[dict, dict], number: int, column: int, domain: tuple[float, float]) -> str:
    """Lay a pair of axes into a group's place and give its number as Plotly writes it."""
    name = "" if number == 0 else str(number + 1)
    across = ((0.0, 0.46), (0.54, 1.0))[column]
    common = {"visible": True, "title": {"text": ""}}
    x = {"domain": across, "anchor": f"y{name}", "nticks": 3, "rangemode": "tozero"}
    y = {"domain": domain, "anchor": f"x{name}", "showgrid": False, "showticklabels": column == 0}
    fig.update_layout({f"xaxis{name}": styles[0] | common | x, f"yaxis{name}": styles[1] | common | y})
    return name


def _stack(page: Page, fig: Any, frame: pd.DataFrame, labels: dict[str, str], name: str) -> None:
    place = {file: index for index, file in enumerate(labels)}
    at = [place[file] for file in frame["file"]]
    ticks = {"tickvals": list(place.values()), "ticktext": [house.wrap(text, 30) for text in labels.values()]}
    small = {"size": 11, "color": house.INK}
    reach = {"range": [len(place) - 0.5, -0.5], "tickfont": small, "showline": len(frame) > 0}
    longest = max(1, *(int(value) for value in frame["read"])) if len(frame) else 1
    across = {"range": [0, longest * 1.2], "tickformat": ",d", "visible": len(frame) > 0}
    fig.update_layout({f"yaxis{name}": ticks | reach, f"xaxis{name}": across})
    looks = {
        "accepted": {"color": house.ACCENT_PALE, "line": {"color": house.ACCENT, "width": 1}},
        "quarantined": _hatched(house.SERIES[1].color, "/"),
        "excluded": _hatched(house.MUTED, "."),
    }
    for part, look in looks.items():
        fig.add_bar(
            x=[int(value) for value in frame[part]], y=at, orientation="h", marker=look, xaxis=f"x{name}",
            yaxis=f"y{name}", hovertemplate=f"{page.say(f'clean.part.{part}')}: %{{x}}<extra></extra>",
        )  # fmt: skip
    held = frame["quarantined"] > 0
    fig.add_scatter(
        x=[int(value) for value in frame.loc[held, "read"]], mode="text", textposition="middle right",
        y=[row for row, there in zip(at, held, strict=True) if there], cliponaxis=False, xaxis=f"x{name}",
        text=[f" ▲ {value}" for value in frame.loc[held, "quarantined"]], hoverinfo="skip", yaxis=f"y{name}",
        textfont={"color": house.SERIES[1].color, "size": 12},
    )  # fmt: skip


def files(page: Page) -> Table:
    """The account of each file as a table whose three parts add up."""
    return _account_table(page, _by_file(of_edition(page, "ledger")), "clean.files")


def _account_table(page: Page, ledger: pd.DataFrame, key: str, *more: str) -> Table:
    told = ledger.assign(
        kind=[page.say(f"clean.kind.{name}") for name in ledger["kind"]],
        unit=[page.say(f"clean.unit.{name}") for name in ledger["unit"]],
        encoding=[_worded(page, "clean.encoding", name) for name in ledger["encoding"]],
        sha256=ledger["sha256"].str[:HASH],
    )
    names = ["file", *more, "kind", "unit", "read", *PARTS, "encoding"]
    return page.table(key, told, columns(*names, sha256="sha"))


def waiting(page: Page) -> Block:
    """Findings that need a person, each with its address and what to do."""
    found = of_edition(page, "findings")
    return shown(page, found[found["severity"] == "act"], "clean.act", columns(*_ADDRESSED))


def worth_a_look(page: Page) -> Block:
    """Findings worth a look that no section of the page shows, each with its address and what to do."""
    found = of_edition(page, "findings")
    found = found[(found["severity"] == "look") & ~found["code"].isin(IN_SECTIONS)]
    return shown(page, found, "clean.look", columns(*_ADDRESSED))


def on_record(page: Page) -> Block:
    """Everything else intake saw, by kind and file."""
    found = of_edition(page, "findings")
    found = found[(found["severity"] == "info") & (found["state"] != "corrected") & ~found["code"].isin(IN_SECTIONS)]
    rule = found["key"].where(found["code"] == "excluded_by_rule", "")
    by = found.assign(rule=rule).groupby(["code", "file", "rule", "state"], sort=False, as_index=False)["count"].sum()
    return shown(page, by, "clean.info", columns("what", "file", "rule", "state", "count"))


def corrections(page: Page) -> Block:
    """What corrections.csv changed: before, after and why."""
    found = of_edition(page, "findings")
    found = found[found["state"] == "corrected"]
    scores = page.tables["scores"].set_index(["file", "sheet", "cell"])["corrected"]
    places = zip(found["file"], found["sheet"], found["place"], strict=True)
    found = found.assign(why=[scores.get(place, "") for place in places])
    return shown(
        page, found, "clean.corrections", columns("key", "file", "place", found="before", done="after", why="why")
    )


def repairs(page: Page) -> Block:
    """Notation that was repaired by a fixed rule, before and after, by kind and file."""
    found = of_edition(page, "findings")
    found = found[(found["state"] == "repaired") & ~found["code"].isin(IN_SECTIONS)]
    by = found.groupby(["code", "file", "found", "done", "state"], sort=False, as_index=False)["count"].sum()
    return shown(page, by, "clean.repairs", columns("what", "file", found="before", done="after", count="count"))


def personal(page: Page) -> Block:
    """Columns with personal data that were dropped."""
    return shown(page, coded(page, ["personal_columns"]), "clean.personal", columns("file", "sheet", found="column"))


def recusals(page: Page) -> Block:
    """The register of recusals: who from which dossier, and why."""
    frame = page.tables["recusals"]
    frame = frame[frame["edition"] == page.edition.id]
    if frame.empty:
        return Prose("clean-recusals", (page.say("clean.recusals.none"),))
    dossiers = page.tables["dossiers"]
    offices = dossiers[dossiers["edition"] == page.edition.id].set_index("dossier")["office"]
    named = frame.assign(
        juror=[page.label("juror", name) for name in frame["juror"]],
        office=[page.label("office", offices.get(name, "")) for name in frame["dossier"]],
        reason=[page.say(f"clean.recusal.{name}") if name else "" for name in frame["reason"]],
    )
    heads = columns("juror", "dossier", "office", "reason")
    heads["declared"] = Column("clean.columns.declared", "date")
    return page.table("clean.recusals", named.sort_values(["juror", "dossier"]), heads)


def _worded(page: Page, group: str, name: str) -> str:
    return page.say(f"{group}.{name}") if page.words.has(f"{group}.{name}") else name
