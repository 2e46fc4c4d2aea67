import ReactMarkdown, { type Components, defaultUrlTransform } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./CodeBlock";
import "./Markdown.css";

const PLUGINS = [remarkGfm];

/** An image that the text holds itself, in a format that cannot hold a program. */
const OWN_IMAGE = /^data:image\/(?:png|jpe?g|gif|webp|avif);base64,/i;

/** Captured text never loads anything: images from elsewhere are links, and links say where they lead. */
const COMPONENTS: Components = {
  a: ({ href, children }) => <Outside href={href}>{children}</Outside>,
  img: ({ src, alt }) =>
    typeof src === "string" && OWN_IMAGE.test(src) ? (
      <img src={src} alt={alt ?? ""} role="img" />
    ) : (
      <Outside href={typeof src === "string" ? src : undefined}>
        image: {alt === undefined || alt === "" ? "without text" : alt}
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
      <ReactMarkdown
        remarkPlugins={PLUGINS}
        components={COMPONENTS}
        urlTransform={(url) => (OWN_IMAGE.test(url) ? url : defaultUrlTransform(url))}
      >
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
