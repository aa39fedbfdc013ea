"""The few line icons of the product, drawn on a 20 x 20 grid (path data, stroke only)."""

ICONS = {
    "agenda": "M5 3h10v14H5zM7.5 3v14M10 7h3M10 10h3",
    "alert": "M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.2v.1",
    "back": "M12 5 7 10l5 5",
    "calendar": "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5",
    "card": "M3 5h14v10.5H3zM3 8.5h14M5.5 12.5H8",
    "check": "m4.5 10.5 3.5 3.5 7.5-8",
    "down": "m5.5 8 4.5 4.5L14.5 8",
    "gift": "M3.5 9.5h13v7h-13zM2.5 6h15v3.5h-15zM10 6v10.5M10 6 7 3M10 6l3-3",
    "inbox": "M3.5 11.5 6 4.5h8l2.5 7v4h-13zM3.5 11.5h4l1 2h3l1-2h4",
    "leave": "M8.5 4.5h-4v11h4M8 10h8.5M13.5 7l3 3-3 3",
    "mail": "M3 5h14v10.5H3zM3.5 5.5 10 11l6.5-5.5",
    "minus": "M5 10h10",
    "next": "m8 5 5 5-5 5",
    "open": "M9 4.5H4.5v11h11V11M12 4h4v4M16 4l-6.5 6.5",
    "people": "M8 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM3 16v-1c0-2 1.8-3 5-3s5 1 5 3v1"
    "M12.5 4.2a2.7 2.7 0 0 1 0 5.2M14.5 12.4c1.6.4 2.5 1.2 2.5 2.6v1",
    "pin": "M10 17.5s5-4.6 5-9a5 5 0 0 0-10 0c0 4.4 5 9 5 9z"
    "M10 10.2a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
    "plus": "M10 5v10M5 10h10",
    "search": "M9 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12.8 12.8 16.5 16.5",
    "tag": "M3.5 10.5v-7h7l6.5 6.5-7 7zM7 6.9v.1",
    "switch": "M4 7h11l-3-3M16 13H5l3 3",
}
TURNS_WITH_DIRECTION = frozenset({"back", "next", "leave", "open"})
