'use strict';
let n = 0,
	failures = 0;

/* One test: good when nothing speaks against it. */
function test(name, against) {
	n++;
	failures += against.length > 0;
	console.log(`${against.length ? 'not ok' : 'ok'} ${n} - ${name}`);
	for (const line of against.slice(0, 20)) console.log(`# ${line}`);
	if (against.length > 20) console.log(`# ... and ${against.length - 20} more`);
}

function end() {
	console.log(`1..${n}`);
	process.exit(
		failures ? 1 : 0,
	); /* the validator would go on compiling schemas that nobody needs */
}

module.exports = { test, end };
