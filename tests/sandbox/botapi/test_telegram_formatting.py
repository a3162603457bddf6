from __future__ import annotations

import pytest

from sandbox.telegram.formatting import BadFormatting, Formatted, finished, parse_html
from sandbox.telegram.rendering import rendered


def read(source: str) -> tuple[str, list[tuple[str, int, int]]]:
    text = finished(parse_html(source))
    return text.text, [(entity["type"], entity["offset"], entity["length"]) for entity in text.entities]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("a &lt;b&gt; &amp;&quot; &#33;&#x21; &nbsp; & x", 'a <b> &" !! &nbsp; & x', []),
        ("<b>B</b> <strong>S</strong>", "B S", [("bold", 0, 1), ("bold", 2, 1)]),
        ("<i>i</i><em>e</em><u>u</u><ins>n</ins>", "ieun",
         [("italic", 0, 1), ("italic", 1, 1), ("underline", 2, 1), ("underline", 3, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc",
         [("strikethrough", 0, 1), ("strikethrough", 1, 1), ("strikethrough", 2, 1)]),
        ("<code>PK12</code>", "PK12", [("code", 0, 4)]),
        ('<pre><code class="language-python">x = 1</code></pre>', "x = 1", [("pre", 0, 5)]),
        ('<a href="https://x.y/?a=1&amp;b=2">here</a>', "here", [("text_link", 0, 4)]),
        ('<a href="nowhere">here</a>', "here", []),
        ("<tg-spoiler>s</tg-spoiler><span class='tg-spoiler'>t</span>", "st", [("spoiler", 0, 1), ("spoiler", 1, 1)]),
        ("<blockquote>q</blockquote>\n<blockquote expandable>r</blockquote>", "q\nr",
         [("blockquote", 0, 1), ("expandable_blockquote", 2, 1)]),
        ("<B>up</B>", "up", [("bold", 0, 2)]),
        ("<b>out <i>in</i></b>", "out in", [("bold", 0, 6), ("italic", 4, 2)]),
        ("🟢 <b>🟢x</b>", "🟢 🟢x", [("bold", 3, 3)]),
        ("  <b> x </b>  ", "x", [("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ("/help or /status@soar_bot, not a/b", "/help or /status@soar_bot, not a/b",
         [("bot_command", 0, 5), ("bot_command", 9, 16)]),
        ("see https://a.b/c.", "see https://a.b/c.", [("url", 4, 13)]),
        ("<code>/help</code>", "/help", [("code", 0, 5)]),
    ],
)  # fmt: skip
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    assert read(source) == (text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é<p>x</p>", 'Unsupported start tag "p" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_what_cannot_be_read(source: str, reason: str) -> None:
    with pytest.raises(BadFormatting) as caught:
        parse_html(source)
    assert str(caught.value) == reason


def test_a_link_keeps_its_address_and_pre_its_language() -> None:
    assert parse_html('<a href="https://x.y/?a=1&amp;b=2">h</a>').entities[0]["url"] == "https://x.y/?a=1&b=2"
    assert finished(parse_html('<pre><code class="language-sh">ls</code></pre>')).entities == (
        {"type": "pre", "offset": 0, "length": 2, "language": "sh"},
    )


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<b>out <i>in</i></b> &lt;script&gt;", "<b>out <i>in</i></b> &lt;script&gt;"),
        ("🟢 <b>🟢</b>!", "🟢 <b>🟢</b>!"),
        ('<a href="https://x.y/&quot;onclick=">h</a>',
         '<a href="https://x.y/&quot;onclick=" target="_blank" rel="noopener noreferrer">h</a>'),
        ("<blockquote expandable>q</blockquote>", '<blockquote class="expandable">q</blockquote>'),
        ("/help", '<span class="tg-command" data-command="/help">/help</span>'),
        ("<tg-spoiler>s</tg-spoiler>", '<span class="tg-spoiler">s</span>'),
        ("a\nb", "a\nb"),
    ],
)  # fmt: skip
def test_rendering_is_safe_html(source: str, html: str) -> None:
    text = finished(parse_html(source))
    assert rendered(text.text, text.entities) == html


def test_entities_that_overlap_or_overrun_do_no_harm() -> None:
    entities = (
        {"type": "bold", "offset": 0, "length": 4},
        {"type": "italic", "offset": 2, "length": 9},
        {"type": "text_link", "offset": 4, "length": 1, "url": "javascript:alert(1)"},
    )
    text = finished(Formatted("abcdef", entities))
    html = rendered(text.text, text.entities)
    assert html.startswith("<b>abcd</b>")
    assert "javascript" not in html
