import "./SimulatedChip.css";

/** Stands beside whatever the simulated provider has said, so that nobody takes it for a model's. */
export function SimulatedChip() {
  return (
    <span className="simulated" title="Made up by the simulator in this server: no model was asked">
      simulated
    </span>
  );
}
