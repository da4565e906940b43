"""Files and folders on the command line, with the starter model: what a person sees of contracts, code and traps."""

from __future__ import annotations

from fakes.pdf_writer import deep_pdf, pdf_of
from fakes.service_home import ServiceHome

SHORT = ("--temperature", "0", "--max-tokens", "24")


def test_a_contract_a_folder_and_a_hostile_document(starter_home: ServiceHome) -> None:
    root = starter_home.root
    (root / "contract.pdf").write_bytes(pdf_of(["Ann and Bo agree.", "The contract ends in May 2031."]))
    (root / "hostile.pdf").write_bytes(deep_pdf(200_000))
    (root / "repo").mkdir()
    (root / "repo" / "sending.py").write_text("def send(order):\n    retry(order, times=3)  # the retry logic\n")
    contract = starter_home.aspen("ask", *SHORT, "-f", "contract.pdf", "When does the contract end?")
    assert contract.code == 0, contract
    assert "2031" in contract.out
    assert contract.err.startswith("Read contract.pdf whole.\n")
    folder = starter_home.aspen("ask", *SHORT, "-f", "./repo", "Where is the retry logic?")
    assert folder.code == 0, folder
    assert "Read 1 of 1 passage (1 file).\n" in folder.err
    hostile = starter_home.aspen("ask", *SHORT, "-f", "hostile.pdf", "What is it?")
    assert (hostile.code, hostile.out) == (2, ""), hostile
    assert hostile.err.startswith("Error: hostile.pdf ")
    assert "Traceback" not in hostile.err + starter_home.log
