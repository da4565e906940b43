"""The sentences and forms that `detection_samples` draws from: for each kind what is covered, and some that are not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aspen.privacy.detection import national_checks as checks
from aspen.privacy.detection.checksums import luhn, mod_11_2, mod_11_10
from aspen.privacy.detection.finding import Kind
from benchmarks.detection_samples import Draw, Sample, card, checked, filled, iban, token

Row = tuple[str, Draw]

FORMS: Final[Mapping[Kind, Sequence[Row]]] = {
    Kind.SECRET: (
        ("aws_access_key_id = {}", token("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
        ('aws_secret_access_key = "{}"', token("", 40)),
        ("Why does this fail? git clone https://{}@git.example.net/x.git", token("ghp_", 36)),
        ("my GitHub token is {}, can you check it?", token("github_pat_", 82)),
        ("export OPENAI_API_KEY={}", filled("sk-proj-" + "*" * 74 + "T3BlbkFJ" + "*" * 74)),
        ("ANTHROPIC_API_KEY: {}", lambda drawn: token("sk-ant-api03-", 93)(drawn) + "AA"),
        ("Slack: {}", filled("xoxb-999999999999-9999999999999-" + "*" * 24)),
        ("stripe.api_key = '{}'", token("sk_live_", 24)),
        ("google maps key {} does not work", token("AIza", 35)),
        ("npm: //registry/:_authToken={}", token("npm_", 36)),
        ("GITLAB_TOKEN={}", token("glpat-", 20)),
        ("the SendGrid key is {}.", filled("SG." + "*" * 22 + "." + "*" * 43)),
        ("HF_TOKEN={}", token("hf_", 34, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")),
        (
            "Authorization: Bearer {}",
            filled("eyJhbGciOiJIUzI1NiJ9.eyJ" + "*" * 40 + "." + "*" * 43),
        ),
        ("postgres://app:{}@db.internal:5432/main", token("", 14)),
        ("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", token("MIIEow", 300)),
        ('DB_PASSWORD="{}"', filled("Aaaa99!aaa")),
        ("the password for the router is {}", filled("Aaaaaa999!")),
        ("Passwort: {}", filled("Aaaaaaa2024!")),
        ("mot de passe : {}", filled("Aaaaa99#aaa")),
        ('api_key: "{}"', token("", 32, "0123456789abcdef")),
        ("client_secret={}", token("", 40)),
        # not covered: nothing names it, or it is made of words
        ("use {} to log in", filled("Aaaaa99!aaa")),
        ("the pass phrase is {}", filled("correct horse battery stAple")),
    ),
    Kind.PAYMENT_CARD: (
        ("Please charge {}, exp 04/29.", card),
        ("Kreditkarte: {}", card),
        ("order 1187, card {} 12/27 cvc 123", card),
        ('{"pan": "{}", "amount": 12}', card),
        ("{}", card),
    ),
    Kind.BANK_ACCOUNT: (
        ("Transfer it to {} please.", iban),
        ("IBAN: {}", iban),
        ("Kontoverbindung {} Sparkasse", iban),
        ('{"iban":"{}"}', iban),
    ),
    Kind.NATIONAL_ID: (
        ("Her SSN is {}.", checked("999-99-9999", checks.us_ssn)),
        ("social security number {}", checked("999999999", checks.us_ssn)),
        ("NINO {}", checked("AA 99 99 99 C", checks.uk_nino)),
        ("NHS number: {}", checked("999 999 9999", checks.uk_nhs)),
        ("Steuer-ID {}", checked("99 999 999 999", lambda number: number[0] != "0" and mod_11_10(number))),
        ("Rentenversicherungsnummer {}", checked("12999999A999", checks.de_pension)),
        ("Numéro de sécurité sociale : {}", checked("1 85 05 75 999 999 99", checks.fr_nir)),
        ("DNI {}", checked("99999999A", checks.es_dni)),
        ("codice fiscale {}", checked("AAAAAA85D12A999A", checks.it_tax_code)),
        ("BSN: {}", checked("999999999", checks.nl_bsn)),
        ("PESEL {}", checked("85051299999", checks.pl_pesel)),
        ("personnummer {}", checked("850512-9999", checks.se_personnummer)),
        ("AHV {}", checked("756.9999.9999.99", checks.ean_13)),
        ("CPF {}", checked("999.999.999-99", checks.br_cpf)),
        ("SIN {}", checked("999 999 999", luhn)),
        ("ID card {}", checked("11010120010512999X", mod_11_2)),
        ("passport no. {}", filled("C99AA9999")),
        ("driver's license number: {}", filled("A9999999")),
        # not covered: weak numbers without the word that names them, other countries
        ("my number there is {}", checked("999999999", checks.nl_bsn)),
        ("Citizen card {}", filled("A999999(9)")),
    ),
    Kind.PATIENT: (
        ("MRN: {}", filled("99999999")),
        ("Patient ID {} was admitted on Monday", filled("9999-9999")),
        ("patient no. {}", filled("A-999999")),
        ("Medical record number is {}", filled("999-99-999")),
        ("Patientennummer: {}", filled("9999999")),
        ("Fall-Nr. {}", filled("9999999999")),
        ("numéro de patient : {}", filled("99999999")),
        ("Nº de historia clínica: {}", filled("999999")),
        ("NHC {}", filled("9999999")),
        ("IPP : {}", filled("9999999999")),
        # not covered
        ("Mr. Hall in bed 12, {}, complains of pain", filled("99999999")),
    ),
    Kind.CASE: (
        ("See 1:{} in the Southern District", filled("99-cv-99999")),
        ("Case No. {}", filled("99-99999")),
        ("Docket No. {}", filled("CV-2099-999999")),
        ("matter number {}", filled("99999-9999")),
        ("Az. {}", filled("9 O 999/29")),
        ("Aktenzeichen: {}", filled("99 C 9999/29")),
        ("Das Urteil vom 3. Mai, XII ZR {}", filled("199/29")),
        ("our file no. {}", filled("A-9999/29")),
        ("RG n° {}", filled("29/99999")),
        ("pourvoi n° {}", filled("29-99.999")),
        ("procedimiento ordinario, autos n.º {}", filled("199/2029")),
        ("expediente {}", filled("999/2029")),
        ("application no. {}", filled("99999/29")),
        ("No. {}", filled("29-9999")),
        ("client-matter no. {}", filled("999999.9999")),
        # not covered
        ("in the Miller thing ({})", filled("29/9999")),
        ("our reference {}", filled("AA/99999")),
    ),
    Kind.EMAIL: (
        ("Write to {}.", filled("aaaaa.aaaaaa@aaaaaa.com")),
        ("<{}>", filled("aaa+aaa@aaaaa.co.uk")),
        ("{} [at] gmx [dot] net (private)", filled("aaaaa99")),
        # not covered
        ("{} at gmx dot net", filled("aaaaa99")),
    ),
    Kind.PHONE: (
        ("Call {} after six.", filled("(415) 255-9999")),
        ("Tel. {}", filled("+49 170 9999999")),
        ("Telefon: {}", filled("0171/9999999")),
        ("Tél. : {}", filled("06 19 99 99 99")),
        ("{} is my number", filled("+44 7700 999999")),
        ("móvil {}", filled("699 999 999")),
        ("212-{}", filled("255-9999")),
        # not covered: bare digits that nothing names
        ("you have mine, {}", filled("2125559999")),
    ),
    Kind.POSTAL: (
        ("I live at {} Maple Street.", filled("99")),
        ("Springfield, IL {}", filled("69999")),
        ("Hauptstraße {}, Berlin", filled("29")),
        ("{}, rue de la Paix, Paris", filled("19")),
        ("Calle Mayor {}, Madrid", filled("19")),
        ("Via Roma {}", filled("29")),
        ("10 Downing Street, London {}", filled("SW1A 2AA")),
        ("Keizersgracht {}", filled("199")),
        # not covered
        ("the blue house next to the church in {}", filled("Baaaaaa")),
        ("Unter den Linden {}", filled("29")),
    ),
}

CLEAN: Final[Sequence[Row]] = (
    ("commit {}", filled("#" * 40)),
    ("sha256:{}", filled("#" * 64)),
    ("request {} failed", filled("########-####-4###-8###-############")),
    ("order {}", filled("9999999999999999")),
    ("ISBN 978-3-{}", filled("99-999999-9")),
    ("on 2029-10-{} at 12:30:45.123456", filled("19")),
    ("timestamp {}", filled("1799999999999")),
    ("The population was {} in 2020 and 12,345,678 in 2021.", filled("19,999,999")),
    ("The password is stored as a hash since {}.", filled("2019")),
    ("password = input('Password: ')  # line {}", filled("99")),
    ("token = next(tokens)  # line {}", filled("999")),
    ('api_key = os.environ["API_KEY"]  # line {}', filled("99")),
    ("version {}", filled("9.99.9.post9")),
    ("192.168.{}", filled("9.19")),
    ("the key is {} apples a day", filled("99")),
    ("pi is {}", filled("3.999999999999999")),
    ("In case 3 of 12, figure {} shows it.", filled("9")),
    ("tracking number 1Z{}", filled("999AA99999999999")),
    ("table: 1200 3400 5600 {}", filled("9999")),
    ("room No. {}", filled("99")),
    ("RFC {} section 4.2.1", filled("9999")),
    ("part number {}", filled("AAA-9999-99")),
    ("Article 12/{} of the directive", filled("2099")),
    ("The secret of good bread is time: {} hours.", filled("19")),
)


def samples(count: int, seed: int = 1) -> Iterator[Sample]:
    """Yield `count` texts of each kind and three times as many that hold nothing which stays here."""
    drawn = random.Random(seed)
    for kind, rows in FORMS.items():
        for index in range(count):
            sentence, draw = rows[index % len(rows)]
            yield Sample(text=sentence.replace("{}", draw(drawn)), kind=kind)
    for index in range(3 * count):
        sentence, draw = CLEAN[index % len(CLEAN)]
        yield Sample(text=sentence.replace("{}", draw(drawn)), kind=None)
