"""A seeded corpus: keys in the wrappings people paste them in, and innocent messages of the kinds a bot really gets.

Everything is generated, so nobody's real key can be in it. `keys` must all be noticed, of `innocents` hardly any.
"""

from __future__ import annotations

import base64
import random
import string
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

UPPER = string.ascii_uppercase + string.digits
BASE32 = string.ascii_uppercase + "234567"
MIXED = string.ascii_letters + string.digits
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
TOKEN = MIXED + "_-"


def draw(chance: random.Random, alphabet: str, length: int) -> str:
    return "".join(chance.choices(alphabet, k=length))


def key_id(chance: random.Random, prefix: str | None = None) -> str:
    prefix = prefix or chance.choice(("PK", "AK"))
    return prefix + (draw(chance, UPPER, 18) if chance.random() < 0.5 else draw(chance, BASE32, 24))


def secret(chance: random.Random) -> str:
    kind = chance.randrange(4)
    if kind == 0:
        return draw(chance, MIXED, 40)
    if kind == 1:
        return draw(chance, MIXED + "/", 40)
    return draw(chance, MIXED + "/+" if kind == 2 else BASE58, chance.choice((40, 44)))


def cloudflare_token(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return draw(chance, TOKEN, 40)
    return chance.choice(("cfut_", "cfat_")) + draw(chance, MIXED, 40) + draw(chance, "0123456789abcdef", 8)


def global_api_key(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return draw(chance, "0123456789abcdef", 37)
    return "cfk_" + draw(chance, MIXED, 40) + draw(chance, "0123456789abcdef", 8)


def bot_token(chance: random.Random) -> str:
    return f"{chance.randrange(10**8, 10**10)}:AA{draw(chance, TOKEN, 33)}"


LANGUAGES = {
    "English": "hello please what should I do next my account is not working could you explain the second step again "
    "thanks where do find button settings page cannot see it maybe tomorrow price market order yesterday",
    "German": "Guten Morgen ich verstehe den nächsten Schritt nicht können Sie das bitte erklären wo finde ich diese "
    "Einstellungen danke schön Sicherheitseinstellungen Kontoführungsgebühren Wertpapierhandelsgesetz später",
    "Spanish": "hola buenos días no entiendo el siguiente paso puede explicarme dónde está la página de configuración "
    "gracias quizás mañana mercado precio ayer cuenta",
    "French": "bonjour je ne comprends pas l'étape suivante pouvez-vous m'expliquer où se trouve le bouton merci "
    "beaucoup peut-être demain marché prix hier compte",
    "Portuguese": "olá não consigo encontrar a página de configurações obrigado amanhã preço mercado conta por favor",
    "Italian": "buongiorno non capisco il prossimo passaggio dove trovo le impostazioni grazie mille forse domani",
    "Polish": "dzień dobry nie rozumiem następnego kroku gdzie znajdę ustawienia konta dziękuję bardzo może jutro",
    "Dutch": "goedemorgen ik begrijp de volgende stap niet waar vind ik de instellingen dank u wel misschien morgen",
    "Turkish": "merhaba sonraki adımı anlamadım ayarlar sayfasını nerede bulabilirim teşekkür ederim belki yarın",
    "Finnish": "hei en ymmärrä seuraavaa vaihetta mistä löydän asetukset kiitos paljon järjestelmällistyttämättömyys",
    "Indonesian": "halo saya tidak mengerti langkah berikutnya di mana saya bisa menemukan pengaturan terima kasih",
    "Vietnamese": "xin chào tôi không hiểu bước tiếp theo cài đặt ở đâu cảm ơn bạn rất nhiều",
    "Russian": "привет я не понимаю следующий шаг где найти настройки спасибо большое может быть завтра цена рынок",
    "Ukrainian": "добрий день я не розумію наступний крок де знайти налаштування щиро дякую можливо завтра",
    "Greek": "καλημέρα δεν καταλαβαίνω το επόμενο βήμα πού βρίσκω τις ρυθμίσεις ευχαριστώ πολύ ίσως αύριο",
    "Arabic": "مرحبا لا أفهم الخطوة التالية أين أجد الإعدادات شكرا جزيلا ربما غدا السعر السوق",
    "Hebrew": "שלום אני לא מבין את השלב הבא איפה ההגדרות תודה רבה אולי מחר",
    "Hindi": "नमस्ते मुझे अगला कदम समझ नहीं आया सेटिंग्स कहाँ हैं धन्यवाद शायद कल",
    "Thai": "สวัสดี ฉันไม่เข้าใจขั้นตอนต่อไป การตั้งค่าอยู่ที่ไหน ขอบคุณมาก",
    "Chinese": "你好 我不明白下一步 设置在哪里 谢谢 也许明天 价格 市场",
    "Japanese": "こんにちは 次のステップが分かりません 設定はどこですか ありがとうございます",
    "Korean": "안녕하세요 다음 단계를 이해하지 못했어요 설정은 어디에 있나요 감사합니다",
}
LONG_WORDS = (
    "Donaudampfschifffahrtsgesellschaftskapitän Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz "
    "Kraftfahrzeughaftpflichtversicherung Aktiengesellschaften AKTIENGESELLSCHAFTEN AKTIENGESELLSCHAFTSVERTRAG "
    "Wertpapierdienstleistungsunternehmen Bundesanstaltfinanzdienstleistungsaufsicht PKWKRAFTFAHRZEUGVERSICHERUNG "
    "Antidisestablishmentarianism Pneumonoultramicroscopicsilicovolcanoconiosis Arbeiterunfallversicherungsgesetz "
    "Lebensversicherungsgesellschaftsangestellter "
    "Muvaffakiyetsizleştiricileştiriveremeyebileceklerimizdenmişsinizcesine"
)
CODE = (
    "const response = await fetch(baseUrl + '/v2/account', { headers })",
    "public abstract class AbstractSingletonProxyFactoryBeanProcessorImplementation extends Base {",
    "def test_the_account_of_the_second_user_is_not_active_after_the_third_step(client):",
    "document.getElementsByClassNameAndAttributeValueOrDefault('row')",
    "ImportError: cannot import name 'StockHistoricalDataClientV2Configuration' from 'alpaca.data'",
    "java.lang.NullPointerException: at com.example.OrderManagementService.submit(OrderManagementService.java:214)",
    "pip install alpaca-py==0.44.0 python-telegram-bot==22.8 --extra-index-url foo",
    "SELECT account_id, sum(filled_avg_price * filled_qty) FROM OrdersOfTheLastTradingDay2025 GROUP BY 1;",
    "C:\\Users\\Anna\\AppData\\Local\\Programs\\Python\\Python311\\Scripts\\pip.exe",
    "/Users/Anna/Library/Application Support/Code/User/globalStorage/ms-python.python/Settings2.json",
    "/home/user/Projects/TradingBot2025/AlpacaPaperAccount/NightlyBacktestResults/Report.html",
    "ERROR 2026-11-23T14:05:09.123Z RequestHandlerThreadPoolExecutor-7 timed out after 30000ms",
    "export SOAR_WORKER_URL_TEMPLATE='https://{script}.{subdomain}.workers.dev'",
    "APCA_API_KEY_ID and APCA_API_SECRET_KEY are the two names, right?",
    "where do I find the API_KEY: in the dashboard? And the SECRET: below it?",
    "key: value, token: none, password: ask me later",
)
SITES = ("example.com", "app.alpaca.markets", "dash.cloudflare.com", "t.me", "docs.google.com", "www.youtube.com")


def sentence(chance: random.Random) -> str:
    words = LANGUAGES[chance.choice(tuple(LANGUAGES))].split()
    text = " ".join(chance.choices(words, k=chance.randint(1, 12)))
    text += chance.choice(("", "", ".", "?", "!", " 👍", " 🤔", "…"))
    return text.upper() if chance.random() < 0.05 else text


def phone(chance: random.Random) -> str:
    return f"+{chance.randrange(1, 99)} {chance.randrange(100, 999)} {chance.randrange(10**6, 10**7)}"


def iban(chance: random.Random) -> str:
    start = chance.choice(("DE89", "PK36SCBL", "GB29NWBK", "FR14", "AL47"))
    return start + draw(chance, string.digits, 24 - len(start))


def order_id(chance: random.Random) -> str:
    slot = chance.choice(("20261123", "2026w48"))
    symbol = draw(chance, string.ascii_uppercase, chance.randint(1, 5))
    return f"soar1-{draw(chance, '0123456789abcdef', 8)}-{slot}-{symbol}-{chance.choice('bs')}"


def script_name(chance: random.Random) -> str:
    return f"soar-{chance.choice(('paper', 'live'))}-{draw(chance, string.ascii_lowercase + string.digits, 8)}"


def file_name(chance: random.Random) -> str:
    stamp = f"2026{chance.randrange(101, 1231):04}_{chance.randrange(10**5, 10**6)}"
    return chance.choice((f"IMG_{stamp}.jpg", f"Screenshot_{stamp}_com.android.chrome.png", f"Kontoauszug-{stamp}.pdf"))


def url(chance: random.Random) -> str:
    site = chance.choice(SITES)
    path = chance.choice(
        (
            f"d/{draw(chance, MIXED + '-_', 44)}/edit",
            f"watch?v={draw(chance, TOKEN, 11)}",
            f"{chance.randrange(10**6)}/help/where-is-my-account",
            f"accounts/{draw(chance, '0123456789abcdef', 32)}/workers",
            f"s?utm_source=app&id={draw(chance, MIXED, 30)}",
        )
    )
    return chance.choice(("https://", "https://", "http://", "")) + f"{site}/{path}"


def chain_address(chance: random.Random) -> str:
    mixed_hex = "0123456789abcdefABCDEF"
    kinds: tuple[Callable[[], str], ...] = (
        lambda: "0x" + draw(chance, mixed_hex, 40),
        lambda: "0x" + draw(chance, "0123456789abcdef", 64),
        lambda: "bc1q" + draw(chance, "023456789acdefghjklmnpqrstuvwxyz", 38),
        lambda: chance.choice("13") + draw(chance, BASE58, 33),
        lambda: "T" + draw(chance, BASE58, 33),
        lambda: "Qm" + draw(chance, BASE58, 44),
        lambda: "bafybei" + draw(chance, "abcdefghijklmnopqrstuvwxyz234567", 52),
    )
    return chance.choice(kinds)()


def hash_like(chance: random.Random) -> str:
    length = chance.choice((7, 32, 40, 64))
    digits = chance.choice(("0123456789abcdef", "0123456789ABCDEF"))
    digest = base64.b64encode(chance.randbytes(32)).decode()
    name = str(uuid.UUID(int=chance.getrandbits(128)))
    return chance.choice((draw(chance, digits, length), f"sha256-{digest}", name))


def short_id(chance: random.Random) -> str:
    kinds = (
        draw(chance, TOKEN, chance.choice((11, 16, 21, 22))),
        base64.b64encode(chance.randbytes(16)).decode(),
        draw(chance, UPPER, chance.choice((6, 10, 12))),
        "AK" + draw(chance, string.digits, 18),
        f"1Z999AA1{draw(chance, string.digits, 10)}",
        f"{chance.randrange(10**9)}:{draw(chance, string.digits, 12)}",
    )
    return chance.choice(kinds)


def code(chance: random.Random) -> str:
    return chance.choice(CODE)


def long_word(chance: random.Random) -> str:
    return chance.choice(LONG_WORDS.split())


def email(chance: random.Random) -> str:
    return f"{draw(chance, string.ascii_lowercase + string.digits, chance.randint(5, 30))}@{chance.choice(SITES[:1])}"


INNOCENT = (
    *(sentence, sentence, sentence, sentence, sentence, sentence, phone, iban, order_id, script_name, file_name),
    *(url, chain_address, hash_like, short_id, code, long_word, email),
)


def innocents(seed: int, count: int) -> Iterator[str]:
    """Messages without any secret: talk in 22 languages, and everything else that looks technical."""
    chance = random.Random(seed)  # noqa: S311
    for _ in range(count):
        text = chance.choice(INNOCENT)(chance)
        if chance.random() < 0.4:
            text = f"{sentence(chance)}{chance.choice((' ', chr(10), ': '))}{text}"
        if chance.random() < 0.2:
            text = f"{text} {sentence(chance)}"
        yield text


@dataclass(frozen=True, slots=True)
class Planted:
    """A message that holds a secret, and what kind it is."""

    kind: str
    text: str


SECRETS: dict[str, Callable[[random.Random], str]] = {
    "key id": key_id,
    "broker key": lambda chance: key_id(chance, "CK"),
    "secret": secret,
    "cloudflare token": cloudflare_token,
    "global api key": global_api_key,
    "bot token": bot_token,
}

WRAPPINGS: tuple[Callable[[random.Random, str], str], ...] = (
    lambda _, key: key,
    lambda _, key: f"  {key}\n",
    lambda _, key: f"`{key}`",
    lambda _, key: f"```\n{key}\n```",
    lambda _, key: f"“{key}”",
    lambda _, key: f"\u200b{key}\ufeff",
    lambda _, key: "\u200b".join(key),
    lambda chance, key: f"{sentence(chance)} {key}",
    lambda chance, key: f"{key} {sentence(chance)}",
    lambda chance, key: f"{sentence(chance)}\n{key}\n{sentence(chance)}",
    lambda _, key: f"APCA_API_SECRET_KEY={key}",
    lambda _, key: f"export CLOUDFLARE_API_TOKEN='{key}'",
    lambda _, key: f'{{"key": "{key}", "mode": "paper"}}',
    lambda _, key: f"curl -H 'Authorization: Bearer {key}' https://api.cloudflare.com/client/v4/user/tokens/verify",
    lambda _, key: f"Key ID: {key}",
    lambda _, key: f"**{key}**",
    lambda _, key: f"- {key};",
    lambda _, key: f"({key})",
    lambda chance, key: f"{url(chance)} {key}",
    lambda chance, key: f"{order_id(chance)}, {key}",
)


def keys(seed: int, count: int) -> Iterator[Planted]:
    """Messages with a whole secret in them, every kind in every wrapping."""
    chance = random.Random(seed)  # noqa: S311
    kinds = tuple(SECRETS.items())
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        wrap = WRAPPINGS[number // len(kinds) % len(WRAPPINGS)]
        yield Planted(kind, wrap(chance, make(chance)))


def broken(seed: int, count: int) -> Iterator[Planted]:
    """Messages in which a line break, a blank or an emoji stands inside the key."""
    chance = random.Random(seed)  # noqa: S311
    for number in range(count):
        key = (key_id if number % 2 else secret)(chance)
        at = chance.randint(4, len(key) - 4)
        gap = chance.choice(("\n", " ", " \n ", "😀", " 🔑 "))
        around = chance.choice(("{}", "my key: {}", "{}\nthanks"))
        yield Planted("broken", around.format(key[:at] + gap + key[at:]))
