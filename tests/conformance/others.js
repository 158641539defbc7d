/* others.js SPEC STATE RECORD: what other clients than ours may ask of azsim; and all of it by its schemas. */
'use strict';
const examples = require('./examples');
const { load } = require('./exchanges');
const { measure, tell } = require('./judge');
const { Validator } = require('./schema');
const { spec, record } = require('./session');
const surface = require('./surface');
const { end } = require('./tap');

async function main() {
	await surface.run();
	await examples.run();
	const validator = await Validator.open(spec),
		list = load(record);
	await measure(validator, list);
	tell(list, [], false);
	end();
}

main().catch((e) => {
	console.error(e);
	process.exit(2);
});
