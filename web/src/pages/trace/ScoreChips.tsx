import { scoreText, type Scores } from "../../model/scores";
import "./ScoreChips.css";

/** Each judgement with its name. */
export function ScoreChips({ scores }: { scores: Scores }) {
  return Object.entries(scores).map(([name, value]) => (
    <span key={name} className="score-chip" title={`Score ${name}: ${scoreText(value)}`}>
      {name} <b className="number">{scoreText(value)}</b>
    </span>
  ));
}
