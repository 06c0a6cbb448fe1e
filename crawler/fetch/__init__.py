"""One always-on Scrapy engine: requests go in (`Fetch`), answers in our own words come out (`FetchResult`). Here are the pace
per host, robots.txt, the address guard and the browser. It knows the nouns and errors of crawler, and no page's content.
"""
