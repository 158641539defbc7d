/* All checks over one recording, told as TAP. */
'use strict';
const { checks } = require('./protocol');
const { test } = require('./tap');

/* Adds to each exchange of ARM what its schema says: operation, longRunning, issues. */
async function measure(validator, all) {
	for (const x of all) if (x.kind === 'arm') Object.assign(x, await validator.check(x));
}

function complaints(all) {
	const schema = all
		.filter((x) => x.kind === 'arm')
		.flatMap((x) => [
			...x.issues.map((i) => ({ ...i, x })),
			...(x.operation ? [] : [{ code: 'NO_OPERATION', x, message: 'no operation of Azure' }]),
		]);
	return { schema, protocol: checks.map((c) => ({ ...c, found: c.run(all) })) };
}

const line = (c) =>
	`${c.x.name} ${c.x.method} ${c.x.url.pathname} ${c.x.status}: ${c.code}: ${c.message}`;

/* claim: the operations that are to be seen; each is one test. ours: it was our provider that spoke. */
function tell(all, claim, ours) {
	const { schema, protocol } = complaints(all);
	const seen = new Map();
	for (const x of all)
		if (x.operation) seen.set(x.operation, [...(seen.get(x.operation) || []), x]);
	for (const operation of [...new Set([...claim, ...seen.keys()])].sort()) {
		const list = seen.get(operation) || [];
		test(
			`${operation} fits its schema: ${list.length} exchanges`,
			list.length
				? schema.filter((c) => c.x.operation === operation).map(line)
				: ['never seen'],
		);
	}
	test('every call is one that Azure has', schema.filter((c) => !c.x.operation).map(line));
	for (const p of protocol) if (ours || !p.ours) test(p.name, p.found.map(line));
}

module.exports = { measure, complaints, tell };
