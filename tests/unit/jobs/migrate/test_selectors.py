"""XPath as CSS: on a page both choose the same elements, or there is no CSS."""

import pytest
from lxml import html
from lxml.cssselect import CSSSelector

from jobs.migrate.queries import contains, expression
from jobs.migrate.selectors import css_of, links_in

PAGE = html.fromstring(
    "<html><body><div id='top' class='box news-item big'><h2><a href='/a/1'>one</a></h2><p>x <a href='/b'>more</a></p></div>"
    "<div class='news-item'><h2><a href='/a/2'>two</a></h2></div><ul class='list'><li class='row'><a href='https://c.example/3'>3</a></li>"
    "<li><a>no</a></li></ul></body></html>"
)


@pytest.mark.parametrize(
    "xpath",
    [
        "//div[@class='news-item']", '//*[@id="top"]', "/html/body/div/h2/a", "//ul/li[1]", "//li/a[@href]", "//a[contains(@href, '/a/')]",
        "//a[starts-with(@href,'https://c')]", "//div[contains(concat(' ', normalize-space(@class), ' '), ' news-item ')]//a",
        "//div[contains(@class,'news') and @id]", "//h2/a | //li/a", "descendant::h2", ".//li", "//ul/li[@class='row']/a/text()", "//h2/a/@href",
    ],
)  # fmt: skip
def test_both_choose_the_same_elements(xpath: str) -> None:
    css = css_of(xpath)
    assert css is not None
    path = xpath.removesuffix("/text()").removesuffix("/@href")
    chosen = PAGE.xpath(path)
    assert set(CSSSelector(css)(PAGE)) == set(chosen)
    assert chosen


@pytest.mark.parametrize(
    "xpath",
    ["//a/ancestor::li", "(//a)[1]", "//a[text()='x']", "//a[@href!='x']", "//a[last()]", "", "//a[not(@href)]", "//li/.."],
)
def test_what_css_cannot_say_is_none(xpath: str) -> None:
    assert css_of(xpath) is None


def test_of_a_part_all_links_are_taken_of_an_element_that_holds_one_article_that() -> None:
    assert links_in("div.posts") == "div.posts a"
    assert links_in("#news") == "#news a"
    assert links_in("ul > li.row, h2 a, section") == "ul > li.row, h2 a, section a"


def test_a_term_for_any_text_is_one_that_our_language_takes_as_it_stands() -> None:
    assert contains("大模型") == '"大模型"'
    assert contains("C++ / Go") == r"/C\+\+ \/ Go/i"
    assert expression(r"a/b\/c[/]") == r"/a\/b\/c[\/]/"
    assert expression("x", "gi") == "/x/i"
