"""Texts that want to be more than text: markup, formulas, headers, placeholders, odd characters."""

MARKUP = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe src=//evil.example></iframe>",
    "<form action=//evil.example><button>",
    "<input autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example/>",
    "<!-- --><b>bold</b><!--",
    "<![CDATA[<b>]]>",
    "<div hx-get=/own/ hx-trigger=load>",
    "<div hx-swap-oob=true id=main>gone</div>",
    "<template><slot></template>",
    "<math><mtext></form><form><mglyph><style></math>",
    "<details open ontoggle=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "` onclick=alert(1) `",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\x3cscript\\x3ealert(1)",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</option></select><script>alert(1)</script>",
]
TEMPLATES = [
    "{{7*7}}",
    "{% debug %}",
    "{% include 'x' %}",
    "{{ settings.SECRET_KEY }}",
    "{name.__class__.__mro__}",
    "%(name)s %s %d",
    "{0} {} {name}",
    "${7*7} #{7*7}",
    "<%= 7*7 %>",
]
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "=HYPERLINK(//evil.example)", "\t=1+1", "|calc"]
ODD = [
    "İstanbul ẞ ﬁ",
    "Zalgo t\u0335e\u0336x\u0337t",
    "مرحبا بالعالم",
    "👩\u200d🚒🏳️\u200d🌈",
    "a\u200bb\u2060c",
    "NULL None undefined NaN",
    "O'Brien; DROP TABLE bookings_booking;--",
    "../../etc/passwd",
    "C:\\Windows\\win.ini",
]
CALENDAR = [
    "BEGIN:VALARM",
    "END:VEVENT",
    "a;b,c\\d:e",
    'X";ATTENDEE=mailto:all@evil.example',
    "DTSTART:19700101T000000Z",
]
TEXTS = [*MARKUP, *TEMPLATES, *FORMULAS, *ODD, *CALENDAR]
"""One line each; what is taken out of a line (breaks, bidi marks) is tried in ``BROKEN``."""

BROKEN = [
    "Carl\r\nBcc: all@evil.example",
    "Carl\nX-Evil: 1",
    "Carl\u2028Bcc: all@evil.example",
    "Carl\u0085Bcc: all@evil.example",
    "Carl\r\nATTENDEE:mailto:all@evil.example",
    "\u202egpj.exe",
    "\u2066right\u2069",
    "Carl\x00\x07\x1b[31mred",
]
