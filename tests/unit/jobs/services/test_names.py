"""What a source is called that was found: by its feed's own title, where that can be a name."""

import pytest

from crawler.discover.candidates import Candidate
from crawler.discover.scoring import Judged
from jobs.services.sourcing.discover import name_of


@pytest.mark.parametrize(
    ("title", "kind", "name"),
    [
        ("港城科技周刊", "feed", "港城科技周刊"),
        ("  Quay  Lab\n Notes ", "feed", "Quay Lab Notes"),
        ("Harbour Wire", "feed", "harbour"),  # taken
        ("RSS", "feed", "harbour"),
        ("首页", "feed", "harbour"),
        ("tag:labs", "feed", "harbour"),
        ("", "feed", "harbour"),
        ("All the news of the harbour, the quay and the weir, every day", "feed", "harbour"),
        ("evil\u202eemas", "feed", "harbour"),
        ("Harbour: the list", "listing", "harbour"),  # a page's title is an advertisement
    ],
)
def test_a_feed_gives_its_own_name(title: str, kind: str, name: str) -> None:
    url = "https://harbour.example/feed.xml"
    judged = Judged(Candidate(url, kind, "asked"), 0.9, kind, "good", title=title)
    assert name_of(judged, url, {"Harbour Wire"}) == name
