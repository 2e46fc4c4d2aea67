import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Imports point down: pages → api, ui → model. A layer names what it may not import, and why. */
function layer(folder, forbidden) {
  const patterns = forbidden.map((name) => ({
    regex: `(^|/)${name}(/|$)`,
    message: `${folder}/ may not import ${name}/: pages → api, ui → model.`,
  }));
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] },
  };
}

const REACT = "^(react|react-dom|@tanstack/.*|@radix-ui/.*)$";

export default tseslint.config(
  { ignores: ["node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  {
    files: ["public/*.js"],
    languageOptions: {
      sourceType: "script",
      globals: { document: "readonly", localStorage: "readonly", matchMedia: "readonly" },
    },
  },
  {
    files: ["scripts/*.js"],
    languageOptions: { globals: { console: "readonly", process: "readonly" } },
  },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      hooks.configs.flat.recommended,
    ],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // Numbers and ids are put into text everywhere; only objects would print badly.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => setOpen(true)` is the ordinary shape of a handler.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportAllDeclaration", message: "No barrel files." },
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Captured text is never HTML.",
        },
      ],
      // Unused siblings of a rest are how a key is left out; a leading underscore says so.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { varsIgnorePattern: "^_", argsIgnorePattern: "^_" },
      ],
      // Speaks of the React Compiler, which is not used here.
      "react-hooks/incompatible-library": "off",
      complexity: ["error", { max: 10, variant: "modified" }],
      "max-depth": ["error", 3],
      "max-params": ["error", 6],
    },
  },
  layer("model", ["api", "ui", "pages"]),
  layer("api", ["ui", "pages"]),
  layer("ui", ["api", "pages"]),
  {
    files: ["src/model/**/*.ts"],
    ignores: ["src/model/**/*.test.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        { patterns: [{ regex: `${REACT}|(^|/)(api|ui|pages)/`, message: "model/ is pure." }] },
      ],
      "no-restricted-globals": ["error", "window", "document", "fetch", "localStorage"],
    },
  },
);
