"""What is pasted from elsewhere comes out as if it had been written here."""

import re
import time
import tomllib

import pytest

from content.clean import clean
from content.models import TextBlock
from content.starter_loader import FOLDER

sanitize = TextBlock._meta.get_field("body").sanitize

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0in; font-family:"Calibri",sans-serif;} --></style></head>
<body lang=EN-US style='tab-interval:.5in'><!--StartFragment-->
<h1><a name="_Toc123"></a><b><span style='font-size:20.0pt'>Sore neck<o:p></o:p></span></b></h1>
<p class=MsoNormal style='margin-bottom:8.0pt'><span style='font-size:12.0pt;line-height:107%'>A
“stiff” neck often eases <b style='mso-bidi-font-weight:normal'>within a week</b>.<span
style='mso-spacerun:yes'>&nbsp; </span>It’s rarely <i>serious</i>.<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-.25in;mso-list:l0 level1 lfo1'><![if
!supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span>
<![endif]>Keep it <b>warm</b><o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:1.0in;mso-list:l0 level2 lfo1'><![if
!supportLists]><span style='font-family:"Courier New"'><span style='mso-list:Ignore'>o<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>not hot</p>
<p class=MsoListParagraphCxSpLast style='text-indent:-.25in;mso-list:l0 level1 lfo1'><![if
!supportLists]><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span><![endif]>Move</p>
<p class=MsoNormal>Then:</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span
style='mso-list:Ignore'>1.<span>&nbsp;&nbsp;&nbsp; </span></span>Rest</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span
style='mso-list:Ignore'>2.<span>&nbsp;&nbsp;&nbsp; </span></span>Ask us<a href="#_ftn1"
name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a></p>
<!--EndFragment--></body></html>"""
WORD_CLEAN = (
    "<h3>Sore neck</h3> <p>A “stiff” neck often eases <strong>within a week</strong>. "
    "It’s rarely <em>serious</em>.</p> "
    "<ul><li>Keep it <strong>warm</strong><ul><li>not hot</li></ul></li><li>Move</li></ul> "
    "<p>Then:</p> <ol><li>Rest</li><li>Ask us[1]</li></ol>"
)

GOOGLE_DOCS = """<meta charset='utf-8'><b style="font-weight:normal;"
id="docs-internal-guid-0a1b2c3d"><h2 dir="ltr" style="line-height:1.38;margin-top:18pt;"><span
style="font-size:16pt;font-weight:400;font-style:normal;">When to ask for help</span></h2><p
dir="ltr" style="line-height:1.38;"><span style="font-weight:400;">Ask if it </span><span
style="font-size:11pt;font-weight:700;">gets worse</span><span style="font-size:11pt;">, or
</span><span style="font-style:italic;font-weight:400;">you</span><span> are unsure.</span></p><br
/><ul style="margin-top:0;"><li dir="ltr" style="list-style-type:disc;" aria-level="1"><p dir="ltr"
role="presentation"><span>Numb hands</span></p></li><ul><li dir="ltr" aria-level="2"><p dir="ltr"
role="presentation"><span>both sides</span></p></li></ul></ul><p dir="ltr"><a
href="https://www.google.com/url?q=https://www.nih.gov/pain&amp;sa=D&amp;source=editors"
style="text-decoration:none;"><span style="color:#1155cc;">NIH on pain</span></a></p></b><br
class="Apple-interchange-newline">"""
GOOGLE_CLEAN = (
    "<h3>When to ask for help</h3>"
    "<p>Ask if it <strong>gets worse</strong>, or <em>you</em> are unsure.</p>"
    "<ul><li><p>Numb hands</p><ul><li><p>both sides</p></li></ul></li></ul>"
    '<p><a href="https://www.nih.gov/pain">NIH on pain</a></p>'
)

LIBRE_OFFICE = """<h2 class="western">Heat</h2>
<p style="line-height: 100%; margin-bottom: 0in"><font face="Liberation Serif, serif"><font
size="3" style="font-size: 12pt"><b>Warm</b> packs help.</font></font></p>
<p style="margin-bottom: 0in"><br/>

</p>
<ul>
<li><p style="margin-bottom: 0in"><font size="3">Ten minutes</font></p></li>
</ul>"""
LIBRE_CLEAN = (
    "<h3>Heat</h3> <p><strong>Warm</strong> packs help.</p> <ul> <li><p>Ten minutes</p></li> </ul>"
)

OUTLOOK = """<div class="WordSection1"><p class="MsoNormal">Hello,<o:p></o:p></p>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<div><div>One line<br><br>After a gap<br>same paragraph<br></div></div></div>"""
OUTLOOK_CLEAN = "<p>Hello,</p> <p>One line</p><p>After a gap<br>same paragraph</p>"

PAGES = """<p class="p1"><span class="s1"><b>Sleep</b></span><span class="s2"> well<span
class="Apple-converted-space">&nbsp;</span></span></p><ul class="ul1"><li class="li1"><span
class="s3"></span><span class="s1">On your side</span></li></ul>"""
PAGES_CLEAN = "<p><strong>Sleep</strong> well</p><ul><li>On your side</li></ul>"

# The prose editor took the classes away before the server sees it.
THROUGH_THE_EDITOR = (
    "<p>·&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; <strong>Warm</strong> it</p>"
    "<p>o&nbsp;&nbsp; Move it</p><p>1)&nbsp;&nbsp;&nbsp; Rest</p>"
)


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        pytest.param(WORD, WORD_CLEAN, id="Word"),
        pytest.param(GOOGLE_DOCS, GOOGLE_CLEAN, id="Google Docs"),
        pytest.param(LIBRE_OFFICE, LIBRE_CLEAN, id="LibreOffice"),
        pytest.param(OUTLOOK, OUTLOOK_CLEAN, id="Outlook"),
        pytest.param(PAGES, PAGES_CLEAN, id="Pages"),
        pytest.param(
            THROUGH_THE_EDITOR,
            "<ul><li><strong>Warm</strong> it</li><li>Move it</li></ul><ol><li>Rest</li></ol>",
            id="through the editor",
        ),
    ],
)
class TestDocuments:
    def test_come_out_clean(self, pasted: str, expected: str) -> None:
        assert clean(pasted) == expected

    def test_and_stay_so(self, pasted: str, expected: str) -> None:
        """Neither cleaning again nor the sanitizer behind it finds anything to do."""
        assert clean(expected) == expected
        assert sanitize(pasted) == expected


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("<p>a&nbsp; &nbsp;b</p>", "<p>a b</p>"),
        ("<p>at 10&nbsp;am</p>", "<p>at 10&nbsp;am</p>"),
        ("<p>&nbsp;</p><p> <br></p><p></p>", ""),
        ("<p>a<strong> </strong>b</p>", "<p>a b</p>"),
        ("<p><b>a</b><b> b</b></p>", "<p><strong>a b</strong></p>"),
        ("<p><strong>a <b>b</b></strong></p>", "<p><strong>a b</strong></p>"),
        ("<h5>a</h5>", "<h3>a</h3>"),
        ("<h2><b>a</b></h2><h2>&nbsp;</h2>", "<h3>a</h3>"),
        ("a loose line", "<p>a loose line</p>"),
        ("<p>zero\u200bwidth\ufeff</p>", "<p>zerowidth</p>"),
        ("<p><a name='x'>a</a> <a href=''>b</a></p>", "<p>a b</p>"),
        ("<p><a href='file:///C:/Users/ana/a.docx'>a</a></p>", "<p>a</p>"),
        ("<p>a</p><ul><li> </li></ul>", "<p>a</p>"),
        ("<ul><ul><li>a</li></ul></ul>", "<ul><li>a</li></ul>"),
        ("<blockquote>a</blockquote>", "<blockquote><p>a</p></blockquote>"),
        ("<p>• a</p><p>• b</p>", "<ul><li>a</li><li>b</li></ul>"),
        ("<p>– a dash begins this</p>", "<p>– a dash begins this</p>"),
        ("<p>o bien, another</p>", "<p>o bien, another</p>"),
        ("<table><tr><td><p>framed</p></td></tr></table>", "<p>framed</p>"),
        (
            "<table><tr><th>Who</th><th>When</th></tr><tr><td>Ana</td><td>Monday</td></tr></table>",
            "<ul><li><strong>Ana</strong>: Monday</li></ul>",
        ),
        (
            "<table><tr><td><p><b>Who</b></p></td><td><b>When</b></td><td><b>Where</b></td></tr>"
            "<tr><td>Ana</td><td>Monday</td><td><p>Room 1</p><p>upstairs</p></td></tr></table>",
            "<ul><li><strong>Ana</strong>: When: Monday; Where: Room 1 upstairs</li></ul>",
        ),
        (
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
            "<ul><li>a: b</li><li>c: d</li></ul>",
        ),
        (
            "<table><caption>Doses</caption><tr><td>a</td><td>b</td></tr></table>",
            "<p>Doses</p><ul><li>a: b</li></ul>",
        ),
        (
            "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td></tr></table>",
            "<p>a</p><ul><li>b: c</li></ul>",
        ),
        (
            "<table><tr><td>a</td><td>b<table><tr><td>c</td></tr></table></td></tr></table>",
            "<ul><li>a: b c</li></ul>",
        ),
        ("<p>a<script>x()</script><style>p{}</style></p>", "<p>a</p>"),
        ("<p onclick='x()' style='color:red' class='c' id='i' lang='en'>a</p>", "<p>a</p>"),
        ("<p>1 &lt; 2 &amp; “smart” ‘quotes’ — kept…</p>",) * 2,
    ],
)
def test_one_thing_at_a_time(pasted: str, expected: str) -> None:
    assert sanitize(pasted) == expected
    assert sanitize(expected) == expected


def test_clean_prose_stays_the_same_to_the_byte() -> None:
    texts = [
        block["html"].strip()
        for path in sorted((FOLDER / "articles").glob("*.toml"))
        for block in tomllib.loads(path.read_text(encoding="utf-8"))["block"]
    ]
    assert len(texts) > 20
    for text in texts:
        assert clean(text) == text
        assert sanitize(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<p>One</p><ul><li><p>a</p></li><li><p>b</p><ol><li><p>c</p></li></ol></li></ul>",
        '<ol start="3"><li><p>a</p></li></ol>',
        "<h3>Does it hurt?</h3><p>No<br>and yes [@key-2020]</p><blockquote><p>q</p></blockquote>",
        '<p><a href="/points/gb-21/">x</a> <a href="https://nih.gov/?a=1&amp;b=2">y</a></p>',
        "<p>“Quotes”, 10&nbsp;am, 1 &lt; 2 &amp; ¿qué? 痛い \u202eesrever</p>",
        "<p><strong><em>a</em></strong>b</p>",
    ],
)
def test_so_does_what_the_editor_writes(text: str) -> None:
    assert sanitize(text) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "<p>" + "<b>" * 300 + "x",
        "<ul><li>" * 200 + "x",
        "<" * 5000,
        "<p>&#0;\0</p>",
        "<table>" * 100 + "<td>x",
        "<p>" + "\u202e" * 5000 + "</p>",
        "<![if !x]><p class=MsoListParagraph style='mso-list:l0 level9 lfo1'>·&nbsp;&nbsp; x</p>",
        "<a href='http://[::1'>x</a>",
        "<p>" + "<b>a</b>" * 20_000,
        "<p>" + "\u00a0" * 100_000 + "x",
    ],
)
def test_whatever_comes_in_something_harmless_comes_out(hostile: str) -> None:
    began = time.perf_counter()
    found = sanitize(hostile)
    assert sanitize(found) == found
    assert time.perf_counter() - began < 5
    assert not re.search(r"<(?!/?(p|b|strong|em|ul|ol|li|a|h3|br|blockquote)\b)", found)
