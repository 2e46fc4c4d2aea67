import { useQuery } from "@tanstack/react-query";
import { openApiQuery } from "../../api/openapi";
import { type Route, routesOf, type Row, type Shape, shapesOf } from "../../model/openapi";
import { Notice } from "../../ui/Notice";
import { useTheme } from "../../ui/useTheme";
import "./DocsPage.css";

/** Every route of the API with its parameters and answers, from the document that it gives of itself. */
export function DocsPage() {
  useTheme();
  const { data, error } = useQuery(openApiQuery);
  if (error) {
    return (
      <Notice title="The API's description could not be read" tone="error">
        <p>{error.message}</p>
      </Notice>
    );
  }
  if (!data) return null;
  const routes = routesOf(data);
  const groups = [...new Set(routes.map(({ group }) => group))];
  return (
    <div className="docs">
      <nav aria-label="Contents">
        {groups.map((group) => (
          <a key={group} href={`#${group}`}>
            {group}
          </a>
        ))}
        <a href="#shapes">shapes</a>
      </nav>
      <main>
        <h1>Clearspan API {data.info.version}</h1>
        <p>
          Reading needs the install token or an API key: <code>Authorization: Bearer …</code>.
          Errors are <code>ErrorReply</code>. The same as a document for machines:{" "}
          <a href="/openapi.json">/openapi.json</a>.
        </p>
        {groups.map((group) => (
          <section key={group} id={group}>
            <h2>{group}</h2>
            {routes
              .filter((route) => route.group === group)
              .map((route) => (
                <RouteView key={`${route.method} ${route.path}`} route={route} />
              ))}
          </section>
        ))}
        <section id="shapes">
          <h2>shapes</h2>
          {shapesOf(data).map((shape) => (
            <ShapeView key={shape.name} shape={shape} />
          ))}
        </section>
      </main>
    </div>
  );
}

function RouteView({ route }: { route: Route }) {
  return (
    <article>
      <h3 className="mono">
        <b>{route.method}</b> {route.path}
      </h3>
      <p>{route.description}</p>
      <Rows rows={route.parameters} />
      <p className="docs-types mono">
        {route.body !== "" && <>takes {route.body} · </>}
        gives {route.answer === "" ? "nothing" : route.answer}
      </p>
    </article>
  );
}

function ShapeView({ shape }: { shape: Shape }) {
  return (
    <article id={shape.name}>
      <h3 className="mono">{shape.name}</h3>
      <p>{shape.description}</p>
      <Rows rows={shape.fields} />
    </article>
  );
}

function Rows({ rows }: { rows: readonly Row[] }) {
  if (rows.length === 0) return null;
  return (
    <table>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row" className="mono">
              {row.name}
              {row.required ? "" : "?"}
            </th>
            <td className="mono">{row.type}</td>
            <td>{row.note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
