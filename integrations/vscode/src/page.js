// @ts-check
// The HTML of a page: a frame without any data. Its script gets the data by messages, and writes it as text.
"use strict";
const crypto = require("crypto");

/** @param {{style: string, source: string, grid: string, script: string, title: string}} what addresses that the page may load */
function page(what) {
	const nonce = crypto.randomBytes(18).toString("base64");
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${what.source} 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="${what.style}">
<title>${what.title}</title>
</head>
<body>
<header><h1 id="title"></h1><p id="summary" role="status"></p><ul id="notes"></ul><div id="tools"></div></header>
<div id="grid"></div>
<footer id="detail" aria-live="polite"></footer>
<script nonce="${nonce}" src="${what.grid}"></script>
<script nonce="${nonce}" src="${what.script}"></script>
</body>
</html>`;
}

module.exports = { page };
