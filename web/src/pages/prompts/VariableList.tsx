import "./VariableList.css";

/** The variables that a template has, as they are given to `compile()`. */
export function VariableList({ names }: { names: readonly string[] }) {
  if (names.length === 0) return <p className="variables">No variables.</p>;
  return (
    <p className="variables">
      {names.length === 1 ? "Variable" : "Variables"}
      {names.map((name) => (
        <code key={name}>{name}</code>
      ))}
    </p>
  );
}
