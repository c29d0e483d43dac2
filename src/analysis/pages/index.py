"""The door: a card for every page, by audience, language and edition, with the state of the last run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from analysis.config import Competition
from analysis.pages import display
from analysis.pages.words import Words


@dataclass(frozen=True)
class Card:
    """One page on the door.

    Attributes
    ----------
    audience, language, notebook
        Whose page it is.
    edition
        Its edition, or None for a page over all of them.
    href
        The way to it from the door, or "" where there is no page.
    message
        Why the last run did not make it, or "".
    folder
        Folder of the reports that it lies in and that can be handed over whole.
    who
        Name of the juror a letter is for, or "".
    """

    audience: str
    language: str
    notebook: str
    edition: str | None
    href: str
    message: str = ""
    folder: str = ""
    who: str = ""


@dataclass(frozen=True)
class Cards(display.Block):
    """Cards: (title, line below it, href, state, class of the state), in a language."""

    name: str
    language: str
    cards: tuple[tuple[str, str, str, str, str], ...]
    kind = "cards"

    @property
    def html(self) -> str:
        """Cards as an HTML list."""
        items = "".join(self._item(*card) for card in self.cards)
        return f'<ul class="cards" id="{escape(self.name)}" lang="{escape(self.language)}">{items}</ul>'

    def _item(self, title: str, line: str, href: str, state: str, kind: str) -> str:
        head = f'<a href="{escape(href)}">{escape(title)}</a>' if href else f'<span class="none">{escape(title)}</span>'
        return f'<li>{head}<p>{escape(line)}</p><p class="state {escape(kind)}">{escape(state)}</p></li>'


def door(competition: Competition, cards: Sequence[Card], languages: Iterable[str]) -> list[display.Block]:
    """Give the blocks of the door: a section for each language and audience, a card for each page, newest first.

    Parameters
    ----------
    competition
        Configuration: titles, order of editions.
    cards
        The pages.
    languages
        Languages in the order they are shown; the first is the door's own.
    """
    languages = list(languages)
    words = Words(languages[0], competition.words.get(languages[0]))
    title = competition.title.get(words.language) or next(iter(competition.title.values()))
    organizer = competition.organizer.get(words.language) or next(iter(competition.organizer.values()), "")
    blocks: list[display.Block] = [display.Title(title, organizer, words.text("index.lead"))]
    for language in languages:
        for audience in competition.audiences:
            chosen = [card for card in cards if (card.language, card.audience) == (language, audience)]
            if chosen:
                blocks += _shelf(competition, chosen, Words(language, competition.words.get(language)))
    return blocks


def _shelf(competition: Competition, cards: list[Card], words: Words) -> list[display.Block]:
    name = f"{cards[0].audience}-{words.language}"
    say = f"index.audience.{cards[0].audience}"
    order = {edition.id: -place for place, edition in enumerate(competition.editions)}
    ranked = sorted(cards, key=lambda card: (order.get(card.edition or "", -len(order)), card.notebook, card.folder))
    entries = tuple(_entry(competition, card, words) for card in ranked)
    head = Heading(name, words.text(f"{say}.title"), words.text(f"{say}.intro"), words.language)
    return [head, Cards(f"{name}-cards", words.language, entries)]


def _entry(competition: Competition, card: Card, words: Words) -> tuple[str, str, str, str, str]:
    title = ": ".join(filter(None, [words.text(f"index.page.{card.notebook}.title"), card.who]))
    line = words.text(f"index.page.{card.notebook}.line")
    if card.edition:
        found = competition.edition(card.edition).title
        line = f"{found.get(words.language) or next(iter(found.values()))}. {line}"
    if card.message:
        return title, line, card.href, words.text("index.failed", message=card.message), "failed"
    return title, line, card.href, "", "made"


@dataclass(frozen=True)
class Heading(display.Section):
    """A section of the door, marked with its language."""

    language: str = "pl"

    @property
    def html(self) -> str:
        """Heading as HTML."""
        lang = escape(self.language)
        return (
            f'<h2 id="{escape(self.name)}" lang="{lang}">{escape(self.title)}</h2>'
            f'<p class="intro" lang="{lang}">{escape(self.intro)}</p>'
        )
