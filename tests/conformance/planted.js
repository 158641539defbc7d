/*
 * The checks prove themselves: an exchange that was good is damaged in one place, and the check that is meant for
 * such damage has to find it. Each error names what is to find it: `do` damages the exchange, `then` adds a damaged
 * copy behind it.
 */
'use strict';
const { altered } = require('./exchanges');
const { complaints } = require('./judge');
const { test } = require('./tap');

const is = (operation, code) => (x) => x.operation === operation && (!code || x.status === code);
const polled = (state) => (x) =>
	x.kind === 'status' && x.reply.body && x.reply.body.status === state;
const set = 'VirtualMachineScaleSets_CreateOrUpdate';
const profile = (x) => x.ask.body.properties.virtualMachineProfile;

const ERRORS = [
	{
		name: 'a text for a number',
		at: is(set, 201),
		by: 'INVALID_TYPE',
		do: (x) => (x.ask.body.sku.capacity = 'many'),
	},
	{
		name: 'a misspelt member',
		at: is(set, 201),
		by: 'OBJECT_ADDITIONAL_PROPERTIES',
		do: (x) => (profile(x).osProfil = {}),
	},
	{
		name: 'a request without its location',
		at: is('VirtualMachines_CreateOrUpdate'),
		by: 'OBJECT_MISSING_REQUIRED_PROPERTY',
		do: (x) => delete x.ask.body.location,
	},
	{
		name: 'a wrong type in a reply',
		at: is('VirtualMachineScaleSets_Get', 200),
		by: 'INVALID_TYPE',
		do: (x) => (x.reply.body.sku.capacity = '120'),
	},
	{
		name: 'a wrong type in a list',
		at: is('VirtualMachines_List', 200),
		by: 'INVALID_TYPE',
		do: (x) => (x.reply.body.value[0].zones = 1),
	},
	{
		name: 'a status that is not declared',
		at: is('VirtualMachineScaleSets_Get', 200),
		by: 'INVALID_RESPONSE_CODE',
		do: (x) => (x.status = 202),
	},
	{
		name: 'a type of resource that is none',
		at: is('VirtualMachines_Get', 200),
		by: 'NO_OPERATION',
		do: (x) => (x.url = new URL(x.url.href.replace('virtualMachines', 'virtualMachinez'))),
	},
	{
		name: 'a version that is none',
		at: is('VirtualMachines_Get', 200),
		by: 'NO_OPERATION',
		do: (x) => x.url.searchParams.set('api-version', '2024-03-99'),
	},
	{
		name: 'a priority that is none',
		at: (x) => is(set)(x) && profile(x).priority,
		by: 'VALUE_NOT_LISTED',
		do: (x) => (profile(x).priority = 'Spotty'),
	},
	{
		name: 'an orchestration mode that is none, in a reply',
		at: is('VirtualMachineScaleSets_Get', 200),
		by: 'VALUE_NOT_LISTED',
		do: (x) => (x.reply.body.properties.orchestrationMode = 'Rigid'),
	},
	{
		name: 'no Azure-AsyncOperation',
		at: is(set, 201),
		by: 'ACCEPTED',
		do: (x) => delete x.reply.headers['azure-asyncoperation'],
	},
	{
		name: '202 without Location',
		at: is('VirtualMachineScaleSets_DeleteInstances', 202),
		by: 'ACCEPTED',
		do: (x) => delete x.reply.headers.location,
	},
	{
		name: 'an operation on another host',
		at: is(set, 201),
		by: 'ACCEPTED',
		do: (x) =>
			(x.reply.headers['azure-asyncoperation'] =
				'https://elsewhere.test/operations/1?api-version=2024-03-01'),
	},
	{
		name: 'an operation without Retry-After',
		at: is(set, 201),
		by: 'RETRY_AFTER',
		do: (x) => delete x.reply.headers['retry-after'],
	},
	{
		name: 'a status that Azure does not know',
		at: polled('Succeeded'),
		by: 'STATUS',
		do: (x) => (x.reply.body.status = 'Done'),
	},
	{
		name: 'a failure without an error',
		at: polled('Failed'),
		by: 'STATUS',
		do: (x) => delete x.reply.body.error,
	},
	{
		name: 'an end without its time',
		at: polled('Succeeded'),
		by: 'STATUS',
		do: (x) => delete x.reply.body.endTime,
	},
	{
		name: 'an operation that runs again',
		at: polled('Succeeded'),
		by: 'WENT_BACK',
		then: (x) => {
			x.reply.body.status = 'InProgress';
			delete x.reply.body.endTime;
			x.reply.headers['retry-after'] = '1';
		},
	},
	{
		name: 'an operation that never ends',
		at: polled('Succeeded'),
		by: 'LEFT_ALONE',
		do: (x) => {
			x.reply.body.status = 'InProgress';
			delete x.reply.body.endTime;
			x.reply.headers['retry-after'] = '1';
		},
	},
	{
		name: 'a resource that still changes after the end',
		at: (x, all) =>
			is('VirtualMachineScaleSets_Get', 200)(x) &&
			x ===
				all.filter((y) => y.id === x.id && is('VirtualMachineScaleSets_Get', 200)(y)).pop(),
		by: 'FINAL',
		do: (x) => (x.reply.body.properties.provisioningState = 'Updating'),
	},
	{
		name: '429 without Retry-After',
		at: (x) => x.status === 429,
		by: 'RETRY_AFTER',
		do: (x) => delete x.reply.headers['retry-after'],
	},
	{
		name: 'a client that does not wait after 429',
		at: (x) => x.status === 429,
		by: 'IMPATIENT',
		do: (x) => (x.reply.headers['retry-after'] = '3600'),
	},
	{
		name: '401 without a challenge',
		at: (x) => x.status === 401,
		by: 'CHALLENGE',
		do: (x) => delete x.reply.headers['www-authenticate'],
	},
	{
		name: 'an error without a code',
		at: (x) => x.kind === 'arm' && x.status === 404,
		by: 'ERROR_BODY',
		do: (x) => delete x.reply.body.error.code,
	},
	{
		name: 'a page that leads to itself',
		at: (x) => x.operation && x.reply.body && x.reply.body.nextLink,
		by: 'PAGE',
		do: (x) => (x.reply.body.nextLink = x.url.href),
	},
	{
		name: 'a page that leads elsewhere',
		at: (x) => x.operation && x.reply.body && x.reply.body.nextLink,
		by: 'PAGE',
		do: (x) => (x.reply.body.nextLink = 'https://elsewhere.test/next'),
	},
	{
		name: 'a list cut short',
		at: (x) => is('VirtualMachines_List', 200)(x) && x.url.searchParams.has('$skiptoken'),
		by: 'PAGE',
		do: (x) => x.url.searchParams.set('$skiptoken', 'other'),
	},
	{
		name: 'another resource than was asked for',
		at: is('VirtualMachines_Get', 200),
		by: 'ID',
		do: (x) => (x.reply.body.id = x.reply.body.id.replace(/[^/]+$/, 'other')),
	},
	{
		name: 'a reply that tells customData',
		at: is('VirtualMachines_Get', 200),
		by: 'TOLD',
		do: (x) => (x.reply.body.properties.osProfile.customData = 'IyEvYmluL3NoCg=='),
	},
	{
		name: 'a token for the price list',
		at: (x) => x.kind === 'price',
		by: 'TOKEN_LEAK',
		do: (x) => (x.ask.headers.authorization = 'REDACTED'),
	},
	{
		name: "a token for a console's address",
		at: (x) => x.kind === 'console',
		by: 'TOKEN_LEAK',
		do: (x) => (x.ask.headers.authorization = 'REDACTED'),
	},
	{
		name: 'remaining calls above the limit',
		at: is('VirtualMachines_Get', 200),
		by: 'RATE',
		do: (x) => (x.reply.headers['x-ms-ratelimit-remaining-subscription-reads'] = '11999'),
	},
];

function codes(all) {
	const { schema, protocol } = complaints(all);
	return [...schema, ...protocol.flatMap((p) => p.found)].map((c) => c.code);
}

async function caught(validator, all, error) {
	const i = all.findIndex((x) => error.at(x, all));
	if (i < 0) return ['no exchange of that kind was recorded'];
	const damaged = altered(all[i], error.do || error.then);
	if (damaged.kind === 'arm')
		Object.assign(
			damaged,
			{ operation: undefined, issues: [] },
			await validator.check(damaged),
		);
	const found = codes([...all.slice(0, error.then ? i + 1 : i), damaged, ...all.slice(i + 1)]);
	return found.includes(error.by)
		? []
		: [`${error.by} was to find it; found: ${[...new Set(found)].join(' ') || 'nothing'}`];
}

async function plant(validator, all) {
	const clean = new Set(codes(all));
	for (const error of ERRORS)
		test(`planted: ${error.name}`, [
			...(clean.has(error.by) ? [`${error.by} is there without it`] : []),
			...(await caught(validator, all, error)),
		]);
}

module.exports = { plant };
