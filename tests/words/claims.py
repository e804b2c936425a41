"""What no sentence may say of a mail, in any language: a pixel cannot know it."""

import re

CLAIMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "en": (("delivered", "registered", "certified", "has read", "was read"), ("registered post",)),
    "de": (
        (
            "zugestellt", "zustellung", "eingeschrieben", "einschreiben", "zertifi", "beglaubigt",
            "hat gelesen", "gelesen hat", "wurde gelesen", "gelesen wurde",
        ),
        ("per einschreiben", "als einschreiben"),
    ),
    "es": (
        ("entregad", "certificad", "registrad", "ha leído", "fue leíd", "se leyó", "leyó"),
        ("correo certificado", "carta certificada", "por certificado"),
    ),
    "fr": (
        ("livré", "distribué", "recommandé", "certifi", "a lu", "été lu", "remis"),
        ("en recommandé", "lettre recommandée", "courrier recommandé"),
    ),
    "pt": (
        ("entregue", "registad", "certificad", "foi lid", "leu"),
        ("carta registada", "carta registrada", "correio registado"),
    ),
    "ru": (
        ("доставлен", "заказн", "заверен", "сертифи", "прочитан", "прочёл", "прочел", "прочитал"),
        ("заказным письмом", "не прочитано"),
    ),
}  # fmt: skip
"""By language: what is forbidden, in lower case, and where it is allowed: the post's own services."""


def claims_in(text: str, language: str) -> list[str]:
    forbidden, allowed = CLAIMS[language]
    lower = text.lower()
    for service in allowed:
        lower = lower.replace(service, "")
    return [claim for claim in forbidden if re.search(rf"(?<!\w){re.escape(claim)}", lower)]
