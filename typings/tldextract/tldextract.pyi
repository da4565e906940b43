"""Where the default extractor is kept."""

from tldextract import TLDExtract

TLD_EXTRACTOR: TLDExtract
