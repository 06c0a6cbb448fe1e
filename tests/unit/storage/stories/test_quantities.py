"""Figures: what is read of headlines, whichever patterns are tried."""

import re

import pytest

from crawler.text import normal
from storage.stories import quantities

HEADLINES = (
    "北原科技完成3.2亿美元B轮融资，估值达45亿美元",
    "澜州智造获两千万元天使轮投资，净利润增长七成，市值 1,200 亿港元",
    "央行下调利率25个基点，前三季度营收28亿，增幅12个百分点",
    "第二十一届大会3月5日开幕，神舟二十一号载 120 名员工，产能减半，上半年扭亏",
    "参数达 6710亿参数的模型 V3.2 发布，用户破百万，占百分之三十，１２台",
    "Ridgeway Labs raises $40m seed round, valued at $1.2 billion, cuts 1,500 jobs in second quarter",
    "Harlow to pay 30 million dollars by half, a fifth of rmb 20 million, quarter point, 3rd plant, Mar 4, 2027",
    "Third fiscal quarter: Orin-7b beats GPT-5.4 mini by 12 per cent; eleventh chip; 250 workers; 4.5 bn yen; 三成半",
)


@pytest.mark.parametrize("headline", HEADLINES)
def test_a_pattern_is_tried_on_every_text_in_which_it_finds_something(headline: str) -> None:
    form = normal(headline)
    tried = [pattern for _, pattern, _ in quantities._patterns(form)]
    found = [pattern for _, _, pattern, _ in quantities._ORDER if pattern.search(form)]
    assert found
    assert set(found) <= set(tried)


def test_each_match_holds_what_lets_its_pattern_be_tried() -> None:
    for _, needles, pattern, _ in quantities._ORDER:
        matches = [match[0] for headline in HEADLINES for match in pattern.finditer(normal(headline))]
        assert matches, pattern.pattern
        for said in matches:
            assert any(re.search(r"\d", said) if needle == r"\d" else needle in said for needle in needles.split()), said
