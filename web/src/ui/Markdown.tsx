import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./CodeBlock";
import "./Markdown.css";

const PLUGINS = [remarkGfm];

/** Captured text never loads anything: images are links, and links say where they lead. */
const COMPONENTS: Components = {
  a: ({ href, children }) => <Outside href={href}>{children}</Outside>,
  img: ({ src, alt }) => (
    <Outside href={typeof src === "string" ? src : undefined}>
      image: {alt ?? "without text"}
    </Outside>
  ),
  pre: ({ children }) => <>{children}</>,
  code: ({ children, className }) => {
    const text = typeof children === "string" ? children : "";
    return className !== undefined || text.includes("\n") ? (
      <CodeBlock code={text.replace(/\n$/, "")} />
    ) : (
      <code className="markdown-code">{children}</code>
    );
  },
  table: ({ children }) => (
    <div className="markdown-table">
      <table>{children}</table>
    </div>
  ),
};

/** Markdown without raw HTML: whatever looks like HTML is shown as the text it is. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown" dir="auto">
      <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

function Outside({ href, children }: { href: string | undefined; children: React.ReactNode }) {
  if (href === undefined || !/^(https?|mailto):/i.test(href)) return <span>{children}</span>;
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
