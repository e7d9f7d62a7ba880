"""Makes mutants of C++ sources by operators on their text.

Most can be put behind a switch (mutants/mutant.hpp), so that one build holds
them all; a mutant that cannot, or that lives behind its switch, is built alone.

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
OPERATORS = {
    "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal",
    "!=": "not_equal", "+": "plus", "-": "minus", "*": "times", "/": "divided", "%": "modulo",
    "&": "bit_and", "|": "bit_or", "^": "bit_xor", "<<": "left", ">>": "right",
    "+=": "add", "-=": "subtract", "<<=": "shift_left", ">>=": "shift_right",
    "|=": "set_bits", "&=": "keep_bits",
}
UNARY = {"!": "negation", "~": "complement", "++": "increment", "--": "decrement"}
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
    kind: str   # how it can be put behind a switch; "" where it cannot
    start: int  # what is replaced in the line, and by what
    end: int
    other: str

    def apply(self, text):
        lines = text.split("\n")
        assert lines[self.line - 1] == self.before
        lines[self.line - 1] = self.after
        return "\n".join(lines)

    def switch(self, number):
        """What the mutant is behind switch `number`: (text before, text in the place of the
        token or None to keep it, text behind)."""
        old = self.before[self.start:self.end]
        if self.kind == "binary":
            tags = f"mutant::{OPERATORS[old]}, mutant::{OPERATORS[self.other]}"
            return "", f"{old} mutant::either<{number}, {tags}>() {old}", ""
        if self.kind == "unary":
            return "", f"mutant::{UNARY[old]}<{number}>() ->* ", ""
        if self.kind == "cast":
            return "", f"mutant::cast<{number}, {old[12:-1]}, {self.other[12:-1]}>", ""
        if self.kind == "value":
            return f"mutant::pick<{number}>(", None, f", {self.other})"
        if self.kind == "condition":
            return f"mutant::on<{number}>() ? {self.other} : (", None, ")"
        return f"mutant::on<{number}>() ? void() : static_cast<void>(", None, ")"


def switched_line(line, numbered):
    """`line` with all of `numbered`, pairs of a number and a mutant, behind switches."""
    opening, token, closing_text, gone = {}, {}, {}, set()
    # What spans most opens first and closes last.
    for number, mutant in sorted(numbered, key=lambda n: n[1].start - n[1].end):
        before, instead, behind = mutant.switch(number)
        end = mutant.end - (mutant.kind == "statement")
        opening[mutant.start] = opening.get(mutant.start, "") + before
        closing_text[end] = behind + closing_text.get(end, "")
        if instead is not None:
            token[mutant.start] = instead
            gone.update(range(mutant.start, mutant.end))
    return "".join(closing_text.get(i, "") + opening.get(i, "") + token.get(i, "")
                   + ("" if i in gone else line[i:i + 1]) for i in range(len(line) + 1))


def switched(text, numbered):
    """The same for a whole file, whose global module fragment gets the switches.
    What stands below moves by one line as a compiler counts, wherever they come in."""
    lines, found = text.split("\n"), {}
    for number, mutant in numbered:
        found.setdefault(mutant.line - 1, []).append((number, mutant))
    for at, mutants in found.items():
        lines[at] = switched_line(lines[at], mutants)
    header = '#include "mutants/mutant.hpp"'
    if "module;" in lines:
        at = lines.index("module;") + 1
        lines[at:at] = [header]
    else:
        at = next(i for i, line in enumerate(lines) if re.match(r"(export )?module ", line))
        lines[at:at] = ["module;", header, f"#line {at + 2}"]
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
    """(start, end, replacement, kind) for every mutation of the line."""
    code = blank(line)
    for match in re.finditer(r"(?<= )([-<>=!&|+*/%^]{1,3})(?= )", code):
        for other in BINARY.get(match.group(), []):
            yield *match.span(), other, "binary" if other in OPERATORS else ""
    for match in re.finditer(r"(\+\+|--)([\w])?", code):
        other = "--" if match.group(1) == "++" else "++"
        yield *match.span(1), other, "unary" if match.group(2) else ""
    for match in re.finditer(r"!(?!=)|~(?=[a-z(])", code):
        yield *match.span(), "", "unary"
    for match in re.finditer(r"(?<![\w.'])(0x[0-9a-fA-F']+|[0-9][0-9']*)[uUlL]*(?![\w.'])", code):
        for other in other_number(match.group()):
            yield *match.span(), other, "value"
    for match in re.finditer(r"\b(true|false)\b", code):
        yield *match.span(), "false" if match.group() == "true" else "true", "value"
    for match in re.finditer(r'"(\\.|[^"\\])*"|(?<![0-9a-fA-F])\'(\\.|[^\'\\])*\'', line):
        other = other_byte(match.group()) if code[match.start()] == "." else None
        if other and "//" not in line[:match.start()] and "[[" not in line:
            yield *match.span(), other, "value"
    for match in re.finditer(r"\bif \(", code):
        end = closing(code, match.end() - 1)
        if end:
            for other in ("true", "false"):
                yield match.end(), end, other, "condition"
    for match in re.finditer(r"\b(\w+)::(\w+)\b", code):
        names = enums.get(match.group(1), [])
        if match.group(2) in names and not line.strip().startswith("case "):
            other = names[(names.index(match.group(2)) + 1) % len(names)]
            yield *match.span(), f"{match.group(1)}::{other}", "value"
    for name, other in TYPES.items():
        for match in re.finditer(rf"static_cast<{name}>|{name}\b", code):
            yield (*match.span(), match.group().replace(name, other),
                   "cast" if match.group().startswith("static") else "")
    for match in re.finditer(r"std::errc::\w+", code):
        yield *match.span(), "std::errc()", "value"
    # The last line of a longer statement has more closing parentheses.
    whole = code.count("(") == code.count(")")
    if whole and STATEMENT.match(code) and not NOT_STATEMENT.match(code):
        yield len(line) - len(line.lstrip()), len(line), ";", "statement"


def mutants_of(path, text, enums):
    made, above = {}, ""
    for number, line in enumerate(text.split("\n"), 1):
        begins, above = re.search(r"([;{}:)]|else|)$", blank(above).rstrip(" .")), line
        if SKIPPED.match(line) or " requires" in line or line.strip().startswith("noexcept"):
            continue
        for start, end, other, kind in changes(line, enums):
            after = line[:start] + other + line[end:]
            # What goes on from the line above is no statement.
            if after != line and (kind != "statement" or begins.group()):
                made[(number, after)] = Mutant(path, number, line, after, kind, start, end, other)
    return list(made.values())
