"""Claims that no sentence may make in any language, because a pixel cannot know them."""

import re

CLAIMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "en": (("delivered", "registered", "certified", "has read", "was read"), ("registered post",)),
    "de": (
        (
            "zugestellt", "zustellung", "zugegangen", "zugang der", "eingeschrieben", "einschreiben",
            "zertifi", "beglaubigt", "nachweislich", "rechtssicher", "hat gelesen", "gelesen hat",
            "wurde gelesen", "gelesen wurde",
        ),
        ("per einschreiben", "als einschreiben", "tls-zertifikat"),
    ),
    "es": (
        (
            "entregad", "certificad", "registrad", "ha leído", "han leído", "fue leíd", "se leyó",
            "leyó",
        ),
        ("correo certificado", "carta certificada", "por certificado", "certificado tls"),
    ),
    "fr": (
        (
            "livré", "distribué", "notifié", "recommandé", "certifi", "a lu", "été lu", "remis",
            "accusé de lecture",
        ),
        (
            "en recommandé", "lettre recommandée", "courrier recommandé", "certificat tls",
            "remise en main propre", "a lui",
        ),
    ),
    "pt": (
        ("entregue", "registad", "registrad", "certificad", "foi lid", "leu"),
        (
            "carta registada", "carta registrada", "correio registado", "correio registrado",
            "certificado tls",
        ),
    ),
    "ru": (
        (
            "доставил", "доставлен", "вручен", "вручён", "заказн", "зарегистрирован", "заверен",
            "удостоверен", "сертифи", "прочитал", "прочитан", "прочёл", "прочел", "прочл",
            "прочтён", "прочтен",
        ),
        ("заказным письмом", "не прочитано", "сертификатом tls"),
    ),
}  # fmt: skip
"""By language, in lower case: the forbidden claims, and allowed phrases that contain one: postal services,
TLS certificates, and words that only look alike."""


def claims_in(text: str, language: str) -> list[str]:
    """Return the forbidden claims that a text makes."""
    forbidden, allowed = CLAIMS[language]
    lower = text.lower()
    for service in allowed:
        lower = lower.replace(service, "")
    return [claim for claim in forbidden if re.search(rf"(?<!\w){re.escape(claim)}", lower)]
