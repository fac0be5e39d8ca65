"""What the checks need to know of a query: its selectors, with the function that each range is given to. Not a parser: promtool is one."""
import re

TOKEN = re.compile(r'''
    (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:ms|[smhdwy])?(?::\d+[smhdwy])?(?![\w:])|0x[0-9a-fA-F]+)
  | (?P<name>[a-zA-Z_:$][\w:]*)
  | (?P<symbol>=~|!~|!=|==|>=|<=|[-+*/%^(){}\[\],=<>@])
''', re.VERBOSE)
LABEL_LISTS = {'by', 'without', 'on', 'ignoring', 'group_left', 'group_right'}
WORDS = {'and', 'or', 'unless', 'offset', 'bool', 'Inf', 'inf', 'NaN', 'nan', 'atan2'} | LABEL_LISTS


class Selector:
    def __init__(self, name):
        self.name, self.matchers, self.range, self.function = name, [], None, None

    def names(self):
        """The names of metrics it may select; of a regular expression, each alternative."""
        if self.name:
            return [self.name]
        return [name for label, _, value in self.matchers if label == '__name__' for name in alternatives(value)]

    def has(self, label, operator, value):
        return (label, operator, value) in self.matchers


def alternatives(expression):
    """'a_(b|c)|d' is a_b, a_c and d."""
    results, depth, start = [], 0, 0
    for place, letter in enumerate(expression + '|'):
        depth += (letter == '(') - (letter == ')')
        if letter == '|' and depth == 0:
            results.append(expression[start:place])
            start = place + 1
    if len(results) > 1:
        return [name for part in results for name in alternatives(part)]
    group = re.search(r'\(([^()]*)\)', expression)
    if not group:
        return [expression]
    return [name for part in group.group(1).split('|')
            for name in alternatives(expression[:group.start()] + part + expression[group.end():])]


def tokens(query):
    return [(match.lastgroup, match.group()) for match in TOKEN.finditer(query)]


def read_matchers(stream, place):
    """From after '{' to after '}'."""
    matchers = []
    while stream[place][1] != '}':
        if stream[place][0] == 'name':
            matchers.append((stream[place][1], stream[place + 1][1], stream[place + 2][1][1:-1]))
            place += 3
        else:
            place += 1
    return matchers, place + 1


def closing(stream, place):
    """The place after the bracket that closes the one at `place`."""
    depth = 0
    while True:
        depth += (stream[place][1] == '(') - (stream[place][1] == ')')
        place += 1
        if depth == 0:
            return place


def selectors(query):
    stream, found, functions, place = tokens(query), [], [], 0
    while place < len(stream):
        kind, text = stream[place]
        following = stream[place + 1][1] if place + 1 < len(stream) else ''
        if text == '(':
            functions.append(stream[place - 1][1] if place and stream[place - 1][0] == 'name' else '')
        elif text == ')':
            functions.pop()
        elif text in LABEL_LISTS and following == '(':
            place = closing(stream, place + 1)
            continue
        elif text == '{' or (kind == 'name' and text not in WORDS and following not in ('(', 'by', 'without') and text[0] != '$'):
            selector = Selector('' if text == '{' else text)
            place += 1
            if text == '{' or following == '{':
                selector.matchers, place = read_matchers(stream, place + (text != '{'))
            if place < len(stream) and stream[place][1] == '[':
                end = next(i for i in range(place, len(stream)) if stream[i][1] == ']')
                selector.range = ''.join(part for _, part in stream[place + 1:end])
                place = end + 1
            selector.function = next((name for name in reversed(functions) if name), None) if functions else None
            found.append(selector)
            continue
        place += 1
    return found
