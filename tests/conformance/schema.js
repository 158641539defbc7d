/*
 * Exchanges against Microsoft's schemas: by Microsoft's validator, and in what it lets pass: values of enums
 * that are declared open, as nearly all of ARM's are.
 */
'use strict';
const fs = require('fs');
const path = require('path');
const { LiveValidator } = require('oav/dist/lib/liveValidation/liveValidator');

/* Microsoft says of these itself that newer values are not added: SKUs tell them. */
const NEVER_UP_TO_DATE = ['VirtualMachineSizeTypes'];

/* Microsoft.Compute answers some 429s in a form of its own, older than its schema: no "error" around it. */
function isOldThrottle(x) {
	return x.status === 429 && x.reply.body && x.reply.body.code && !x.reply.body.error;
}

function wrapped(x) {
	return isOldThrottle(x) ? { error: x.reply.body } : x.reply.body;
}

function specFiles(dir) {
	return fs
		.readdirSync(dir, { recursive: true })
		.filter((f) => f.endsWith('.json') && !f.includes('/examples/'))
		.map((f) => path.join(dir, f));
}

class Schemas {
	constructor(dir) {
		this.files = new Map();
		this.operations = new Map();
		for (const file of specFiles(dir)) {
			const doc = JSON.parse(fs.readFileSync(file, 'utf8'));
			this.files.set(file, doc);
			for (const methods of Object.values(doc.paths || {}))
				for (const op of Object.values(methods))
					if (op.operationId)
						this.operations.set(`${op.operationId} ${doc.info.version}`, { op, file });
		}
	}

	resolve(node, file) {
		while (node && node.$ref) {
			const [where, pointer] = node.$ref.split('#');
			if (where) file = path.resolve(path.dirname(file), where);
			node = pointer
				.split('/')
				.slice(1)
				.reduce((at, key) => at && at[key], this.files.get(file));
		}
		return { node, file };
	}

	/* Calls found(path, value, allowed) for each text that is none of the values its schema lists. */
	enums(schema, inFile, value, at, found) {
		const { node, file } = this.resolve(schema, inFile);
		if (!node || value === undefined || value === null) return;
		const open = node['x-ms-enum'] && NEVER_UP_TO_DATE.includes(node['x-ms-enum'].name);
		if (node.enum && !open && typeof value === 'string' && !node.enum.includes(value))
			found(at, value, node.enum);
		for (const part of node.allOf || []) this.enums(part, file, value, at, found);
		if (Array.isArray(value)) {
			value.forEach((v, i) => this.enums(node.items, file, v, `${at}[${i}]`, found));
		} else if (typeof value === 'object') {
			for (const [key, v] of Object.entries(value)) {
				const member =
					(node.properties && node.properties[key]) ||
					(typeof node.additionalProperties === 'object'
						? node.additionalProperties
						: undefined);
				this.enums(member, file, v, `${at}.${key}`, found);
			}
		}
	}

	checkEnums(operation, x) {
		const out = [];
		const found = (at, value, allowed) =>
			out.push({
				code: 'VALUE_NOT_LISTED',
				message: `${at} is "${value}", not one of ${allowed.join(', ')}`,
			});
		const { op, file } = operation;
		for (const p of op.parameters || []) {
			const { node, file: where } = this.resolve(p, file);
			if (node && node.in === 'body')
				this.enums(node.schema, where, x.ask.body, 'request', found);
		}
		const { node, file: where } = this.resolve(
			op.responses[x.status] || op.responses.default,
			file,
		);
		if (node) this.enums(node.schema, where, wrapped(x), 'reply', found);
		return out;
	}
}

/* Of some providers the schema speaks of success alone, and says nothing of how they refuse. */
function saysNothingOfRefusals(op) {
	return !op.responses.default && !Object.keys(op.responses).some((code) => code >= '400');
}

function issues(result, where) {
	const out = (result.errors || []).map((e) => ({
		code: e.code,
		message: `${where} ${(e.jsonPathsInPayload || e.pathsInPayload || []).join(' ')}: ${e.message}`,
	}));
	if (result.runtimeException)
		out.push({ code: result.runtimeException.code, message: result.runtimeException.message });
	return out;
}

class Validator {
	static async open(spec) {
		const v = new Validator();
		v.oav = new LiveValidator(
			{
				directory: spec,
				swaggerPathsPattern: ['**/*.json'],
				excludedSwaggerPathsPattern: ['**/examples/**'],
				git: { shouldClone: false },
				isPathCaseSensitive: false,
				loadValidatorInBackground: false,
				loadValidatorInInitialize: false,
			},
			() => {},
		);
		/* it says "error" on the console for each example that is not stored here */
		const { error } = console;
		console.error = () => {};
		await v.oav.initialize();
		console.error = error;
		v.schemas = new Schemas(spec);
		return v;
	}

	/* { operation: its name or undefined, longRunning, issues: [{ code, message }] } of an exchange of kind arm */
	async check(x) {
		const result = await this.oav.validateLiveRequestResponse({
			liveRequest: {
				method: x.method,
				url: `https://management.azure.com${x.url.pathname}${x.url.search}`,
				query: Object.fromEntries(x.url.searchParams),
				headers: x.ask.headers,
				body: x.ask.body,
			},
			liveResponse: {
				statusCode: String(x.status),
				headers: x.reply.headers,
				body: wrapped(x),
			},
		});
		const info = result.requestValidationResult.operationInfo;
		const operation = this.schemas.operations.get(`${info.operationId} ${info.apiVersion}`);
		const found = issues(result.requestValidationResult, 'request');
		if (operation && !(x.status >= 400 && saysNothingOfRefusals(operation.op)))
			found.push(
				...issues(result.responseValidationResult, 'reply'),
				...this.schemas.checkEnums(operation, x),
			);
		return {
			operation: operation && info.operationId,
			longRunning: !!(operation && operation.op['x-ms-long-running-operation']),
			issues: found,
		};
	}
}

module.exports = { Validator };
