"""Prints the list of providers in genai_prices/data.py as JSON, without running the package's code.

The file is one list of calls of constructors with constants: a call becomes an object that names its constructor
under "_", positional arguments go to "args"."""

import ast
import json
import sys


def plain(node):
    if isinstance(node, ast.Call):
        result = {"_": node.func.id if isinstance(node.func, ast.Name) else node.func.attr}
        if node.args:
            result["args"] = [plain(argument) for argument in node.args]
        result.update({keyword.arg: plain(keyword.value) for keyword in node.keywords})
        return result
    if isinstance(node, (ast.List, ast.Tuple)):
        return [plain(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        return {plain(key): plain(value) for key, value in zip(node.keys, node.values)}
    if isinstance(node, (ast.Attribute, ast.Name)):
        return ast.unparse(node)
    return ast.literal_eval(node)


with open(sys.argv[1], encoding="utf-8") as source:
    tree = ast.parse(source.read())
for statement in tree.body:
    if isinstance(statement, ast.AnnAssign) and statement.target.id == "providers":
        json.dump(plain(statement.value), sys.stdout)
        sys.exit(0)
sys.exit("no list of providers")
