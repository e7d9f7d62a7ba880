"""Makes mutants of C++ sources by operators on their text.

The sources are formatted by clang-format, so a binary operator stands between
spaces and an angle bracket of a template does not: text is enough, and a mutant
that does not compile is left out later. Comments, preprocessor lines, imports,
constraints and documentation are not touched.
"""

import re
from dataclasses import dataclass

BINARY = {
    "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["/"],
    "&": ["|"], "|": ["&"], "^": ["|"], "<<": [">>"], ">>": ["<<"],
    "+=": ["-="], "-=": ["+="], ">>=": ["<<="], "<<=": [">>="], "|=": ["&="], "&=": ["|="],
}
TYPES = {"std::uint64_t": "std::uint32_t", "std::int64_t": "std::int32_t"}
SKIPPED = re.compile(r"^\s*(//|#|import |export import|export module|module|template|requires"
                     r"|static_assert|using |namespace |export namespace)")
STATEMENT = re.compile(r"^\s+((\+\+|--)?[\w.\[\]*>()-]+( [-+|&^*]?(<<|>>)?= .*)?;|[\w.:]+\(.*\);)$")
NOT_STATEMENT = re.compile(r"^\s+(return|break|continue|public|private|else|case|default)\b")


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int  # from 1
    before: str
    after: str

    def key(self):
        return self.path, self.before.strip(), self.after.strip()

    def apply(self, text):
        lines = text.split("\n")
        assert lines[self.line - 1] == self.before
        lines[self.line - 1] = self.after
        return "\n".join(lines)


def blank(line):
    """The line with comments, strings and characters as dots, of the same length."""
    def dots(match):
        return "." * len(match.group())
    line = re.sub(r'"(\\.|[^"\\])*"|(?<![0-9a-fA-F])\'(\\.|[^\'\\])*\'', dots, line)
    return re.sub(r"//.*", dots, line)


def other_byte(literal):
    """A string or character literal with its last byte changed, or None."""
    quote, body = literal[0], literal[1:-1]
    if not body:
        return None
    match = re.search(r"\\x([0-9a-f]{2})$", body)
    if match:
        return quote + body[:-2] + f"{int(match.group(1), 16) ^ 1:02x}" + quote
    if re.search(r"\\.$", body):
        return quote + body[:-2] + {"t": "\\n", "r": "\\n"}.get(body[-1], "\\t") + quote
    return quote + body[:-1] + chr(ord(body[-1]) ^ 1).replace(quote, "~").replace("\\", "~") + quote


def other_number(number):
    digits = number.rstrip("uUlL")
    suffix = number[len(digits):]
    plain = digits.replace("'", "")
    value = int(plain, 16 if plain.startswith("0x") else 10)
    write = (lambda v: f"{v:#x}{suffix}") if plain.startswith("0x") else (lambda v: f"{v}{suffix}")
    return [write(value + 1)] + ([write(value - 1)] if value > 0 else [])


def closing(text, opening):
    depth = 0
    for i in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    return None


def enumerators(text):
    """Type to its enumerators."""
    found = {}
    for match in re.finditer(r"enum class (\w+)[^{]*{(.*?)};", text, re.S):
        body = re.sub(r"//.*", "", match.group(2))
        found[match.group(1)] = re.findall(r"\w+", body)
    return found


def changes(line, enums):
    """(start, end, replacement) for every mutation of the line."""
    code = blank(line)
    for match in re.finditer(r"(?<= )([-<>=!&|+*/%^]{1,3})(?= )", code):
        for other in BINARY.get(match.group(), []):
            yield *match.span(), other
    for match in re.finditer(r"\+\+|--", code):
        yield *match.span(), "--" if match.group() == "++" else "++"
    for match in re.finditer(r"!(?!=)|~(?=[a-z(])", code):
        yield *match.span(), ""
    for match in re.finditer(r"(?<![\w.'])(0x[0-9a-fA-F']+|[0-9][0-9']*)[uUlL]*(?![\w.'])", code):
        for other in other_number(match.group()):
            yield *match.span(), other
    for match in re.finditer(r"\b(true|false)\b", code):
        yield *match.span(), "false" if match.group() == "true" else "true"
    for match in re.finditer(r'"(\\.|[^"\\])*"|(?<![0-9a-fA-F])\'(\\.|[^\'\\])*\'', line):
        other = other_byte(match.group()) if code[match.start()] == "." else None
        if other and "//" not in line[:match.start()] and "[[" not in line:
            yield *match.span(), other
    for match in re.finditer(r"\bif \(", code):
        end = closing(code, match.end() - 1)
        if end:
            for other in ("true", "false"):
                yield match.end(), end, other
    for match in re.finditer(r"\b(\w+)::(\w+)\b", code):
        names = enums.get(match.group(1), [])
        if match.group(2) in names and not line.strip().startswith("case "):
            other = names[(names.index(match.group(2)) + 1) % len(names)]
            yield *match.span(2), other
    for name, other in TYPES.items():
        for match in re.finditer(re.escape(name) + r"\b", code):
            yield *match.span(), other
    for match in re.finditer(r"std::errc::\w+", code):
        yield *match.span(), "std::errc()"
    if STATEMENT.match(code) and not NOT_STATEMENT.match(code):
        yield len(line) - len(line.lstrip()), len(line), ";"


def mutants_of(path, text, enums):
    made = {}
    for number, line in enumerate(text.split("\n"), 1):
        if SKIPPED.match(line) or " requires" in line or line.strip().startswith("noexcept"):
            continue
        for start, end, other in changes(line, enums):
            after = line[:start] + other + line[end:]
            if after != line:
                mutant = Mutant(path, number, line, after)
                made[(number, after)] = mutant
    return list(made.values())
