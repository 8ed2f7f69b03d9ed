// Stands between the browser and the server and can pretend that a new version of the pages was installed.
import { request as ask, createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Relay {
  url: string;
  /** From now on the service worker is another one. */
  upgrade: () => void;
  stop: () => void;
}

export async function startRelay(target: string): Promise<Relay> {
  const { origin, hostname, port, host } = new URL(target);
  let version = 0;
  const server = createServer((request, response) => {
    const headers: IncomingHttpHeaders = {
      ...request.headers,
      host,
      ...(request.headers.origin ? { origin } : {}),
    };
    const worker = request.url === "/sw.js";
    // A worker that is known and packed could not be changed on its way.
    if (worker) for (const name of ["accept-encoding", "if-none-match"]) delete headers[name];
    const { method, url: path } = request;
    const passed = ask({ hostname, port, path, method, headers }, (answer) => {
      if (!worker) {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        return;
      }
      const { "content-length": _, ...kept } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, kept);
      answer.on("data", (part) => response.write(part));
      answer.on("end", () => response.end(`\n// version ${version}\n`));
    });
    passed.on("error", () => response.destroy());
    response.on("close", () => passed.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upgrade: () => {
      version += 1;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
