import type { ApiAnswer } from "../contract.ts";
import { escaped } from "./html.ts";

const statusOf = { done: 200, refused: 422, failed: 502 } as const;

/** The page on which a browser that another site sent here ends, with title and text escaped. */
export function resultPage(result: { outcome: keyof typeof statusOf; title: string; text: string }): ApiAnswer {
  const [title, text] = [escaped(result.title), escaped(result.text)];
  return {
    status: statusOf[result.outcome],
    headers: {
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      // The address of this page holds a code.
      "referrer-policy": "no-referrer",
    },
    data: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><link rel="icon" href="data:,">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color:#1c1e21}</style>
</head><body>
<h1>${title}</h1>
<p>${text}</p>
<p><a href="/app/">To the dashboard</a></p>
</body></html>`,
  };
}
