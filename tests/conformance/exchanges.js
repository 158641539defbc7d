/* Recorded exchanges (one JSON file each), read into one shape for all checks. */
'use strict';
const fs = require('fs');
const path = require('path');

const STATUS_URL = [
	/^\/subscriptions\/[^/]+\/providers\/[^/]+\/locations\/[^/]+\/(operations|operationResults)\/[^/]+$/i,
	/^\/subscriptions\/[^/]+\/(operationresults)\/[^/]+$/i,
];

function lower(headers) {
	const out = {};
	for (const [name, value] of Object.entries(headers || {})) out[name.toLowerCase()] = value;
	return out;
}

/* The validator takes the last provider of a path for its owner, and so finds no operation for a provider itself. */
const PROVIDER_URL = /^\/subscriptions\/[^/]+\/providers\/[^/]+(\/register)?$/i;

/*
 * token: of the identity service; price: of the price list; console: what a machine wrote; status: of an operation, in no
 * schema; provider: see above; arm: all else
 */
function kindOf(url) {
	if (/\/oauth2\/|\/\.well-known\//.test(url.pathname)) return 'token';
	if (url.pathname === '/api/retail/prices') return 'price';
	if (url.pathname.startsWith('/azsim-console/')) return 'console';
	if (PROVIDER_URL.test(url.pathname)) return 'provider';
	return STATUS_URL.some((re) => re.test(url.pathname)) ? 'status' : 'arm';
}

function read(name, raw) {
	const url = new URL(raw.liveRequest.url);
	return {
		name,
		t: raw.t,
		url,
		kind: kindOf(url),
		method: raw.liveRequest.method,
		id: url.origin + url.pathname.toLowerCase(),
		status: Number(raw.liveResponse.statusCode),
		ask: { headers: lower(raw.liveRequest.headers), body: raw.liveRequest.body },
		reply: { headers: lower(raw.liveResponse.headers), body: raw.liveResponse.body },
	};
}

function load(dir) {
	return fs
		.readdirSync(dir)
		.filter((f) => f.endsWith('.json'))
		.sort()
		.map((f) => read(f, JSON.parse(fs.readFileSync(path.join(dir, f), 'utf8'))));
}

/* The same, changed by a hand that gets a copy: for errors that are planted. */
function altered(x, change) {
	const copy = { ...structuredClone({ ...x, url: undefined }), url: new URL(x.url.href) };
	change(copy);
	copy.kind = kindOf(copy.url);
	copy.id = copy.url.origin + copy.url.pathname.toLowerCase();
	return copy;
}

module.exports = { load, altered };
