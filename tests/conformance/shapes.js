/* shapes.js SPEC SHAPE_C: the names of members that azsim takes, against the definitions that they were taken from. */
'use strict';
const fs = require('fs');
const path = require('path');
const { test, end } = require('./tap');

const [spec, source] = process.argv.slice(2);
const COMPUTE = path.join(spec, 'compute/resource-manager/Microsoft.Compute');
const TOP = { set: 'VirtualMachineScaleSet', vm: 'VirtualMachine' };
const EXTRA = ['etag']; /* seen in recordings, in no schema of this version */

function definitions() {
	const vms = path.join(COMPUTE, 'ComputeRP/stable/2024-03-01');
	const files = fs
		.readdirSync(vms)
		.filter((f) => f.endsWith('.json'))
		.map((f) => path.join(vms, f));
	const docs = [...files, path.join(COMPUTE, 'common-types/v1/common.json')].map((f) =>
		JSON.parse(fs.readFileSync(f, 'utf8')),
	);
	return Object.assign({}, ...docs.map((d) => d.definitions));
}

const defs = definitions();
const last = (ref) => ref.split('/').pop();

function propertiesOf(name) {
	const d = defs[name];
	if (!d) return undefined;
	return Object.assign(
		{},
		...(d.allOf || []).map((a) => propertiesOf(last(a.$ref))),
		d.properties,
	);
}

/* The shape below a member, where it has one: an object or a list of them, no enum. */
function below(property) {
	const { $ref } = property.items || property;
	const d = $ref && defs[last($ref)];
	return d && !d.enum && (d.properties || d.allOf) ? last($ref) : '';
}

/* { "NAME", "member member:Shape" "member" } of the table in C. */
function shapes(text) {
	const table = text.slice(
		text.indexOf('shapes[] = {'),
		text.indexOf('\n};', text.indexOf('shapes[] = {')),
	);
	return [...table.matchAll(/\{\s*"([^"]+)",((?:\s*"[^"]*")+)\s*\}/g)].map(([, name, parts]) => [
		name,
		new Map(
			[...parts.matchAll(/"([^"]*)"/g)]
				.map((m) => m[1])
				.join('')
				.split(' ')
				.filter(Boolean)
				.map((m) => [m.split(':')[0], m.split(':')[1] || '']),
		),
	]);
}

const against = [];
const list = shapes(fs.readFileSync(source, 'utf8'));
for (const [name, members] of list) {
	const want = propertiesOf(TOP[name] || name);
	if (!want) against.push(`${name}: no such definition`);
	for (const [member, property] of Object.entries(want || {}))
		if (!members.has(member)) against.push(`${name} lacks ${member}`);
		else if (members.get(member) !== below(property))
			against.push(`${name}.${member} is a ${members.get(member)}, not a ${below(property)}`);
	for (const member of members.keys())
		if (want && !want[member] && !EXTRA.includes(member))
			against.push(`${name}.${member}: no such member`);
}
test(
	`the members of ${list.length} shapes are those of the schemas`,
	list.length > 100 ? against : ['the table was not found'],
);
end();
