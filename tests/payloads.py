"""What strangers may write into a headline, a link or a field, to be tried on every place where foreign text leaves the program."""

from __future__ import annotations

TEXTS = {
    "moves the cursor": "a\x1b[2J\x1b[Hb",
    "sets the terminal's title": "a\x1b]0;pwned\x07b",
    "one-byte escape": "a\x9b31mb",
    "rings": "a\x07b",
    "turns the line around": "a\u202etxt.exe\u202cb",
    "hides": "a\u200b\u2066\u2069\ufeffb",
    "begins a new line": "a\r\nBcc: victim@example.org\r\n\r\nb",
    "separates lines as Unicode does": "a\u2028b\u2029c\x85d",
    "ends text": "a\x00b",
    "half a character": "a\ud800b",
    "runs in a page": "<script>alert(1)</script>",
    "loads from a page": '"><img src=x onerror=alert(1)>',
    "breaks out of an attribute": "\" onmouseover=\"alert(1)' x='",
    "ends a CDATA": "]]></title><item>",
    "markdown": "[click](javascript:alert(1)) ![x](http://127.0.0.1/) **b** `c` # d",
    "rings everybody": '@all @everyone <!channel> <@U123> <at user_id="all"></at>',
    "a formula": "=cmd|' /C calc'!A0",
    "another formula": "+1+1",
    "at the start": "@SUM(1+1)",
    "minus": "-2+3",
    "full-width formula": "＝1+1",
    "a template": "{{7*7}} ${jndi:ldap://x} %(secret)s {0.__class__}",
    "rich markup": "[bold red]x[/] [link=file:///etc/passwd]y[/link]",
    "SQL": "'; DROP TABLE article; --",
    "a query": '" OR title:* NEAR(a, b) NOT',
    "percent": "%s%s%n %00 %0d%0a",
    "long": "长" * 3000,
}
LINKS = {
    "script": "javascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "file": "file:///etc/passwd",
    "breaks out of a tag": 'https://example.org/"><script>alert(1)</script>',
    "breaks out of markdown": "https://example.org/a)](javascript:alert(1))[x](b",
    "breaks out of a chat link": "https://example.org/a|b><!channel>",
    "new line": "https://example.org/a\r\nBcc: x",
    "escape": "https://example.org/\x1b[2J",
}
OBEYED = ("\x1b", "\x9b", "\x07", "\x00", "\u202e", "\u2066")  # what no terminal, page or card may get
