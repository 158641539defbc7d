/*
 * What a schema cannot say: long-running operations, throttling, paging, errors, ids, secrets. Each check takes
 * all exchanges in their order and returns what is wrong, as { code, x, message }.
 */
'use strict';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TERMINAL = ['Succeeded', 'Failed', 'Canceled'];
const RATE_MAX = { reads: 250, writes: 200, deletes: 200 };
const NEVER_TOLD = ['customData', 'adminPassword', 'protectedSettings'];

const isChange = (x) => !['GET', 'HEAD'].includes(x.method);
const ofArm = (all) => all.filter((x) => x.kind === 'arm' || x.kind === 'status');
const answered = (x) => x.status >= 200 && x.status < 300;
const seconds = (x) =>
	/^[0-9]+$/.test(x.reply.headers['retry-after'] || '')
		? Number(x.reply.headers['retry-after'])
		: -1;

function collect(list, check) {
	const out = [];
	for (const x of list) check(x, (code, message) => out.push({ code, x, message }));
	return out;
}

function absolute(link, x) {
	try {
		return new URL(link).origin === x.url.origin;
	} catch {
		return false;
	}
}

/* What Azure puts on every answer, and repeats when asked. */
function replyHeaders(all) {
	return collect(ofArm(all), (x, say) => {
		for (const name of [
			'x-ms-request-id',
			'x-ms-correlation-request-id',
			'x-ms-routing-request-id',
			'date',
		])
			if (!x.reply.headers[name]) say('HEADER', `the reply has no ${name}`);
		const id = x.ask.headers['x-ms-client-request-id'];
		if (
			x.ask.headers['x-ms-return-client-request-id'] === 'true' &&
			x.reply.headers['x-ms-client-request-id'] !== id
		)
			say('HEADER', `x-ms-client-request-id ${id} is not returned`);
	});
}

/* What we owe: an id to ask Microsoft about, the kind of body; and the token to nobody else. */
function requestHeaders(all) {
	return collect(all, (x, say) => {
		const h = x.ask.headers;
		if (x.kind === 'price' && h.authorization)
			say('TOKEN_LEAK', 'the price list gets the token');
		if (x.kind === 'console' && h.authorization)
			say('TOKEN_LEAK', 'the address of a console gets the token');
		if (x.kind !== 'arm' && x.kind !== 'status') return;
		if (!h.authorization) say('REQUEST', 'no token');
		if (!UUID.test(h['x-ms-client-request-id'] || ''))
			say('REQUEST', 'no x-ms-client-request-id');
		if (!/^\d{4}-\d\d-\d\d(-preview)?$/.test(x.url.searchParams.get('api-version') || ''))
			say('REQUEST', 'no api-version');
		if (x.ask.body !== undefined && !/^application\/json/.test(h['content-type'] || ''))
			say('REQUEST', 'a body that is not called JSON');
	});
}

function errors(all) {
	return collect(
		ofArm(all).filter((x) => x.status >= 400),
		(x, say) => {
			const body = x.reply.body || {};
			const old = x.status === 429 && body.code && !body.error;
			const e = old ? body : body.error || {};
			if (x.method !== 'HEAD' && (!e.code || !e.message))
				say('ERROR_BODY', `${x.status} without a code and a message`);
			if (old && !(body.details || []).some((d) => d.code === 'TooManyRequests' && d.target))
				say('ERROR_BODY', '429 that names no policy');
			if (x.status === 401 && !/^Bearer /.test(x.reply.headers['www-authenticate'] || ''))
				say('CHALLENGE', '401 without WWW-Authenticate');
			if (x.status === 429 && seconds(x) < 1)
				say('RETRY_AFTER', '429 without Retry-After in seconds');
		},
	);
}

/* A change that goes on after its answer says where to ask, and when. */
function accepted(all) {
	return collect(
		all.filter((x) => x.kind === 'arm' && isChange(x) && answered(x)),
		(x, say) => {
			const op = x.reply.headers['azure-asyncoperation'],
				location = x.reply.headers.location;
			const state =
				x.reply.body &&
				x.reply.body.properties &&
				x.reply.body.properties.provisioningState;
			const goesOn = x.status === 202 || (state && !TERMINAL.includes(state));
			if (!x.longRunning) {
				if (op || location)
					say('ACCEPTED', 'a call that ends at once speaks of an operation');
				return;
			}
			if (goesOn && /\/providers\//.test(x.url.pathname) && !op)
				say('ACCEPTED', `${x.status} without Azure-AsyncOperation`);
			if (x.status === 202 && !location) say('ACCEPTED', '202 without Location');
			if ((op || location) && seconds(x) < 0)
				say('RETRY_AFTER', 'an operation without Retry-After in seconds');
			for (const link of [op, location].filter(Boolean))
				if (!absolute(link, x) || !new URL(link).searchParams.get('api-version'))
					say('ACCEPTED', `not a whole URL of this host: ${link}`);
		},
	);
}

function isStatusOf(x) {
	return x.kind === 'status' && /\/operations\//i.test(x.url.pathname);
}

/* One answer of Azure-AsyncOperation or Location. */
function status(all) {
	return collect(
		all.filter((x) => x.kind === 'status' && answered(x)),
		(x, say) => {
			const b = x.reply.body;
			if (!isStatusOf(x)) {
				if (x.status === 202 && seconds(x) < 0)
					say('RETRY_AFTER', 'a running operation without Retry-After');
				if (x.status === 202 && !x.reply.headers.location)
					say('STATUS', '202 without Location');
				return;
			}
			if (!b || x.status !== 200) return say('STATUS', `${x.status} without a status`);
			const over = TERMINAL.includes(b.status);
			if (!over && b.status !== 'InProgress') say('STATUS', `no such status: ${b.status}`);
			if (b.name !== x.url.pathname.split('/').pop()) say('STATUS', `the name is ${b.name}`);
			if (Number.isNaN(Date.parse(b.startTime))) say('STATUS', 'no startTime');
			if (over !== !Number.isNaN(Date.parse(b.endTime)))
				say('STATUS', 'an endTime before the end, or none after it');
			if (over && Date.parse(b.endTime) < Date.parse(b.startTime))
				say('STATUS', 'it ended before it began');
			if (!over && seconds(x) < 0)
				say('RETRY_AFTER', 'a running operation without Retry-After');
			const e = b.error || {};
			if (['Failed', 'Canceled'].includes(b.status) && !(e.code && e.message))
				say('STATUS', `${b.status} without an error`);
			if (!['Failed', 'Canceled'].includes(b.status) && b.error)
				say('STATUS', `an error in ${b.status}`);
		},
	);
}

function polls(all) {
	const by = new Map();
	for (const x of all.filter((y) => y.kind === 'status'))
		by.set(x.id, [...(by.get(x.id) || []), x]);
	return by;
}

function isOver(x) {
	if (!answered(x)) return x.status !== 429 && x.status < 500 && x.status !== 401;
	return isStatusOf(x) ? TERMINAL.includes(x.reply.body.status) : x.status !== 202;
}

/* An operation goes one way, and a client stays until its end and asks no more after it. */
function monotonous(all) {
	const out = [];
	const by = polls(all);
	for (const list of by.values()) {
		const over = list.findIndex(isOver);
		if (over >= 0 && list.slice(over).some((x) => !isOver(x)))
			out.push({ code: 'WENT_BACK', x: list[over], message: 'it ended and runs again' });
		if (
			new Set(
				list.filter((x) => isStatusOf(x) && answered(x)).map((x) => x.reply.body.startTime),
			).size > 1
		)
			out.push({ code: 'WENT_BACK', x: list[0], message: 'it began twice' });
	}
	for (const x of all.filter((y) => y.kind === 'arm' && isChange(y) && answered(y))) {
		const links = [x.reply.headers['azure-asyncoperation'], x.reply.headers.location].filter(
			(l) => l && absolute(l, x),
		);
		const asked = links
			.map((l) => new URL(l))
			.flatMap((l) => by.get(l.origin + l.pathname.toLowerCase()) || []);
		if (links.length && !asked.some(isOver))
			out.push({ code: 'LEFT_ALONE', x, message: `nobody waited for ${links[0]}` });
	}
	return out;
}

function outcome(all, x) {
	const link = x.reply.headers['azure-asyncoperation'] || x.reply.headers.location;
	if (!link) return x.status;
	const u = new URL(link);
	const last = (polls(all).get(u.origin + u.pathname.toLowerCase()) || []).find(isOver);
	return (
		last &&
		(isStatusOf(last) ? last.reply.body.status : last.status < 300 ? 'Succeeded' : 'Failed')
	);
}

/* After its end a resource is what its operation said: there, failed, or gone. */
function finals(all) {
	const out = [];
	let proven = 0;
	all.forEach((x, i) => {
		if (x.kind !== 'arm' || !['PUT', 'PATCH', 'DELETE'].includes(x.method) || !answered(x))
			return;
		const end = outcome(all, x),
			rest = all.slice(i + 1);
		const change = rest.findIndex(
			(y) => isChange(y) && answered(y) && (y.id === x.id || y.id.startsWith(`${x.id}/`)),
		);
		const look = (change < 0 ? rest : rest.slice(0, change))
			.filter(
				(y) =>
					y.kind === 'arm' &&
					y.method === 'GET' &&
					y.id === x.id &&
					(answered(y) || y.status === 404),
			)
			.pop();
		if (!look || !end || look.t < x.t) return;
		const state =
			look.status === 404
				? 'gone'
				: (look.reply.body.properties || {}).provisioningState || 'Succeeded';
		const want =
			x.method === 'DELETE'
				? 'gone'
				: end === 'Succeeded' || typeof end === 'number'
					? 'Succeeded'
					: 'Failed';
		proven++;
		if (state !== want)
			out.push({
				code: 'FINAL',
				x: look,
				message: `${x.method} ended as ${end}, and it is ${state}`,
			});
	});
	if (!proven)
		out.push({
			code: 'FINAL',
			x: all[0],
			message: 'no resource was looked at after its operation',
		});
	return out;
}

/* Nobody asks again before the time that was asked for; a poll may come a fifth early. */
function patience(all) {
	const out = [];
	const last = new Map();
	for (const x of ofArm(all)) {
		const key = `${x.method} ${x.url.href}`,
			before = last.get(key);
		const wait =
			before &&
			(before.status === 429 ||
				before.status === 503 ||
				(before.kind === 'status' && !isOver(before)))
				? seconds(before)
				: 0;
		if (wait > 0 && x.t - before.t < wait * (before.kind === 'status' ? 800 : 1000))
			out.push({
				code: 'IMPATIENT',
				x,
				message: `${x.t - before.t} ms after an answer that asked for ${wait} s`,
			});
		last.set(key, x);
	}
	return out;
}

function rates(all) {
	return collect(
		ofArm(all).filter((x) => answered(x) && x.url.pathname.startsWith('/subscriptions/')),
		(x, say) => {
			const kind = x.method === 'DELETE' ? 'deletes' : isChange(x) ? 'writes' : 'reads';
			const left = x.reply.headers[`x-ms-ratelimit-remaining-subscription-${kind}`];
			const global = x.reply.headers[`x-ms-ratelimit-remaining-subscription-global-${kind}`];
			if (!/^\d+$/.test(left || '') || Number(left) >= RATE_MAX[kind])
				say('RATE', `${kind} left: ${left}`);
			if (!/^\d+$/.test(global || '') || Number(global) < Number(left))
				say('RATE', `${kind} left of all: ${global}`);
			const each = x.reply.headers['x-ms-ratelimit-remaining-resource'];
			if (
				each !== undefined &&
				!/^Microsoft\.Compute\/\w+;\d+(,Microsoft\.Compute\/\w+;\d+)*$/.test(each)
			)
				say('RATE', `remaining-resource: ${each}`);
		},
	);
}

/* Lists end, lead nowhere else, repeat nothing, and are read to their end. */
function pages(all) {
	const out = [];
	all.forEach((x, i) => {
		if (x.method !== 'GET' || !answered(x) || !x.reply.body) return;
		const link = x.reply.body.nextLink || x.reply.body.NextPageLink;
		if (!link) return;
		const say = (message) => out.push({ code: 'PAGE', x, message });
		if (!absolute(link, x)) return say(`it leads to ${link}`);
		if (new URL(link).href === x.url.href) return say('it leads to itself');
		const next = all.slice(i + 1).find((y) => y.url.href === new URL(link).href && answered(y));
		if (!next) return say('nobody read on');
		const ids = new Set((x.reply.body.value || []).map((v) => v.id));
		if ((next.reply.body.value || []).some((v) => v.id && ids.has(v.id)))
			say('the next page repeats it');
	});
	return out;
}

/* What a reply calls itself is what was asked for. */
function ids(all) {
	return collect(
		all.filter(
			(x) =>
				x.kind === 'arm' &&
				x.method !== 'POST' &&
				answered(x) &&
				x.reply.body &&
				x.reply.body.id,
		),
		(x, say) => {
			const { id, name, type } = x.reply.body,
				parts = id.split('/');
			if (id.toLowerCase() !== x.url.pathname.toLowerCase()) say('ID', `it says ${id}`);
			const ofUniform = /\/virtualMachineScaleSets\/[^/]+\/virtualMachines\//i.test(
				id,
			); /* its id ends in its number */
			if (name && !ofUniform && name.toLowerCase() !== parts[parts.length - 1].toLowerCase())
				say('ID', `its name is ${name}, its id ${id}`);
			const kinds = parts
				.slice(parts.lastIndexOf('providers') + 2)
				.filter((_, i) => i % 2 === 0);
			if (
				type &&
				id.includes('/providers/') &&
				type.toLowerCase() !==
					[parts[parts.lastIndexOf('providers') + 1], ...kinds].join('/').toLowerCase()
			)
				say('ID', `its type is ${type}, its id ${id}`);
		},
	);
}

function secrets(all) {
	return collect(ofArm(all), (x, say) => {
		const look = (v, at) => {
			if (!v || typeof v !== 'object') return;
			for (const [key, inner] of Object.entries(v)) {
				if (NEVER_TOLD.includes(key)) say('TOLD', `the reply has ${at}.${key}`);
				look(inner, `${at}.${key}`);
			}
		};
		look(x.reply.body, '');
	});
}

function prices(all) {
	return collect(
		all.filter((x) => x.kind === 'price'),
		(x, say) => {
			const b = x.reply.body || {};
			if (
				!Array.isArray(b.Items) ||
				b.Count !== b.Items.length ||
				b.BillingCurrency !== 'USD'
			)
				return say('PRICE', 'no list');
			for (const item of b.Items)
				if (
					typeof item.retailPrice !== 'number' ||
					!item.armSkuName ||
					!item.armRegionName ||
					!item.meterName ||
					item.type !== 'Consumption'
				)
					return say('PRICE', `no price: ${JSON.stringify(item)}`);
		},
	);
}

/* ours: about our client; Microsoft's SDK for one asks a second time at once. */
const checks = [
	{ name: 'replies carry the ids and dates that Azure gives', run: replyHeaders },
	{
		name: 'requests carry token, id and version, and the token goes to ARM alone',
		run: requestHeaders,
	},
	{ name: 'refusals say code, message and when to come back', run: errors },
	{ name: 'changes that go on say where to ask', run: accepted },
	{ name: 'operations tell their status as Azure does', run: status },
	{ name: 'operations go one way and are waited for', run: monotonous },
	{ name: 'resources are what their operations said', run: finals },
	{ name: 'nobody asks again too early', run: patience, ours: true },
	{ name: 'remaining calls are told and add up', run: rates },
	{ name: 'lists end and repeat nothing', run: pages },
	{ name: 'ids, names and types agree', run: ids },
	{ name: 'no reply tells a secret', run: secrets },
	{ name: 'prices are a price list', run: prices },
];

module.exports = { checks };
