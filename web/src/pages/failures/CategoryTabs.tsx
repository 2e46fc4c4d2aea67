import type { KeyboardEvent } from "react";
import { CATEGORIES, type Category } from "./categories";

interface CategoryTabsProps {
  category: Category;
  onChoose: (category: Category) => void;
}

/** In which way it went wrong; the arrow keys go from one to the next. */
export function CategoryTabs({ category, onChoose }: CategoryTabsProps) {
  const press = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const at = CATEGORIES.findIndex(({ id }) => id === category);
    const next = CATEGORIES[at + (event.key === "ArrowRight" ? 1 : -1)];
    if (next) onChoose(next.id);
  };
  return (
    <div className="category-tabs" role="tablist" aria-label="Category">
      {CATEGORIES.map(({ id, name }) => (
        <button
          key={id}
          type="button"
          role="tab"
          aria-selected={id === category}
          tabIndex={id === category ? 0 : -1}
          onClick={() => onChoose(id)}
          onKeyDown={press}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
