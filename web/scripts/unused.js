/** Names the exports that no other file of src/ imports. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";

/** What tools call: the entries, and the types that are generated whole. */
const EXEMPT = /(\/main\.tsx|\/docs\.tsx|\/schema\.d\.ts)$/;

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => resolve("src", name));

const exported = new Map();
const used = new Set();

for (const file of files) {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) readImport(file, statement);
    else if (isExported(statement))
      exported.set(file, [...(exported.get(file) ?? []), ...namesOf(statement)]);
  }
  // `import("./Page")` hands over everything that the page exports.
  for (const [, path] of source.text.matchAll(/\bimport\("(\.[^"]+)"\)/g))
    used.add(locate(file, path));
}

const unused = [...exported].flatMap(([file, names]) =>
  EXEMPT.test(file) || used.has(file)
    ? []
    : names.filter((name) => !used.has(`${file} ${name}`)).map((name) => `${file}: ${name}`),
);
for (const line of unused) console.error(`unused export: ${line.replace(`${process.cwd()}/`, "")}`);
process.exitCode = unused.length > 0 ? 1 : 0;

function readImport(file, statement) {
  const path = statement.moduleSpecifier.text;
  const bindings = statement.importClause?.namedBindings;
  if (!path.startsWith(".") || !bindings || !ts.isNamedImports(bindings)) return;
  for (const { name, propertyName } of bindings.elements) {
    used.add(`${locate(file, path)} ${(propertyName ?? name).text}`);
  }
}

function isExported(statement) {
  return ts.canHaveModifiers(statement)
    ? (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    : false;
}

function namesOf(statement) {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  return statement.name ? [statement.name.text] : [];
}

function locate(file, path) {
  const base = join(dirname(file), path);
  return files.find((name) => [`${base}.ts`, `${base}.tsx`, `${base}.d.ts`].includes(name)) ?? base;
}
