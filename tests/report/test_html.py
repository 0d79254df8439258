import math

from fer_utils.evaluation.intervals import Interval
from fer_utils.report.html import Fragment, percent, seconds, table, tag, with_interval

HOSTILE = "<script>alert('x')</script> & \"quotes\""
HARMLESS = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;quotes&quot;"


def test_text_and_attributes_are_escaped():
    assert tag("p", HOSTILE, title=HOSTILE) == f'<p title="{HARMLESS}">{HARMLESS}</p>'


def test_fragments_stay_as_they_are():
    assert tag("p", tag("b", "5 < 6")) == "<p><b>5 &lt; 6</b></p>"
    assert tag("p", "a", tag("br"), "b") == "<p>a<br>b</p>"


def test_a_table_has_a_caption_and_headers_for_columns_and_rows():
    built = table(HOSTILE, ["Model", "Score"], [["svm", HOSTILE]], numeric=[1])
    assert f"<caption>{HARMLESS}</caption>" in built
    assert '<th scope="col">Model</th>' in built
    assert '<th scope="row">svm</th>' in built
    assert f'<td class="n">{HARMLESS}</td>' in built
    assert "<script" not in built


def test_a_region_that_scrolls_is_named_by_the_text_of_its_caption():
    assert 'aria-label="Scores of a &lt;b&gt;"' in table(Fragment("Scores of <i>a</i> &lt;b&gt;"), [], [])


def test_numbers_that_do_not_exist_read_n_a():
    assert percent(math.nan) == "n/a"
    assert seconds(None) == "n/a"
    assert with_interval(Interval(math.nan, math.nan, math.nan)) == "n/a"


def test_an_interval_stands_beside_its_number():
    assert with_interval(Interval(0.621, 0.6, 0.6434)) == '62.1 % <span class="ci">60.0 to 64.3</span>'
