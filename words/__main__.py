"""`python -m words`: keep the catalogues.

compile                  each .po into the .mo beside it; `make` does this
extract                  the template from the sentences, and every .po brought up to it
begin LANGUAGE FORMS     a catalogue for a new language, with gettext's Plural-Forms
"""

import argparse

from words import catalogues


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m words", description="Keep the catalogues.")
    does = parser.add_subparsers(dest="does", required=True)
    does.add_parser("compile", help="each .po into the .mo beside it")
    does.add_parser("extract", help="the template from the sentences, and every .po brought up to it")
    begin = does.add_parser("begin", help="a catalogue for a new language")
    begin.add_argument("language", help="such as de")
    begin.add_argument("plural_forms", help="such as 'nplurals=2; plural=n != 1;'")
    asked = parser.parse_args()
    match asked.does:
        case "compile":
            catalogues.compile_all()
        case "extract":
            catalogues.extract()
        case "begin":
            catalogues.begin(asked.language, asked.plural_forms)


if __name__ == "__main__":
    main()
